"""Beginning, stopping and owing the weekly mail with the head's page."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from braid.kernel.access import require
from braid.kernel.delivery import Parcel, owe_deliveries
from braid.people.models import Person
from braid.people.telling import EMAIL
from braid.units.models import Unit

from .enums import WEEKLY_MAIL, WEEKLY_MAIL_AT
from .models import WeeklyMail
from .queries.units import can_look_below

AT_ONCE = 5
"""Weekly mails one round of the worker owes."""


def next_monday(at: datetime) -> datetime:
    """The first Monday at `WEEKLY_MAIL_AT` after `at`, by the federation's clock."""
    today = timezone.localdate(at, timezone.get_default_timezone())
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        moment = timezone.make_aware(datetime.combine(day, time(WEEKLY_MAIL_AT)), timezone.get_default_timezone())
        if day.weekday() == 0 and moment > at:
            return moment
    raise AssertionError("a week has a Monday")


@transaction.atomic
def begin_weekly_mail(unit: Unit, *, by: Person, at: datetime) -> WeeklyMail:
    """Send `by` the page of `unit` every Monday from now on, in place of another unit's. Refused where she may not see it."""
    require(can_look_below(by, unit))
    values = {"unit": unit, "unit_path": unit.path, "next_at": next_monday(at)}
    return WeeklyMail.objects.update_or_create(person=by, defaults=values)[0]


@transaction.atomic
def stop_weekly_mail(*, by: Person) -> None:
    """Send `by` no weekly mail any more; who gets none already gets none."""
    WeeklyMail.objects.filter(person=by).delete()


def owe_weekly_mails(at: datetime) -> int:
    """Owe the weekly mails that are due at `at`; a round of the worker. Returns how many it looked at.

    The next one is due in the transaction that owes this one, so that none comes twice.
    """
    due = list(WeeklyMail.objects.filter(next_at__lte=at).order_by("next_at")[:AT_ONCE])
    for mail in due:
        _owe(mail, at)
    return len(due)


@transaction.atomic
def _owe(mail: WeeklyMail, at: datetime) -> None:
    moved = WeeklyMail.objects.filter(pk=mail.pk, next_at=mail.next_at).update(next_at=next_monday(at))
    if moved:
        week = int(mail.next_at.timestamp()) // 60
        owe_deliveries([Parcel(WEEKLY_MAIL, week, mail.person_id, EMAIL, at, covers=(mail.pk,))])
