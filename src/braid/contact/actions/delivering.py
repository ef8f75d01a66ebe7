"""Telling people of a notice beyond their inboxes: whom to, in which words, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from pyroaring import BitMap

from braid.contact.enums import COUNTED_KINDS, NOTICE, REMINDER, Fact, NoticeState
from braid.contact.models import Dispatch, Notice, UnitSet
from braid.contact.queries.recipients import Meant, Slice, meant_by, next_slice, offices_of, units_through
from braid.contact.queries.silence import left_in_peace, units_silent_on
from braid.kernel.enums import OPEN_DELIVERY, DeliveryState
from braid.kernel.models import Delivery
from braid.people.models import Person
from braid.people.queries.quiet_hours import quiet_until
from braid.people.telling import tell_chosen

from .freezing import freeze_audience
from .receipts import grow_sets

MOST_WAITING = 5000
"""Deliveries that may wait before more are owed: so a notice to ten million people never has ten million rows at once."""
SLICE = 500
"""Memberships looked at in one transaction: on SQLite nobody else can write meanwhile."""
UNITS_AT_ONCE = 20_000
"""Units among which a slice looks for them: reading, nobody waits for it."""
COUNT_AT_ONCE = 1000

Meaning = UnitSet.Meaning


def begin_dispatch(
    notice: Notice, *, number: int = 0, awaits: Fact = Fact.SEEN, by: Person | None = None, at: datetime
) -> Dispatch:
    """Begin to tell people of `notice`; twice is once. Part of the transaction in which it goes out."""
    values = {"begun_at": at, "by": by, "awaits": awaits}
    dispatch, _made = Dispatch.objects.get_or_create(notice=notice, number=number, defaults=values)
    return dispatch


def go_on_dispatching(at: datetime) -> int:
    """The worker's round: owe the deliveries of the next slice of the oldest dispatch; returns how much was done.

    Nothing is done while `MOST_WAITING` deliveries wait to be sent. While as many wait for the morning, a dispatch that would
    add to them rests until then, and others go on. A reminder waits until the notice itself has come to everybody.
    """
    awake = Dispatch.objects.filter(Q(rests_until=None) | Q(rests_until__lte=at), ~_FIRST_COMES, finished_at=None)
    dispatch = awake.select_related("notice").order_by("pk").first()
    if dispatch is None or _is_full(Delivery.objects.filter(state__in=OPEN_DELIVERY).exclude(_sleeps(at))):
        return 0
    if dispatch.notice.frozen_at is None:
        freeze_audience(dispatch.notice, at=at)
    found = _slice(dispatch, at)
    if morning := _morning(found, at):
        Dispatch.objects.filter(pk=dispatch.pk).update(rests_until=morning)
    else:
        with transaction.atomic():
            _owe(dispatch, found, at)
    return 1


_FIRST_COMES = Exists(
    Dispatch.objects.filter(notice=OuterRef("notice"), number__lt=OuterRef("number"), finished_at=None)
)
"""Of a dispatch: one before it, of the same notice, is not finished."""


def _sleeps(at: datetime) -> Q:
    """Deliveries that were never tried and are due later: they wait for the end of quiet hours."""
    return Q(attempts=0, due_at__gt=at)


def _is_full(deliveries: QuerySet[Delivery]) -> bool:
    return deliveries[:MOST_WAITING].count() >= MOST_WAITING


def _morning(found: Slice, at: datetime) -> datetime | None:
    """When some of the slice may be told, if that is later and enough others wait for it."""
    if not _is_full(Delivery.objects.filter(_sleeps(at), state__in=OPEN_DELIVERY)):
        return None
    return min(quiet_until({person for person, _ in found.persons}, at).values(), default=None)


def _slice(dispatch: Dispatch, at: datetime) -> Slice:
    """The next people; of a reminder those who are silent at this moment."""
    notice = dispatch.notice
    meant = meant_by([notice.pk]).get(notice.pk, Meant(()))
    if notice.state != NoticeState.SENT:
        return Slice([], dispatch.after_unit, 0, is_last=True)
    units = meant.units & units_silent_on(notice, dispatch.awaits) if dispatch.number else meant.units
    on = timezone.localdate(at)
    found = next_slice(dispatch, meant, units, on=on, size=SLICE, unit_size=UNITS_AT_ONCE)
    if not dispatch.number:
        return found
    peace = left_in_peace(notice, dispatch.awaits, {person for person, _ in found.persons}, at=at)
    return replace(found, persons=[each for each in found.persons if each[0] not in peace])


def _owe(dispatch: Dispatch, found: Slice, at: datetime) -> None:
    """Owe the slice and move on, unless another worker did."""
    here = Dispatch.objects.filter(
        pk=dispatch.pk, after_unit=dispatch.after_unit, after_membership=dispatch.after_membership, finished_at=None
    )
    moved = here.update(
        after_unit=found.after_unit,
        after_membership=found.after_membership,
        finished_at=max(at, dispatch.begun_at) if found.is_last else None,
    )
    if moved and dispatch.number:
        _remind(dispatch, found, at)
    elif moved:
        told = tell_chosen({person for person, _ in found.persons}, NOTICE, dispatch.notice_id, at=at)
        Dispatch.objects.filter(pk=dispatch.pk).update(owed=dispatch.owed + len(told))


def _remind(dispatch: Dispatch, found: Slice, at: datetime) -> None:
    """Each reminder climbs the ladder by a step: her next channel, and when there is none, her last."""
    persons = {person for person, _ in found.persons}
    told = tell_chosen(persons, REMINDER, dispatch.pk, step=dispatch.number, covers=(dispatch.notice_id,), at=at)
    units = BitMap.deserialize(bytes(dispatch.units)) if dispatch.units else BitMap()
    units.update(unit for person, unit in found.persons if person in told)
    Dispatch.objects.filter(pk=dispatch.pk).update(owed=dispatch.owed + len(told), units=bytes(units.serialize()))


def count_deliveries(at: datetime) -> int:
    """The worker's round: add what came of deliveries to what the sender sees, unit by unit; returns how many were counted.

    A sender sees which units were pushed to, mailed, or are not known to be: never which person chose what.
    """
    waiting = Delivery.objects.filter(kind__in=COUNTED_KINDS, is_counted=False, settled_at__isnull=False)
    rows = list(waiting.order_by("kind", "pk")[:COUNT_AT_ONCE])
    if rows:
        said = _said(rows, at)
        with transaction.atomic():
            grow_sets(said)
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(is_counted=True)
    return len(rows)


def _said(rows: Iterable[Delivery], at: datetime) -> dict[tuple[int, int], list[int]]:
    """The units that each notice's sets grow by."""
    told = [
        (notice, row.person_number or 0, meaning)
        for row in rows
        if (meaning := meaning_of(row))
        for notice in _about(row)
    ]
    meant = meant_by({notice for notice, _, _ in told})
    held = offices_of({person for _, person, _ in told}, on=timezone.localdate(at))
    said: dict[tuple[int, int], list[int]] = defaultdict(list)
    for notice, person, meaning in told:
        said[notice, meaning] += units_through(meant.get(notice), held.get(person, {}))
    return {key: units for key, units in said.items() if units}


def meaning_of(row: Delivery) -> int | None:
    """What a settled delivery says of the units of its person; None when nothing."""
    if row.state == DeliveryState.SENT:
        return int({"push": Meaning.PUSHED, "email": Meaning.MAILED}.get(row.channel, Meaning.TOLD))
    return {"unknown": Meaning.UNKNOWN.value, "failed": Meaning.FAILED.value}.get(row.state)


def _about(row: Delivery) -> list[int]:
    """The notices a delivery tells of."""
    return row.covers if row.kind != NOTICE else [row.thing]
