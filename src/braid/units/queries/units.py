"""Units as they are now."""

from __future__ import annotations

from datetime import date

from django.http import Http404

from braid.kernel.access import Actor, Permission, scope
from braid.units.enums import TreeEventKind
from braid.units.models import Level, TreeEvent, Unit, UnitQuerySet
from braid.units.rules import VIEW_UNITS
from braid.units.trees import ROOT_CODE

from .history import UnitThen, unit_by_code


def unit_for(actor: Actor, code: str, permission: Permission = VIEW_UNITS, *, on: date | None = None) -> Unit:
    """The unit with `code` where `actor` holds `permission`; out of scope and absent are the same `Http404`.

    The code of a unit that was merged leads to the survivor; with `on` first of all to the unit that had it on that day.
    """
    unit = unit_by_code(code, on=on)
    if unit is None or not scope(actor, permission).covers(unit.path):
        raise Http404("no such unit")
    return unit


def root_unit() -> Unit | None:
    """The unit at the top; None while the tree is empty."""
    return Unit.objects.filter(depth=0).first()


def first_day() -> date | None:
    """The day on which the tree was loaded; None when no import did that."""
    event = _first_load()
    return event.on if event else None


def first_shift(root: Unit | UnitThen | None) -> int:
    """How much deeper than in the file the levels lie since the first load, when `root` was put on top of its tops."""
    if root is None or root.code != ROOT_CODE:
        return 0
    event = _first_load()
    return int(event.details.get("shift", 1)) if event else 1


def loaded_levels() -> dict[int, int]:
    """How many bodies the file of the first load named on each level, as it was cut, with the root that was put on top.

    Counted from its rows before they were written, so a unit that was lost since stands out.
    """
    event = _first_load()
    levels = event.details.get("levels", {}) if event else {}
    return {int(level): count for level, count in levels.items()}


def _first_load() -> TreeEvent | None:
    return TreeEvent.objects.filter(unit__depth=0, kind=TreeEventKind.ADDED).order_by("pk").first()


def children_of(unit: Unit) -> UnitQuerySet:
    """The active units right below, in tree order."""
    return Unit.objects.filter(parent=unit).active().order_by("path")


def events_of(unit: Unit) -> list[TreeEvent]:
    """What happened to the unit, newest first: at most the last 200."""
    return list(TreeEvent.objects.filter(unit=unit).order_by("-recorded_at", "-pk")[:200])


def level_names() -> dict[int, Level]:
    """The names of the levels, by number."""
    return Level.objects.in_bulk()
