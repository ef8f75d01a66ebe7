"""The staged rows in memory, by column, and the units of the tree that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from braid.kernel.access import EVERYWHERE, Scope
from braid.kernel.imports.problems import Problem
from braid.kernel.imports.staging import staged_problems, staged_rows
from braid.kernel.models import ImportRun
from braid.units.models import Unit

from .columns import FIRST

Item = TypeVar("Item")
MANY = 20_000
"""From so many codes on, the whole tree is read in one pass instead of looked up by code."""


@dataclass
class Rows:
    """The rows of a file by column. `others` holds the further fields of a row, if the file has any."""

    lines: list[int]
    codes: list[str]
    parents: list[str]
    names: list[str]
    levels: list[int | None]
    kinds: list[int | None]
    others: list[dict[str, Any] | None]
    columns: list[str]
    """The fields the file has a column for."""

    def __len__(self) -> int:
        return len(self.lines)

    def keep(self, places: list[int]) -> Rows:
        """The rows at `places`, in that order."""
        return Rows(
            lines=[self.lines[i] for i in places],
            codes=[self.codes[i] for i in places],
            parents=[self.parents[i] for i in places],
            names=[self.names[i] for i in places],
            levels=[self.levels[i] for i in places],
            kinds=[self.kinds[i] for i in places],
            others=[self.others[i] for i in places],
            columns=self.columns,
        )


class Known(NamedTuple):
    """What the tree says of a unit that a file names."""

    number: int
    parent: int | None
    level: int
    depth: int
    kind: int
    name: str
    status: str
    merged_into: int | None
    others: tuple[Any, ...]


@dataclass
class Tree:
    """The units of the tree that a file is about, by code, and its root."""

    by_code: dict[str, Known] = field(default_factory=dict)
    root: Unit | None = None
    allowed: Scope = EVERYWHERE
    """Where the person may import."""


def load_rows(run: ImportRun) -> tuple[Rows, list[Problem]]:
    """The staged rows of `run`, and what is wrong with the cells of the others."""
    rows = Rows([], [], [], [], [], [], [], run.outcome.get("columns", []))
    parents_seen: dict[str, str] = {}  # one string for all children: a tenth of the memory
    for line, code, parent, name, level, kind, others in staged_rows(run):
        rows.lines.append(line)
        rows.codes.append(code)
        rows.parents.append(parents_seen.setdefault(parent, parent))
        rows.names.append(name)
        rows.levels.append(level)
        rows.kinds.append(kind)
        rows.others.append(others)
    return rows, staged_problems(run)


def tree_about(rows: Rows, allowed: Scope) -> Tree:
    """The units of the tree that `rows` name as unit or parent."""
    root = Unit.objects.filter(depth=0).first()
    if root is None:
        return Tree(allowed=allowed)
    return Tree(known_units({*rows.codes, *rows.parents}, other_fields(rows)), root, allowed)


def other_fields(rows: Rows) -> list[str]:
    """The fields beside the first five that the file has."""
    return [name for name in rows.columns if name not in FIRST]


def known_units(codes: set[str], others: list[str]) -> dict[str, Known]:
    """The units of the tree that have one of `codes`, with the values of the fields `others`."""
    return {values[0]: Known._make((*values[1:9], values[9:])) for values in _read(codes, others)}


def _read(codes: set[str], others: list[str]) -> Iterator[tuple[Any, ...]]:
    fields = ("code", "number", "parent_id", "level", "depth", "kind", "name", "status", "merged_into_id", *others)
    units = Unit.objects.order_by("number").values_list(*fields)
    if len(codes) > MANY:
        yield from (row for row in units.iterator(chunk_size=5000) if row[0] in codes)
    else:
        for chunk in chunks(codes, 500):
            yield from units.filter(code__in=chunk)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """`items` in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
