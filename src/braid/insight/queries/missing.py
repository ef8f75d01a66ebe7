"""The rows behind a number of vacancies: the units of a subtree in which something is missing, in tree order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from braid.insight.enums import ROWS_PER_PAGE, Missing
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .figures import figures_of

FIGURES = {Missing.HEAD: "heads", Missing.LIAISON: "liaisons", Missing.PEOPLE: "people"}


@dataclass(frozen=True)
class MissingUnit:
    """A unit that lacks something, and the units above it from the one asked for down."""

    unit: Unit
    above: tuple[Unit, ...]


@dataclass(frozen=True)
class MissingPage:
    """One page of them; `next_cursor` is empty on the last."""

    rows: tuple[MissingUnit, ...]
    next_cursor: str
    together: int


def missing_in(unit: Unit, missing: Missing, *, at: datetime, cursor: str = "") -> MissingPage:
    """The page of units below and at `unit` that lack what `missing` says, after the unit number `cursor`."""
    tree = snapshot.current()
    start, end = tree.span(unit.number)
    figures = figures_of(tree, unit, at=at)
    lacking = tree.bodies[start:end] & (np.diff(figures.sums[FIGURES[missing]]) == 0)
    places = np.flatnonzero(lacking) + start
    if cursor.isdecimal() and int(cursor) < len(tree.ordinals):
        places_after = places[places > tree.ordinals[int(cursor)]]
    else:
        places_after = places
    numbers = [int(number) for number in tree.numbers[places_after[:ROWS_PER_PAGE]]]
    more = len(places_after) > ROWS_PER_PAGE
    return MissingPage(_with_ancestors(unit, numbers), str(numbers[-1]) if more else "", len(places))


def _with_ancestors(top: Unit, numbers: list[int]) -> tuple[MissingUnit, ...]:
    """Two queries, however many units and levels."""
    units = Unit.objects.in_bulk(numbers)
    above = {n for unit in units.values() for n in numbers_of(unit.path)[top.depth + 1 : -1]}
    known = Unit.objects.filter(is_placeholder=False).in_bulk(above)
    return tuple(
        MissingUnit(
            units[number],
            tuple(known[n] for n in numbers_of(units[number].path)[top.depth + 1 : -1] if n in known),
        )
        for number in numbers
    )
