"""Which counts of a survey may be shown: those from which no group of fewer than `FEWEST` answers can be worked out.

Leaving small numbers out is not enough: they come back by subtraction. So what is shown is built so that it consists of
whole groups only, each of at least `FEWEST` answers, at every level:

1. `cells_of`: answers are counted at the lowest unit in which at least `FEWEST` come together; what is left over goes up.
2. The table of a unit has one grouping of the columns of each question for all its rows: rare answers stand in one column
   together. Each table's grouping is that of the table above, or coarser.
3. A row in which some column is too small is not broken down. All such rows of a table are broken down together, or, if that
   is too small as well, with the smallest of the others.
4. A question asked only of some is broken down only where the answers that lead to it stand in columns of their own.

Why this is enough is told in docs/explanation/anonymous-answers.md; `tests/properties/test_suppression.py` tries to work
small groups out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from braid.units.enums import STEP

from .enums import FEWEST

Groups = tuple[tuple[int, ...], ...]
"""The columns of a question, those that are counted together in one tuple."""
Profile = Mapping[str, int]
"""One answer: by measure the column it falls into; a measure that was not asked is left out."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Measure:
    """What is counted of a question (of a question with several choices one measure for each choice)."""

    key: str
    columns: int
    if_key: str = ""
    """The measure that decides whether it is asked; empty: it is asked of everybody."""
    if_columns: frozenset[int] = frozenset()

    @property
    def not_asked(self) -> int:
        """The column of those it was not asked of."""
        return self.columns

    @property
    def whole(self) -> Groups:
        """Every column by itself."""
        return tuple((column,) for column in range(self.columns + bool(self.if_key)))


@dataclass
class Row:
    """How many answers there are in a unit and below it, and by measure how many in each column."""

    total: int = 0
    counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, measures: Iterable[Measure], profile: Profile) -> None:
        """Count one answer."""
        self.total += 1
        for measure in measures:
            column = profile.get(measure.key, measure.not_asked)
            self.counts.setdefault(measure.key, [0] * (measure.columns + 1))[column] += 1

    def add_row(self, other: Row) -> None:
        """Count what `other` counts."""
        self.total += other.total
        for key, counts in other.counts.items():
            own = self.counts.setdefault(key, [0] * len(counts))
            for column, count in enumerate(counts):
                own[column] += count

    def grouped(self, key: str, groups: Groups) -> list[int]:
        """The counts of the measure `key` by group."""
        return [sum(self.counts[key][column] for column in group) for group in groups]


@dataclass(frozen=True)
class Shown:
    """A row as it is shown: `counts` of each measure by group, None where it is not broken down."""

    total: int
    counts: dict[str, list[int] | None]

    @property
    def as_json(self) -> dict[str, Any]:
        return {"total": self.total, "counts": self.counts}


@dataclass(frozen=True)
class Table:
    """What is shown of a unit: itself, with its columns, and its parts, with the columns they share."""

    own: Shown
    own_groups: dict[str, Groups | None]
    groups: dict[str, Groups | None]
    rows: dict[str, Shown]
    """By path; what belongs to no part that is shown stands under the unit's own path."""

    @property
    def as_json(self) -> dict[str, Any]:
        rows = {path: row.as_json for path, row in self.rows.items()}
        return {"own": self.own.as_json, "own_groups": self.own_groups, "groups": self.groups, "rows": rows}


def cells_of(answers: Mapping[str, int], *, top: str) -> set[str]:
    """The paths at which answers are counted, given how many there are by path of their unit, all below or at `top`.

    Every cell gets at least `FEWEST` answers when each answer is counted at the lowest cell at or above its unit. No cells
    where there are fewer in all.
    """
    if sum(answers.values()) < FEWEST:
        return set()
    waiting, cells = dict(answers), dict[str, int]()
    for length in range(max(map(len, waiting)), len(top) - 1, -STEP):
        for path in [path for path in waiting if len(path) == length]:
            count = waiting.pop(path)
            if count >= FEWEST:
                cells[path] = count
            elif path != top:
                waiting[path[:-STEP]] = waiting.get(path[:-STEP], 0) + count
            elif count:
                _fill_up(cells, top, count)
    return set(cells)


def _fill_up(cells: dict[str, int], top: str, count: int) -> None:
    """What is left at the top is too little for a cell of its own: the smallest cells right below it join it."""
    while count < FEWEST:
        outer = [path for path in cells if not cell_above(path[:-STEP], cells, top)]
        smallest = min(outer, key=lambda path: (cells[path], path))
        count += cells.pop(smallest)
    cells[top] = count


def cell_above(path: str, cells: Iterable[str], top: str) -> list[str]:
    """The lowest of `cells` at or above `path`, in a list; empty where there is none."""
    while len(path) >= len(top):
        if path in cells:
            return [path]
        path = path[:-STEP]
    return []


def rows_of(cells: Mapping[str, Row], *, top: str) -> dict[str, Row]:
    """The rows of all units from `top` down with cells at or below them, by path."""
    rows: dict[str, Row] = {}
    for path, cell in cells.items():
        for length in range(len(top), len(path) + 1, STEP):
            rows.setdefault(path[:length], Row()).add_row(cell)
    return rows


def tables_of(cells: Mapping[str, Row], measures: Sequence[Measure], *, top: str) -> dict[str, Table]:
    """What may be shown of every unit from `top` down, by path, given what was counted at each cell."""
    rows = rows_of(cells, top=top)
    parts: dict[str, list[str]] = {}
    for path in rows:
        if path != top:
            parts.setdefault(path[:-STEP], []).append(path)
    tables: dict[str, Table] = {}
    own_groups: dict[str, dict[str, Groups | None]] = {top: _groups_of_all(rows[top], measures)} if rows else {}
    for path in sorted(rows, key=len):
        table_rows = {part: rows[part] for part in sorted(parts.get(path, ()))}
        if path in cells and table_rows:
            table_rows[path] = cells[path]
        own = own_groups.pop(path)
        groups, broken = _table_groups(table_rows, own, rows[path], measures)
        tables[path] = Table(
            own=_shown(rows[path], own),
            own_groups=own,
            groups=groups,
            rows={part: _shown(row, _of_row(part, groups, broken)) for part, row in table_rows.items()},
        )
        for part in parts.get(path, ()):
            own_groups[part] = _of_row(part, groups, broken)
    return tables


def _shown(row: Row, groups: Mapping[str, Groups | None]) -> Shown:
    return Shown(row.total, {key: row.grouped(key, these) if these else None for key, these in groups.items()})


def _of_row(part: str, groups: Mapping[str, Groups | None], broken: Mapping[str, set[str]]) -> dict[str, Groups | None]:
    """The grouping of one row of a table: none where it is not broken down."""
    return {key: these if part in broken[key] else None for key, these in groups.items()}


def _groups_of_all(row: Row, measures: Sequence[Measure]) -> dict[str, Groups | None]:
    """The finest grouping of each measure that may be shown of everything together."""
    groups: dict[str, Groups | None] = {}
    for measure in measures:
        fitting = (
            these
            for these in _coarser(measure, measure.whole, row)
            if _is_safe(row, measure, these) and _leads_there(measure, groups)
        )
        groups[measure.key] = next(fitting, None)
    return groups


def _table_groups(
    rows: Mapping[str, Row], own: Mapping[str, Groups | None], whole: Row, measures: Sequence[Measure]
) -> tuple[dict[str, Groups | None], dict[str, set[str]]]:
    """For each measure the grouping that breaks most rows of a table down, and which rows those are."""
    groups: dict[str, Groups | None] = {}
    broken: dict[str, set[str]] = {}
    for measure in measures:
        groups[measure.key], broken[measure.key] = None, set()
        candidates = _coarser(measure, own[measure.key] or (), whole) if _leads_there(measure, groups) else []
        among = broken[measure.if_key] if measure.if_key else set(rows)
        for these in candidates:
            found = _rows_broken_down(rows, among, measure, these)
            if len(found) > len(broken[measure.key]):
                groups[measure.key], broken[measure.key] = these, found
    return groups, broken


def _leads_there(measure: Measure, groups: Mapping[str, Groups | None]) -> bool:
    """Whether the answers that lead to a question stand in columns of their own: else these and it give away the others."""
    if not measure.if_key:
        return True
    before = groups.get(measure.if_key)
    return bool(before) and all(
        set(group) <= measure.if_columns or not measure.if_columns.intersection(group) for group in before or ()
    )


def _coarser(measure: Measure, groups: Groups, row: Row) -> list[Groups]:
    """`groups`, then with the two rarest put together, the three rarest, and so on, while that still says something."""
    fixed = tuple(group for group in groups if measure.if_key and measure.not_asked in group)
    free = sorted(
        (group for group in groups if group not in fixed), key=lambda group: row.grouped(measure.key, (group,))
    )
    found: list[Groups] = []
    for together in range(1, len(free) + 1):
        merged = tuple(sorted(column for group in free[:together] for column in group))
        these = (*sorted([merged, *free[together:]]), *fixed)
        if len(these) > 1:
            found.append(these)
    return found


def _is_safe(row: Row, measure: Measure, groups: Groups) -> bool:
    return all(count >= FEWEST for count in row.grouped(measure.key, groups))


def _rows_broken_down(rows: Mapping[str, Row], among: set[str], measure: Measure, groups: Groups) -> set[str]:
    """The rows that may be broken down by `groups`, so that the others together may be as well."""
    broken = {part for part in among if _is_safe(rows[part], measure, groups)}
    smallest_first = sorted(broken, key=lambda part: (rows[part].total, part))
    others = Row()
    for part in rows.keys() - broken:
        others.add_row(rows[part])
    while others.total and not _is_safe(others, measure, groups) and smallest_first:
        part = smallest_first.pop(0)
        broken.discard(part)
        others.add_row(rows[part])
    return broken
