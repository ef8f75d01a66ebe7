"""What an import would change: its rows against the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from braid.kernel.access import AFTER_DESCENDANTS, EVERYWHERE
from braid.kernel.imports.problems import Problem
from braid.kernel.imports.results import Change
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.queries.units import first_shift

from .checking import Checked, is_moved
from .tables import Known, Tree, other_fields

EXAMPLES = 100
"""So many changes of a kind are kept to be shown."""


@dataclass
class Diff:
    """Places of rows by what becomes of them; a unit may be in several lists."""

    added: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    renamed: list[int] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    """New values of other fields."""
    reopened: list[int] = field(default_factory=list)
    unchanged: int = 0
    missing: int = 0
    examples: list[Change] = field(default_factory=list)

    def changes_anything(self) -> bool:
        """Whether applying it would write anything but closures."""
        return bool(self.added or self.moved or self.renamed or self.changed or self.reopened)

    def changes(self) -> dict[str, int]:
        """How many changes of each kind there are."""
        lists = {name: len(getattr(self, name)) for name in ("added", "moved", "renamed", "changed", "reopened")}
        return {**lists, "missing": self.missing}

    def counts(self) -> dict[str, int]:
        """By what becomes of them, how many units."""
        return {**self.changes(), "unchanged": self.unchanged}


def compare(checked: Checked, tree: Tree) -> Diff:
    """What the rows of `checked` change in `tree`."""
    diff = Diff()
    if not tree.root:
        diff.added = list(range(len(checked.rows)))
        diff.examples = [Change("added", *_shown(checked, place)) for place in diff.added[:EXAMPLES]]
        return diff
    shift = level_shift(checked, tree)
    others = other_fields(checked.rows)
    for place, code in enumerate(checked.rows.codes):
        known = tree.by_code.get(code)
        if known is None:
            diff.added.append(place)
            _example(diff, "added", checked, place, len(diff.added))
        else:
            _compare_unit(diff, checked, tree, place, known, shift, others)
    _find_missing(diff, checked, tree)
    return diff


def level_shift(checked: Checked, tree: Tree) -> int:
    """How much deeper the levels of the file lie in the tree: as at the first load, or just enough that no unit stands
    beside the one above it."""
    shifts = [
        top.level + 1 - (checked.rows.levels[place] or top.level + 1) for place, top in checked.tops.items() if top
    ]
    return max([first_shift(tree.root), *shifts])


def missing_units(checked: Checked, tree: Tree) -> Iterator[Unit]:
    """Active units that the file leaves out, deepest first: below the units from which its tops hang, or anywhere."""
    named = set(checked.rows.codes)
    for unit in _missing_range(checked, tree).order_by("-depth", "-path").iterator(chunk_size=5000):
        if unit.code not in named:
            yield unit


def merged_problems(checked: Checked, tree: Tree) -> list[Problem]:
    """Rows about units that were merged into others."""
    merged = [
        (place, known.merged_into)
        for place, code in enumerate(checked.rows.codes)
        if (known := tree.by_code.get(code)) and known.merged_into
    ]
    survivors = Unit.objects.in_bulk({number for _place, number in merged})
    return [_merged_problem(checked, place, survivors[number]) for place, number in merged]


def _merged_problem(checked: Checked, place: int, survivor: Unit) -> Problem:
    from django.utils.translation import gettext as _

    words = _("This unit was merged into %(name)s (%(code)s).") % {"name": survivor, "code": survivor.code}
    return Problem(checked.rows.lines[place], "code", words, checked.rows.codes[place], checked.rows.codes[place])


def _compare_unit(
    diff: Diff, checked: Checked, tree: Tree, place: int, known: Known, shift: int, others: list[str]
) -> None:
    rows = checked.rows
    same = True
    if rows.names[place] != known.name:
        diff.renamed.append(place)
        _example(diff, "renamed", checked, place, len(diff.renamed), known.name, rows.names[place])
        same = False
    if is_moved(checked, tree, place, known):
        diff.moved.append(place)
        _example(diff, "moved", checked, place, len(diff.moved), "", rows.parents[place])
        same = False
    if known.status != UnitStatus.ACTIVE:
        diff.reopened.append(place)
        _example(diff, "reopened", checked, place, len(diff.reopened))
        same = False
    if changes := _changes(rows.levels[place], rows.kinds[place], rows.others[place], known, shift, others):
        diff.changed[place] = changes
        _example(diff, "changed", checked, place, len(diff.changed), "", ", ".join(changes))
        same = False
    diff.unchanged += same


def _changes(
    level: int | None, kind: int | None, values: dict[str, Any] | None, known: Known, shift: int, others: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if level and known.parent is not None and level + shift != known.level:
        found["level"] = level + shift
    if kind and kind != known.kind:
        found["kind"] = kind
    for name, old in zip(others, known.others, strict=False):
        if values and values[name] != old:
            found[name] = values[name]
    return found


def _find_missing(diff: Diff, checked: Checked, tree: Tree) -> None:
    """Count active units the file does not name, with examples."""
    named = {known.number for code, known in tree.by_code.items() if known.status == UnitStatus.ACTIVE}
    named &= {tree.by_code[code].number for code in checked.rows.codes if code in tree.by_code}
    inside = _missing_range(checked, tree)
    for number, code, name in inside.order_by("path").values_list("number", "code", "name").iterator(chunk_size=5000):
        if number not in named:
            diff.missing += 1
            if diff.missing <= EXAMPLES:
                diff.examples.append(Change("missing", code, name))


def _missing_range(checked: Checked, tree: Tree) -> Any:
    """Active units among which some may be missing: below the tops' parents in the tree, never the root by itself.

    Whoever may import at a part of the tree only says nothing about the units beside that part.
    """
    units = Unit.objects.active().filter(depth__gt=0)
    if tree.allowed != EVERYWHERE:
        units = units.filter(tree.allowed.where("parent__path"))
    numbers = {top.number for top in checked.tops.values() if top}
    if not numbers or None in checked.tops.values():
        return units
    where = Q(pk__in=())
    for path in _tops_above(checked, tree, numbers):
        where |= Q(path__gt=path, path__lt=path + AFTER_DESCENDANTS)
    return units.filter(where)


def _tops_above(checked: Checked, tree: Tree, numbers: set[int]) -> Iterator[str]:
    """The paths of the units `numbers`, or where one is out of reach, of the units right below it that the file names."""
    paths = dict(Unit.objects.filter(pk__in=numbers).values_list("number", "path"))
    yield from filter(tree.allowed.covers, paths.values())
    codes = [
        checked.rows.codes[place]
        for place, top in checked.tops.items()
        if top and not tree.allowed.covers(paths[top.number])
    ]
    yield from Unit.objects.filter(code__in=codes).values_list("path", flat=True)


def _example(diff: Diff, kind: str, checked: Checked, place: int, count: int, old: str = "", new: str = "") -> None:
    if count <= EXAMPLES:
        diff.examples.append(Change(kind, *_shown(checked, place), old, new))


def _shown(checked: Checked, place: int) -> tuple[str, str]:
    return checked.rows.codes[place], checked.rows.names[place]
