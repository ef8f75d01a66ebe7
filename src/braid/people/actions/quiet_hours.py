"""Saying when the people of a unit are not disturbed."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Strand, record
from braid.people.enums import DAY_FROM, DAY_UNTIL
from braid.people.models import QuietHours
from braid.people.rules import can_set_quiet_hours
from braid.units.models import Unit


@transaction.atomic
def set_quiet_hours(unit: Unit, hours: tuple[time, time] | None, *, by: Actor, at: datetime) -> None:
    """Disturb nobody in `unit` and below from the first of `hours` until the second; None: as the units above say.

    Hours that end as they begin are no quiet hours. Refused when `by` does not manage the unit, and for hours that reach
    into the day (`DAY_FROM` to `DAY_UNTIL`).
    """
    require(can_set_quiet_hours(by, unit))
    if hours is None:
        QuietHours.objects.filter(unit=unit).delete()
    else:
        _check(*hours)
        QuietHours.objects.update_or_create(unit=unit, defaults={"begins": hours[0], "ends": hours[1]})
    record(unit, Strand.CONTACT, "unit.quiethours", by=by, at=at)


def _check(begins: time, ends: time) -> None:
    over_midnight = begins > ends
    before_day, after_day = ends <= DAY_FROM, begins >= DAY_UNTIL
    if begins != ends and not (before_day and after_day if over_midnight else before_day or after_day):
        words = _("Between 10:00 and 18:00 people must be able to hear of things. Choose other hours.")
        raise BadInput(words, fields={"begins": words})
