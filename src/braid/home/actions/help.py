"""Help numbers of a unit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from braid.home.models import HelpLine
from braid.home.rules import can_edit
from braid.kernel.access import Actor, require
from braid.people.models import Person
from braid.units.models import Unit

from .texts import note_change


@transaction.atomic
def check_help_line(unit: Unit, values: Mapping[str, Any], *, key: str = "", by: Actor, at: datetime) -> HelpLine:
    """Write a help number somebody has just checked: a new one, or (`key`) what `unit` says in place of that one.

    `values` are fields of `HelpLine`. From now on it is shown here and below, with today's date; `by` becomes its
    owner. Refused (403) when `by` may not edit this Home.
    """
    require(can_edit(by, unit))
    checked = {
        "is_hidden": False,
        "checked_on": timezone.localdate(at),
        "owner": by if isinstance(by, Person) else None,
    }
    line, _made = HelpLine.objects.update_or_create(
        unit=unit, key=key or f"own:{secrets.token_hex(8)}", defaults={**values, **checked}
    )
    note_change(unit, by=by, at=at)
    return line


@transaction.atomic
def hide_help_line(unit: Unit, key: str, values: Mapping[str, Any], *, by: Actor, at: datetime) -> HelpLine:
    """Take an inherited number off the pages of `unit` and all below; `values` say what it was. Refused as above."""
    require(can_edit(by, unit))
    line, _made = HelpLine.objects.update_or_create(unit=unit, key=key, defaults={**values, "is_hidden": True})
    note_change(unit, by=by, at=at)
    return line


@transaction.atomic
def drop_help_line(line: HelpLine, *, by: Actor, at: datetime) -> None:
    """Delete what a unit says of a number: what is said above it counts again. Refused as above."""
    require(can_edit(by, line.unit))
    line.delete()
    note_change(line.unit, by=by, at=at)
