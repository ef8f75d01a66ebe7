"""Adding, renaming, changing, closing and reopening one unit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from braid.kernel.access import Actor, require
from braid.units.enums import TreeEventKind, UnitKind, UnitStatus
from braid.units.locking import count_change, lock_tree, next_number
from braid.units.models import TreeVersion, Unit
from braid.units.paths import step_of
from braid.units.rules import (
    can_add_below,
    can_change,
    can_close,
    can_restructure,
    why_not_add,
    why_not_close,
    why_not_code,
    why_not_level,
    why_not_level_below,
    why_not_reopen,
)

from .records import Deed, clean, count_pages, keep_placement, refuse, refuse_day, refuse_day_below, write_event

NAMES = ("name", "name_zh_hant", "name_en", "full_name", "full_name_zh_hant", "full_name_en")
DETAILS = ("code", "kind", "level", "address", "latitude", "longitude", "is_placeholder")
_PLACED = {"code", "level", "name"}
"""Fields a placement keeps."""


@transaction.atomic
def add_unit(
    parent: Unit,
    *,
    code: str,
    name: str,
    on: date,
    why: str,
    by: Actor,
    at: datetime,
    level: int | None = None,
    kind: int = UnitKind.BODY,
    **details: Any,
) -> Unit:
    """Add a unit below `parent`, one level lower unless `level` is given; `details` are further fields of a unit.

    Refused when the parent is closed, the code is taken, the level does not fit, or the day lies in the future.
    """
    tree = lock_tree()
    parent.refresh_from_db()
    require(can_add_below(by, parent))
    deed = Deed(on, why, by, at)
    refuse_day(parent, deed)
    unit = create(tree, parent, deed, code=code, name=name, level=level, kind=kind, **details)
    count_change(tree)
    return unit


def create(
    tree: TreeVersion, parent: Unit, deed: Deed, *, code: str, name: str, level: int | None = None, **fields: Any
) -> Unit:
    """Write a new unit below `parent` and its event; the caller holds the tree and has asked whether this may be."""
    level = level or parent.level + 1
    refuse(why_not_add(parent))
    refuse(why_not_level_below(parent, level), "level")
    refuse(why_not_code(code, on=deed.on), "code")
    number = next_number(tree)
    unit = Unit(
        number=number,
        path=parent.path + step_of(number),
        parent=parent,
        depth=parent.depth + 1,
        level=level,
        code=code,
        name=name,
        opened_on=deed.on,
        placed_at=deed.at,
        **fields,
    )
    clean(unit)
    unit.save(force_insert=True)
    count_pages([parent.pk])
    write_event(unit, TreeEventKind.ADDED, deed, parent=parent.pk)
    return unit


@transaction.atomic
def rename_unit(unit: Unit, *, on: date, why: str, by: Actor, at: datetime, **names: str) -> Unit:
    """Give the unit other names (`name`, `name_en`, `full_name`...). Refused when nothing differs or a name is empty."""
    return _change(unit, names, TreeEventKind.RENAMED, Deed(on, why, by, at))


@transaction.atomic
def change_unit(unit: Unit, *, on: date, why: str, by: Actor, at: datetime, **details: Any) -> Unit:
    """Change code, kind, level or place of the unit. Refused when the code is taken or the level does not fit."""
    return _change(unit, details, TreeEventKind.CHANGED, Deed(on, why, by, at))


@transaction.atomic
def close_unit(unit: Unit, *, on: date, why: str, by: Actor, at: datetime) -> Unit:
    """Close the unit from `on`. Refused while active units stand below it, and for the unit at the top."""
    tree = lock_tree()
    unit.refresh_from_db()
    require(can_close(by, unit))
    refuse(why_not_close(unit))
    deed = Deed(on, why, by, at)
    refuse_day(unit, deed)
    shut(unit, deed)
    write_event(unit, TreeEventKind.CLOSED, deed)
    count_change(tree)
    return unit


def shut(unit: Unit, deed: Deed, *, merged_into: Unit | None = None) -> None:
    """Write that the unit is closed; the caller has asked whether this may be."""
    keep_placement(unit, deed)
    unit.status, unit.closed_on, unit.merged_into = UnitStatus.CLOSED, deed.on, merged_into
    unit.save(update_fields=["status", "closed_on", "merged_into", "placed_at"])
    count_pages([unit.pk, unit.parent_id])


@transaction.atomic
def reopen_unit(unit: Unit, *, on: date, why: str, by: Actor, at: datetime) -> Unit:
    """Open a closed unit again where it stood. Refused while the unit above it is closed."""
    tree = lock_tree()
    unit.refresh_from_db()
    require(can_restructure(by, unit))
    deed = Deed(on, why, by, at)
    refuse_day(unit, deed)
    refuse_day_below(unit.parent, deed)
    reopen(unit, deed)
    count_change(tree)
    return unit


def reopen(unit: Unit, deed: Deed) -> None:
    """Write that the unit is open again; refused as `reopen_unit` says."""
    refuse(why_not_reopen(unit))
    keep_placement(unit, deed)
    write_event(unit, TreeEventKind.REOPENED, deed, merged_into=unit.merged_into_id)
    unit.status, unit.closed_on, unit.merged_into = UnitStatus.ACTIVE, None, None
    unit.save(update_fields=["status", "closed_on", "merged_into", "placed_at"])
    count_pages([unit.pk, unit.parent_id])


def _change(unit: Unit, values: dict[str, Any], kind: TreeEventKind, deed: Deed) -> Unit:
    tree = lock_tree()
    unit.refresh_from_db()
    require(can_change(deed.by, unit))
    refuse_day(unit, deed)
    write_values(unit, values, kind, deed)
    count_change(tree)
    return unit


def write_values(
    unit: Unit, values: dict[str, Any], kind: TreeEventKind, deed: Deed, *, checks_level: bool = True
) -> None:
    """Write other values of fields, the event with old and new, and a placement where it keeps one of the fields."""
    unknown = set(values) - {*NAMES, *DETAILS}
    if unknown:
        raise TypeError(f"no fields to change: {sorted(unknown)}")
    changes = {name: [getattr(unit, name), value] for name, value in values.items() if getattr(unit, name) != value}
    if "code" in changes:
        refuse(why_not_code(values["code"], unit, on=deed.on), "code")
    if "level" in changes and checks_level:
        refuse(why_not_level(unit, values["level"]), "level")
        refuse_day_below(unit.parent, deed)
    if not changes:
        return
    if _PLACED & set(changes):
        keep_placement(unit, deed)
    for name, (_old, value) in changes.items():
        setattr(unit, name, value)
    clean(unit)
    unit.save(update_fields=[*changes, "placed_at"])
    count_pages([unit.pk, unit.parent_id])
    write_event(unit, kind, deed, **changes)
