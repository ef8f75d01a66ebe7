"""Who is silent: units of a notice from which something it waits for did not come, and how often they may be reminded.

A unit speaks through whoever answers: once one of its people did, nobody in it is reminded or telephoned. So no list of the
silent says of a person what the counts by unit do not say already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from pyroaring import BitMap

from braid.contact.enums import NOTICE, REMINDER, Fact
from braid.contact.models import Dispatch, Notice, Receipt, UnitSet
from braid.contact.rules import asks_for
from braid.kernel.enums import OPEN_DELIVERY, DeliveryState
from braid.kernel.models import Delivery

from .audience import Size, size_in
from .recipients import Meant, meant_by

_ARRIVED = (DeliveryState.SENT.value, DeliveryState.UNKNOWN.value)


def silent_units(asked: Collection[tuple[int, int]]) -> dict[tuple[int, int], BitMap]:
    """For each notice and fact it waits for, both by number: the addressed units from which it did not come, and where nobody
    was reached by phone. One query; before a notice is frozen none of its units is silent."""
    meanings = {UnitSet.Meaning.ADDRESSED.value, UnitSet.Meaning.CALLED.value, *(fact for _, fact in asked)}
    rows = UnitSet.objects.filter(notice__in={notice for notice, _ in asked}, meaning__in=meanings)
    sets = {
        (notice, meaning): BitMap.deserialize(bytes(numbers))
        for notice, meaning, numbers in rows.values_list("notice_id", "meaning", "numbers")
    }
    none = BitMap()
    return {
        (notice, fact): sets.get((notice, UnitSet.Meaning.ADDRESSED), none)
        - sets.get((notice, fact), none)
        - sets.get((notice, UnitSet.Meaning.CALLED), none)
        for notice, fact in asked
    }


def units_silent_on(notice: Notice, fact: int) -> BitMap:
    """The units silent on one thing that `notice` waits for."""
    return silent_units([(notice.pk, fact)])[notice.pk, fact]


def awaited(notice: Notice) -> list[Fact]:
    """What `notice` waits for, the least first."""
    return [fact for fact in Fact if asks_for(notice, fact)]


@dataclass(frozen=True)
class Silence:
    """How many are silent on one thing a notice waits for."""

    fact: Fact
    size: Size


def silences_of(notice: Notice, *, on: date) -> list[Silence]:
    """How many units are silent, and how many people it means in them, for all that `notice` waits for. Two queries."""
    meant = meant_by([notice.pk]).get(notice.pk, Meant(()))
    silent = silent_units([(notice.pk, fact) for fact in awaited(notice)])
    return [
        Silence(Fact(fact), size_in([(offices, units & numbers) for offices, numbers in meant.rules], on=on))
        for (_, fact), units in silent.items()
    ]


@dataclass(frozen=True)
class Reminding:
    """What was done so far to make a notice heard, and when a reminder may go next."""

    reminders: tuple[Dispatch, ...]
    next_at: datetime
    left: int
    """How many may still go."""


def pause() -> timedelta:
    """How long nobody is told of the same notice again."""
    return timedelta(hours=settings.REMINDER_PAUSE_HOURS)


def reminding_of(notice: Notice) -> Reminding:
    """The reminders of `notice`, which has gone out, in order. One query."""
    rows = Dispatch.objects.filter(notice=notice).select_related("by").defer("units").order_by("number")
    dispatches = list(rows)
    reminders = tuple(row for row in dispatches if row.number)
    assert notice.sent_at is not None  # it has gone out
    last = max([notice.sent_at, *(row.begun_at for row in dispatches)])
    return Reminding(reminders, last + pause(), max(0, settings.MOST_REMINDERS - len(reminders)))


def left_in_peace(notice: Notice, fact: int, persons: Collection[int], *, at: datetime) -> set[int]:
    """Those of `persons` a reminder passes by: who answered for another unit, and who was told of `notice` within the pause,
    or is about to be. Three queries."""
    answered = Receipt.objects.filter(notice=notice, fact=fact, person__in=persons).values_list("person_id", flat=True)
    dispatches = list(Dispatch.objects.filter(notice=notice, number__gt=0).values_list("pk", flat=True))
    about = Q(kind=NOTICE, thing=notice.pk) | Q(kind=REMINDER, thing__in=dispatches)
    lately = Q(state__in=OPEN_DELIVERY) | Q(state__in=_ARRIVED, settled_at__gt=at - pause())
    told = Delivery.objects.filter(about, lately, person_number__in=persons)
    return {*answered, *(number for number in told.values_list("person_number", flat=True) if number)}
