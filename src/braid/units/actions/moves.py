"""Moving, merging and splitting: what changes the paths of many units at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from braid.kernel.access import Actor, require
from braid.units import hooks
from braid.units.enums import TreeEventKind
from braid.units.locking import count_change, lock_tree
from braid.units.models import Unit
from braid.units.paths import step_of
from braid.units.rules import (
    active_children,
    can_add_below,
    can_restructure,
    why_not_merge,
    why_not_move,
    why_not_split,
)

from .following import follow
from .records import Deed, count_pages, keep_placements_below, refuse, refuse_day, refuse_day_below, write_event
from .units import create, shut


@dataclass(frozen=True)
class Part:
    """A new unit that a split makes beside the old one, and the numbers of the units below that go to it."""

    code: str
    name: str
    children: tuple[int, ...] = ()


@transaction.atomic
def move_unit(unit: Unit, parent: Unit, *, on: date, why: str, by: Actor, at: datetime) -> Unit:
    """Move the unit, with everything below it, below `parent`.

    Refused for the unit at the top, for a circle, a closed unit, a rank that does not fit, and for whoever may not change
    the tree at both places. Rows the units own follow: at once when they are few, else in slices by the worker.
    """
    tree = lock_tree()
    unit.refresh_from_db()
    parent.refresh_from_db()
    require(can_restructure(by, unit) and can_add_below(by, parent))
    refuse(why_not_move(unit, parent))
    deed = Deed(on, why, by, at)
    refuse_day(unit, deed)
    refuse_day_below(parent, deed)
    old_path = unit.path
    transplant(unit, parent, deed)
    follow(old_path, at=at)
    count_change(tree)
    return unit


def transplant(unit: Unit, parent: Unit, deed: Deed, *, lower: int = 0) -> None:
    """Write new paths below `parent` for the unit and all below it; the caller asked, and lets owned rows follow.

    `lower`: by how many levels all of them go down in rank.
    """
    for before_move in hooks.before_move:
        before_move(unit, deed.at)
    old_path, new_path, old_parent = unit.path, parent.path + step_of(unit.pk), unit.parent_id
    moved = keep_placements_below(old_path, deed)
    Unit.objects.subtree(old_path).update(
        path=Concat(Value(new_path), Substr("path", len(old_path) + 1)),
        depth=F("depth") + (parent.depth + 1 - unit.depth),
        level=F("level") + lower,
        placed_at=deed.at,
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    count_pages([unit.pk, old_parent, parent.pk])
    details = {"from": old_parent, "to": parent.pk, "from_path": old_path, "to_path": new_path, "units": moved}
    write_event(unit, TreeEventKind.MOVED, deed, **details)
    unit.refresh_from_db()


@transaction.atomic
def merge_units(unit: Unit, into: Unit, *, on: date, why: str, by: Actor, at: datetime) -> Unit:
    """Merge the unit into `into`: what is below goes there, the unit closes, and its code leads to the survivor.

    Refused for the unit at the top, for closed units, for a part of itself, where ranks do not fit. Returns the survivor.
    """
    tree = lock_tree()
    unit.refresh_from_db()
    into.refresh_from_db()
    require(can_restructure(by, unit) and can_restructure(by, into))
    refuse(why_not_merge(unit, into))
    deed = Deed(on, why, by, at)
    refuse_day(unit, deed)
    refuse_day_below(into, deed)
    children = active_children(unit)
    for child in children:
        transplant(child, into, deed)
    for before_merge in hooks.before_merge:
        before_merge(unit, into, at)
    shut(unit, deed, merged_into=into)
    write_event(unit, TreeEventKind.MERGED, deed, into=into.pk, children=[child.pk for child in children])
    write_event(into, TreeEventKind.MERGED, deed, merged=unit.pk)
    count_pages([into.pk])
    follow(unit.path, at=at)
    count_change(tree)
    into.refresh_from_db()
    return into


@transaction.atomic
def split_unit(
    unit: Unit, parts: Sequence[Part], *, closes: bool = False, on: date, why: str, by: Actor, at: datetime
) -> list[Unit]:
    """Make new units beside `unit`, to which some of the units below it go; with `closes` all of them, and it closes.

    Refused for the unit at the top, a closed one, a taken code, and units that are not right below. Returns the new units.
    """
    tree = lock_tree()
    unit.refresh_from_db()
    require(can_restructure(by, unit))
    children = [number for part in parts for number in part.children]
    refuse(why_not_split(unit, [part.code for part in parts], children, closes=closes))
    deed = Deed(on, why, by, at)
    refuse_day(unit, deed)
    parent = Unit.objects.get(children=unit)
    made = []
    for part in parts:
        new = create(tree, parent, deed, code=part.code, name=part.name, level=unit.level, kind=unit.kind)
        for child in Unit.objects.filter(pk__in=part.children).order_by("path"):
            transplant(child, new, deed)
        made.append(new)
    write_event(unit, TreeEventKind.SPLIT, deed, into=[new.pk for new in made], closes=closes)
    if closes:
        shut(unit, deed)
    follow(unit.path, at=at)
    count_change(tree)
    return made
