"""What every change of the tree writes beside itself: how things stood before, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CharField, F
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import AFTER_DESCENDANTS, Actor
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.texts import why_not_text
from braid.units.enums import TreeEventKind
from braid.units.models import Placement, TreeEvent, Unit
from braid.units.rules import why_not_on, why_not_on_below


@dataclass(frozen=True)
class Deed:
    """Who changes the tree, why, since which day, and at what moment it is recorded."""

    on: date
    why: str
    by: Actor
    at: datetime


def refuse(why_not: str, field: str = "") -> None:
    """Go on when `why_not` is empty; else refuse with it: at a field of the form, or as a whole."""
    if why_not and field:
        raise BadInput(why_not, fields={field: why_not})
    if why_not:
        raise WrongState(why_not)


def refuse_day(unit: Unit, deed: Deed) -> None:
    """Refuse a day in the future or before an earlier change."""
    refuse(why_not_on(unit, deed.on, timezone.localdate(deed.at)), "on")
    if not deed.why.strip():
        refuse(_("Say why, in a few words: it stays in the unit's history."), "why")


def refuse_day_below(parent: Unit | None, deed: Deed) -> None:
    """Refuse a day on which `parent` did not stand yet as it stands now: what hangs from it would hang from nothing."""
    if parent:
        refuse(why_not_on_below(parent, deed.on), "on")


def clean(unit: Unit) -> None:
    """Refuse values that do not fit their fields."""
    try:
        unit.clean_fields(exclude=["path", "parent", "number"])
    except ValidationError as error:
        fields = {name: words[0] for name, words in error.message_dict.items()}
        raise BadInput(_("Some fields are not right yet."), fields=fields) from error
    for field in unit._meta.get_fields():
        if isinstance(field, CharField):
            refuse(why_not_text(getattr(unit, field.name)), field.name)
    if not unit.name.strip():
        refuse(_("The name is missing."), "name")
    if (unit.latitude is None) != (unit.longitude is None):
        refuse(_("Latitude and longitude must be given together."), "latitude")


def write_event(unit: Unit, kind: TreeEventKind, deed: Deed, /, **details: Any) -> TreeEvent:
    """Write what happened to `unit`; `details` may be named as the fields of a unit are, `kind` too."""
    return TreeEvent.objects.create(
        unit=unit, kind=kind, on=deed.on, recorded_at=deed.at, by_number=deed.by.pk, why=deed.why, details=details
    )


def keep_placement(unit: Unit, deed: Deed) -> None:
    """Keep how the unit stands now, before it changes, and let its new standing begin."""
    Placement.objects.create(
        unit=unit,
        path=unit.path,
        parent_number=unit.parent_id,
        level=unit.level,
        code=unit.code,
        name=unit.name,
        status=unit.status,
        since=unit.placed_at,
        until=deed.at,
        until_on=deed.on,
    )
    unit.placed_at = deed.at


def keep_placements_below(path: str, deed: Deed) -> int:
    """The same for the unit at `path` and everything below it, in one statement; returns how many units that are."""
    columns = "path, parent_number, level, code, name, status, since, until, until_on"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO units_placement (unit_id, {columns})"  # noqa: S608 (own names)
            " SELECT number, path, parent_id, level, code, name, status, placed_at, %s, %s FROM units_unit"
            " WHERE path >= %s AND path < %s",
            [
                connection.ops.adapt_datetimefield_value(deed.at),
                connection.ops.adapt_datefield_value(deed.on),
                path,
                path + AFTER_DESCENDANTS,
            ],
        )
        return int(cursor.rowcount)


def count_pages(numbers: Iterable[int | None]) -> None:
    """The public pages of these units show something else now."""
    Unit.objects.filter(pk__in=[number for number in numbers if number]).update(page_version=F("page_version") + 1)
