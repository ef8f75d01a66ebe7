"""How many minutes a month the levels above may ask of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from braid.units.models import Level, Unit
from braid.units.paths import numbers_of
from braid.units.snapshot import Snapshot
from braid.work.enums import USUAL_BUDGETS
from braid.work.models import Budget


@dataclass(frozen=True)
class LevelBudget:
    """What holds for the units of one level below a unit, and what was set at the unit itself."""

    level: int
    name: str
    minutes: int
    """What holds."""
    most: int | None
    """More than this cannot be set here, since it holds from above; None: at the root anything can."""
    own: int | None
    above: int
    """What would hold without it."""


def budget_of(unit: Unit) -> int:
    """How many minutes a month may be asked of `unit`. Two queries."""
    set_above = Budget.objects.filter(unit__in=numbers_of(unit.path), level=unit.level)
    return _lowest(unit.level, set_above.values_list("unit__depth", "minutes"), lowest=_lowest_level())


def budgets_in(tree: Snapshot) -> npt.NDArray[np.int32]:
    """The same for every unit, in tree order. Two queries."""
    rows = list(Budget.objects.order_by("unit__depth", "pk").values_list("unit_id", "unit__depth", "level", "minutes"))
    lowest = _lowest_level()
    usual = np.array([usual_budget(level, lowest=lowest) for level in range(256)], dtype=np.int32)
    for _unit, depth, level, minutes in rows:
        if depth == 0:
            usual[level] = minutes
    found = np.asarray(usual[tree.levels], dtype=np.int32)
    for unit, depth, level, minutes in rows:
        if depth:
            start, end = tree.span(unit)
            part = found[start:end]
            part[(tree.levels[start:end] == level) & (part > minutes)] = minutes
    return found


def level_budgets(unit: Unit) -> list[LevelBudget]:
    """What holds below `unit`, level by level, for whoever sets budgets there. Two queries."""
    rows = list(Budget.objects.filter(unit__in=numbers_of(unit.path)).values_list("unit_id", "unit__depth", *_SAID))
    levels = list(Level.objects.filter(number__gte=unit.level))
    lowest = _lowest_level()
    found = []
    for level in levels:
        set_for = [(number, depth, minutes) for number, depth, which, minutes in rows if which == level.number]
        others = [(depth, minutes) for number, depth, minutes in set_for if number != unit.pk]
        own = next((minutes for number, _depth, minutes in set_for if number == unit.pk), None)
        above = _lowest(level.number, others, lowest=lowest)
        held = [(depth, minutes) for _number, depth, minutes in set_for]
        found.append(
            LevelBudget(
                level=level.number,
                name=str(level),
                minutes=_lowest(level.number, held, lowest=lowest),
                most=above if unit.depth else None,
                own=own,
                above=above,
            )
        )
    return found


def usual_budget(level: int, *, lowest: int) -> int:
    """What holds for `level` where nobody set anything; `lowest` is the level of which the federation has most units."""
    rank = max(0, lowest - level)
    return USUAL_BUDGETS[min(rank, len(USUAL_BUDGETS) - 1)]


_SAID = ("level", "minutes")


def _lowest(level: int, set_above: Iterable[tuple[int, int]], *, lowest: int) -> int:
    """What the root set takes the place of the usual; below it one can only ask for less."""
    found = list(set_above)
    base = next((minutes for depth, minutes in found if depth == 0), usual_budget(level, lowest=lowest))
    return min([base, *(minutes for depth, minutes in found if depth)])


def _lowest_level() -> int:
    return Level.objects.order_by("-number").values_list("number", flat=True).first() or 0
