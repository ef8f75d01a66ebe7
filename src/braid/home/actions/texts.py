"""What a unit says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from braid.home.enums import COUNTRIES
from braid.home.models import HomeText
from braid.home.rules import can_edit
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Strand, record
from braid.units.models import Unit

FIELDS = ("about", "phone", "email", "address", "hours", "country")


@transaction.atomic
def change_home_text(unit: Unit, said: Mapping[str, str], *, by: Actor, at: datetime) -> HomeText:
    """Write what the Home of `unit` says of itself: the fields of `said` (`FIELDS`); an empty one is inherited again.

    Refused (403) when `by` may not edit this Home; 422 for a country no numbers are shipped for.
    """
    require(can_edit(by, unit))
    if said.get("country") and said["country"] not in dict(COUNTRIES):
        raise BadInput("country", fields={"country": said["country"]})
    values = {field: said[field].strip() for field in FIELDS if field in said}
    text, _made = HomeText.objects.update_or_create(unit=unit, defaults={**values, "changed_at": at})
    note_change(unit, by=by, at=at)
    return text


def note_change(unit: Unit, *, by: Actor, at: datetime) -> None:
    """What every change of a Home ends with: kept pages of the unit and all below go, and the journal knows."""
    Unit.objects.filter(pk=unit.pk).update(page_version=F("page_version") + 1)
    record(unit, Strand.CONTACT, "home.changed", by=by, at=at)
