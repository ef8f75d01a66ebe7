"""What may be asked of the tree: the permissions this floor names, and why a change of the tree cannot be made.

Each `why_not_*` answers with a sentence for the person who asked, or "" when nothing stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Min, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from braid.kernel import texts
from braid.kernel.access import AFTER_DESCENDANTS, Actor, Permission, Scope, may, scope

from .enums import STEP, UnitKind, UnitStatus
from .models import Placement, Unit
from .trees import ROOT_CODE

VIEW_UNITS = Permission("units.view")
CHANGE_TREE = Permission("units.change")
IMPORT_UNITS = Permission("units.import")
"""Which roles hold these is said one floor up, in `people.rules`."""

MOST_DEPTH = 38


def can_change(by: Actor, unit: Unit) -> bool:
    """Whether `by` may rename the unit and change its details."""
    return may(by, CHANGE_TREE, unit.path)


def can_add_below(by: Actor, unit: Unit) -> bool:
    """Whether `by` may add units below this one."""
    return may(by, CHANGE_TREE, unit.path)


def can_restructure(by: Actor, unit: Unit) -> bool:
    """Whether `by` may move, merge, split, close or reopen the unit: that is for the unit above it to decide."""
    return may(by, CHANGE_TREE, unit.path[:-STEP] or unit.path)


def can_close(by: Actor, unit: Unit) -> bool:
    """Whether `by` may close the unit: as restructuring; a group also whoever leads it, for nothing hangs from it."""
    return can_restructure(by, unit) or (unit.kind == UnitKind.GROUP and may(by, CHANGE_TREE, unit.path))


def can_import(by: Actor, unit: Unit) -> bool:
    """Whether `by` may import units at and below this one."""
    return may(by, IMPORT_UNITS, unit.path)


def visible(by: Actor) -> Scope:
    """The units whose pages `by` may open."""
    return scope(by, VIEW_UNITS)


def why_not_on(unit: Unit, on: date, today: date) -> str:
    """A change takes effect today or earlier, not before the last one of the unit or of those that stand or stood below it."""
    if on > today:
        return _("The day lies in the future.")
    if on == today:
        return ""
    inside = Q(path__gte=unit.path, path__lt=unit.path + AFTER_DESCENDANTS)
    below = Placement.objects.filter(inside | Q(unit__in=Unit.objects.subtree(unit.path).values("pk")))
    last = below.aggregate(last=Max("until_on"))["last"]
    if last and on < last:
        return _("There was a later change already, on %(day)s.") % {"day": date_format(last)}
    if unit.opened_on and on < unit.opened_on:
        return _("The unit was opened later, on %(day)s.") % {"day": date_format(unit.opened_on)}
    return ""


def why_not_on_below(parent: Unit, on: date) -> str:
    """What hangs from a unit since `on` needs it on each day since: active, where it stands and at its level now."""
    same = Q(path=parent.path, level=parent.level, status=UnitStatus.ACTIVE)
    other = Placement.objects.filter(unit=parent, until_on__gt=on).exclude(same)
    since = max(filter(None, (other.aggregate(last=Max("until_on"))["last"], parent.opened_on)), default=on)
    if on < since:
        return _("%(name)s stands where it does since %(day)s only.") % {"name": parent, "day": date_format(since)}
    return ""


def why_not_as_of(on: date, first: date | None, today: date) -> str:
    """The tree is known from the day `first`, on which it was loaded, until today."""
    if on > today:
        return _("The day lies in the future.")
    if first and on < first:
        return _("The tree was loaded on %(day)s: how it stood before that is not known.") % {"day": date_format(first)}
    return ""


def why_not_add(parent: Unit) -> str:
    """A unit needs an active unit above it."""
    if parent.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": parent}
    return _("The tree is too deep here.") if parent.depth >= MOST_DEPTH else ""


def why_not_level_below(parent: Unit, level: int) -> str:
    """Ranks go down."""
    if level > parent.level:
        return ""
    words = _("The level must be greater than %(level)s, the level of %(name)s.")
    return words % {"level": parent.level, "name": parent}


def why_not_code(code: str, unit: Unit | None = None, *, on: date | None = None) -> str:
    """A code can stand in an address, and belongs to one unit: also on each day since `on`."""
    if unit and unit.code == code:
        return ""
    if why_not := why_not_code_at_all(code):
        return why_not
    owner = Unit.objects.filter(code=code).first()
    if owner and owner != unit:
        return _("The code %(code)s belongs to %(name)s.") % {"code": code, "name": owner}
    former = Placement.objects.filter(code=code, until_on__gt=on).order_by("-until_on").first() if on else None
    if former:
        words = _("The code %(code)s belonged to %(name)s until %(day)s.")
        return words % {"code": code, "name": former.name, "day": date_format(former.until_on)}
    return ""


def why_not_code_at_all(code: str) -> str:
    """What no code may be, and the one that belongs to the root an import makes."""
    if code == ROOT_CODE:
        return _("The code %(code)s is kept for a root that an import puts on top.") % {"code": code}
    return texts.why_not_code(code)


def why_not_move(unit: Unit, parent: Unit) -> str:
    """No circles, nothing below a closed unit, nothing below a unit of the same or a lower rank."""
    if unit.depth == 0:
        return _("The unit at the top cannot be moved.")
    if unit.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": unit}
    if parent.path.startswith(unit.path):
        return _("%(parent)s is part of %(name)s: a unit cannot stand below itself.") % {"parent": parent, "name": unit}
    if parent.pk == unit.parent_id:
        return _("%(name)s stands below %(parent)s already.") % {"name": unit, "parent": parent}
    return why_not_below(unit, parent)


def why_not_below(unit: Unit, parent: Unit) -> str:
    """Whether the active unit may stand below `parent` at all."""
    if parent.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": parent}
    if unit.level <= parent.level:
        return _("%(name)s has level %(level)s and cannot stand below %(parent)s, which has level %(above)s.") % {
            "name": unit,
            "level": unit.level,
            "parent": parent,
            "above": parent.level,
        }
    deepest = Unit.objects.subtree(unit.path).aggregate(deepest=Max("depth"))["deepest"] or unit.depth
    if parent.depth + 1 + deepest - unit.depth > MOST_DEPTH:
        return _("The tree is too deep here.")
    return ""


def why_not_merge(unit: Unit, into: Unit) -> str:
    """What is below the unit must fit below the survivor."""
    if unit.depth == 0:
        return _("The unit at the top cannot be merged into another.")
    if unit.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": unit}
    if into.path.startswith(unit.path):
        return _("A unit cannot be merged into itself or a part of it.")
    if into.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": into}
    return next(filter(None, (why_not_below(child, into) for child in active_children(unit))), "")


def why_not_split(unit: Unit, codes: Iterable[str], children: Iterable[int], *, closes: bool) -> str:
    """Parts take children of the unit, each once; if it closes, all of them."""
    if unit.depth == 0:
        return _("The unit at the top cannot be split.")
    if unit.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": unit}
    codes, taken = list(codes), list(children)
    if not codes:
        return _("Name at least one new unit.")
    if len(set(codes)) != len(codes):
        return _("Two of the new units have the same code.")
    there = {child.pk for child in active_children(unit)}
    if len(set(taken)) != len(taken) or not set(taken) <= there:
        return _("Each unit below can go to one of the new units only.")
    if closes and set(taken) != there:
        return _("Before the unit is closed, every unit below it must go to one of the new units.")
    return next(filter(None, map(why_not_code, codes)), "")


def why_not_close(unit: Unit) -> str:
    """Nothing active may be left without a unit above it."""
    if unit.depth == 0:
        return _("The unit at the top cannot be closed.")
    if unit.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": unit}
    below = Unit.objects.below(unit.path).active().count()
    if below:
        return _("%(count)s active units stand below %(name)s. Move or close them first.") % {
            "count": below,
            "name": unit,
        }
    return ""


def why_not_reopen(unit: Unit) -> str:
    """A unit can come back only below an active one."""
    if unit.status == UnitStatus.ACTIVE:
        return _("%(name)s is active.") % {"name": unit}
    if unit.parent and unit.parent.status != UnitStatus.ACTIVE:
        return _("%(name)s is closed.") % {"name": unit.parent}
    return ""


def why_not_level(unit: Unit, level: int) -> str:
    """A unit's level lies between those of the unit above it and the units below it; the highest is 1."""
    if level < 1:
        return _("The highest level is 1.")
    if unit.parent and (too_high := why_not_level_below(unit.parent, level)):
        return too_high
    lowest = Unit.objects.filter(parent=unit).aggregate(lowest=Min("level"))["lowest"]
    if lowest and level >= lowest:
        return _("The level must be smaller than %(level)s, the level of the units below.") % {"level": lowest}
    return ""


def active_children(unit: Unit) -> list[Unit]:
    """The active units right below, in tree order."""
    return list(Unit.objects.filter(parent=unit).active().order_by("path"))
