"""The burden in a whole subtree: how many units were asked more than their budget, level by level, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from braid.kernel.keyset import Page
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.queries import level_names

from .budgets import budgets_in
from .burden import Span, minutes_everywhere
from .effects import page_of_places
from .senders import Senders, senders_in

MOST_SENDERS = 30


@dataclass(frozen=True)
class LevelBurden:
    """The units of one level below a unit."""

    level: int
    name: str
    units: int
    over: int
    middle: int
    """The median of the minutes asked of them."""


@dataclass(frozen=True)
class OverRow:
    """One unit that was asked more than its budget."""

    unit: Unit
    minutes: int
    budget: int


def levels_in(unit: Unit, month: date) -> list[LevelBurden]:
    """How much was asked in `month` of the units in the subtree of `unit`, by level. At most eleven queries."""
    tree = snapshot.current()
    start, end = tree.span(unit.pk)
    minutes = minutes_everywhere(Span.of(month))[start:end]
    over, shown, levels = minutes > budgets_in(tree)[start:end], tree.bodies[start:end], tree.levels[start:end]
    names = level_names()
    found = []
    for level in np.unique(levels[shown]).tolist():
        mask = shown & (levels == level)
        middle = int(np.sort(minutes[mask])[(int(mask.sum()) - 1) // 2])
        name = str(names.get(level, level))
        found.append(LevelBurden(level, name, int(mask.sum()), int((over & mask).sum()), middle))
    return found


def units_over(unit: Unit, month: date, *, level: int | None, after: int = -1) -> Page[Any]:
    """A page of the units in the subtree of `unit` that were asked more than their budget, in tree order. At most eleven
    queries."""
    tree = snapshot.current()
    start, end = tree.span(unit.pk)
    minutes, budgets = minutes_everywhere(Span.of(month)), budgets_in(tree)
    over = (minutes > budgets) & tree.bodies
    if level is not None:
        over &= tree.levels == level
    page = page_of_places(np.flatnonzero(over[start:end]) + start, after=after)
    places = {row.pk: int(tree.ordinals[row.pk]) for row in page.rows}
    rows = [OverRow(row, int(minutes[places[row.pk]]), int(budgets[places[row.pk]])) for row in page.rows]
    return Page(rows, page.next_cursor)


def who_asks(unit: Unit, month: date) -> Senders:
    """Who asked most of the units in the subtree of `unit` in `month`: units that have others below them, never the lowest."""
    tree = snapshot.current()
    lowest = int(tree.levels[tree.bodies].max(initial=0))
    return senders_in(unit, Span.of(month), most=MOST_SENDERS, above_level=lowest)
