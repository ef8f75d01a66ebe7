"""Whether rows that make a tree still do so together with what stands in the tree and not in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from braid.kernel.imports.problems import Problem
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .checking import OUTSIDE, Checked, is_moved
from .comparing import level_shift
from .tables import Known, Tree, chunks


def misfits(checked: Checked, tree: Tree) -> list[Problem]:
    """Rows that hang the root from something, close a circle through units the file leaves out, or give a rank that the
    units below do not allow."""
    if tree.root is None:
        return []
    known = [(place, unit) for place, code in enumerate(checked.rows.codes) if (unit := tree.by_code.get(code))]
    return [*_rooted(checked, known), *_Ways(checked, tree, known).circles(), *_ranks(checked, tree, known)]


def _rooted(checked: Checked, known: list[tuple[int, Known]]) -> Iterator[Problem]:
    rows = checked.rows
    for place, unit in known:
        if unit.parent is None and rows.parents[place]:
            words = _("The unit at the top cannot be moved.")
            yield Problem(rows.lines[place], "parent_code", words, rows.parents[place], rows.codes[place])


class _Ways:
    """The way up from rows that move, as it will be: a step is the place of a row, or the negative number of a unit."""

    def __init__(self, checked: Checked, tree: Tree, known: list[tuple[int, Known]]) -> None:
        self.checked = checked
        self.moved = {place for place, unit in known if is_moved(checked, tree, place, unit)}
        self.place_of = {unit.number: place for place, unit in known} if self.moved else {}
        tops = {top.number for top in checked.tops.values() if top} if self.moved else set()
        self.above_outside = dict(_steps_up(tops))

    def circles(self) -> Iterator[Problem]:
        """What is wrong with the rows that move, if they stand in a circle."""
        seen: set[int] = set()
        for start in sorted(self.moved):
            way: list[int] = []
            step: int | None = start
            while step is not None and step not in seen:
                seen.add(step)
                way.append(step)
                step = self._above(step)
            if step in way:
                yield from self._named(way[way.index(step) :])

    def _above(self, step: int) -> int | None:
        if step < 0:
            return self._step_of(self.above_outside.get(-step))
        above = int(self.checked.parent[step])
        if above != OUTSIDE:
            return above
        top = self.checked.tops[step]
        return self._step_of(top.number if top else None)

    def _step_of(self, number: int | None) -> int | None:
        return None if number is None else self.place_of.get(number, -number)

    def _named(self, circle: list[int]) -> Iterator[Problem]:
        rows = self.checked.rows
        outside = Unit.objects.in_bulk([-step for step in circle if step < 0])
        codes = [rows.codes[step] if step >= 0 else outside[-step].code for step in circle]
        words = _("The units above go round in a circle: %(codes)s.") % {"codes": " → ".join([*codes, codes[0]])}
        for place in sorted(self.moved.intersection(circle)):
            yield Problem(rows.lines[place], "parent_code", words, rows.parents[place], rows.codes[place])


def _steps_up(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(unit, unit above it) for the units `numbers` and all above them."""
    for some in chunks(numbers, 500):
        for path in Unit.objects.filter(pk__in=some).values_list("path", flat=True):
            way = numbers_of(path)
            yield from zip(way[1:], way, strict=False)


def _ranks(checked: Checked, tree: Tree, known: list[tuple[int, Known]]) -> Iterator[Problem]:
    """Rows that lower a unit in rank to where one below it stands that the file leaves out."""
    rows, shift = checked.rows, level_shift(checked, tree)
    lowered = {
        unit.number: place
        for place, unit in known
        if unit.parent and (level := rows.levels[place]) and level + shift > unit.level
    }
    named = set(rows.codes) if lowered else set()
    for some in chunks(lowered, 500):
        below = Unit.objects.filter(parent__in=some).order_by("number").values_list("parent_id", "code", "level")
        highest: dict[int, int] = {}
        for number, code, level in below:
            if code not in named:
                highest[number] = min(level, highest.get(number, level))
        for number, level in highest.items():
            place = lowered[number]
            given = rows.levels[place] or 0
            if given + shift >= level:
                words = _("The level must be smaller than %(level)s, the level of the units below.")
                yield Problem(
                    rows.lines[place], "level", words % {"level": level - shift}, str(given), rows.codes[place]
                )
