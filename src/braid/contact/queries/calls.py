"""Phone lists: whom to telephone in a unit, what came of it, and the lists that wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from braid.contact.enums import CALLED_FOR, NoticeState
from braid.contact.models import Audience, Call, Notice, PhoneList
from braid.contact.rules import CALL_SILENT
from braid.kernel.access import scope
from braid.kernel.keyset import Page, page_of
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .recipients import Meant, meant_by
from .silence import silent_units, units_silent_on


@dataclass(frozen=True)
class PhoneListHere:
    """The phone list of a notice at one unit."""

    phone_list: PhoneList
    unit: Unit
    offices: int
    """The offices (a mask) the notice means there."""
    is_silent: bool
    """Whether somebody still has to be telephoned."""


def phone_list_for(person: Person, pk: int, code: str) -> PhoneListHere:
    """The phone list of notice `pk` at the unit with `code`, if `person` may telephone for that unit; else `Http404`.

    It is there once its sender asked for it, until the notice is withdrawn.
    """
    unit = Unit.objects.filter(scope(person, CALL_SILENT).where("path"), code=code).first()
    asked = PhoneList.objects.select_related("notice__unit").filter(notice=pk, notice__state=NoticeState.SENT).first()
    if unit is None or asked is None:
        raise Http404
    offices = _offices_in(meant_by([pk]).get(pk, Meant(())), unit)
    if not offices:
        raise Http404
    return PhoneListHere(asked, unit, offices, unit.pk in units_silent_on(asked.notice, asked.awaits))


def has_phone_list(notice: Notice) -> bool:
    """Whether the sender of `notice` asked for calls, and it was not withdrawn."""
    return notice.state == NoticeState.SENT and PhoneList.objects.filter(notice=notice).exists()


def people_to_call(here: PhoneListHere, *, at: datetime, cursor: str = "", size: int = 50) -> Page[Membership]:
    """A page of the people whom the notice means in the unit, officers first, with their persons. One query.

    Nobody while the unit is not silent: it has answered through one of them.
    """
    rows = _meant_in(here, at)
    return page_of(rows if here.is_silent else rows.none(), order=("office", "pk"), cursor=cursor, size=size)


def person_to_call(here: PhoneListHere, pk: int, *, at: datetime) -> Person:
    """Person `pk` if the notice means her in the unit; else `Http404`."""
    found = _meant_in(here, at).filter(person=pk).first()
    if found is None:
        raise Http404
    return found.person


def _meant_in(here: PhoneListHere, at: datetime) -> QuerySet[Membership]:
    offices = [office for office in Office if here.offices >> office & 1]
    rows = Membership.objects.current(timezone.localdate(at)).filter(unit=here.unit, office__in=offices)
    return rows.select_related("person")


def calls_about(here: PhoneListHere, memberships: Sequence[Membership]) -> dict[int | None, Call]:
    """What was recorded of the people in `memberships`, by their numbers, and of the unit as a whole (None). One query."""
    rows = Call.objects.filter(notice=here.phone_list.notice_id, unit=here.unit).select_related("by")
    numbers = {row.person_id for row in memberships}
    return {row.person_id: row for row in rows if row.person_id is None or row.person_id in numbers}


def is_meant_in(notice: Notice, unit: Unit, person: Person | None, *, at: datetime) -> bool:
    """Whether `notice` means `unit`, and `person`, if one is given, in it."""
    offices = _offices_in(meant_by([notice.pk]).get(notice.pk, Meant(())), unit)
    if person is None or not offices:
        return bool(offices)
    held = Membership.objects.current(timezone.localdate(at)).filter(unit=unit, person=person)
    return any(offices >> office & 1 for office in held.values_list("office", flat=True))


def offices_in(unit: Unit, persons: Sequence[int], *, at: datetime) -> dict[int, Office]:
    """The first office each of `persons` holds in `unit` now. One query."""
    held = Membership.objects.current(timezone.localdate(at)).filter(unit=unit, person__in=persons)
    return {person: Office(office) for person, office in held.order_by("-office").values_list("person_id", "office")}


def phone_lists_waiting_for(person: Person, *, at: datetime, most: int) -> list[tuple[Notice, Unit]]:
    """Notices about which `person` is asked to telephone people of her unit, newest first. One query when nobody is asked for
    anything, else five at most.

    The liaison officer is asked; where a unit has none, its head. Nothing waits once the unit has answered, somebody was
    reached, or it is recorded that the unit as a whole cannot be.
    """
    reach = scope(person, CALL_SILENT)
    above = {number for path in (*reach.subtrees, *reach.units) for number in numbers_of(path)}
    to_her = Audience.objects.filter(unit__in=above).values("notice")  # only rules anchored there can mean her units
    recent = PhoneList.objects.filter(notice__in=to_her, asked_at__gt=at - CALLED_FOR, notice__state=NoticeState.SENT)
    lists = list(recent.select_related("notice__unit").order_by("-asked_at")[:most])
    units = _units_called_by(person, at) if lists else {}
    if not units:
        return []
    silent = silent_units([(one.notice_id, one.awaits) for one in lists])
    whole = Call.objects.filter(notice__in=[one.notice_id for one in lists], unit__in=units, person=None)
    given_up = set(whole.values_list("notice_id", "unit_id"))
    return [
        (one.notice, unit)
        for one in lists
        for number, unit in units.items()
        if number in silent[one.notice_id, one.awaits] and (one.notice_id, number) not in given_up
    ]


def _units_called_by(person: Person, at: datetime) -> dict[int, Unit]:
    on = timezone.localdate(at)
    held = list(
        Membership.objects.current(on)
        .filter(person=person, office__in=(Office.LIAISON, Office.HEAD))
        .select_related("unit")
    )
    led = {row.unit_id for row in held if row.office == Office.HEAD}
    others = (
        Membership.objects.current(on).filter(unit__in=led, office=Office.LIAISON).values_list("unit_id", flat=True)
    )
    has_liaison = set(others) if led else set()
    return {row.unit_id: row.unit for row in held if row.office == Office.LIAISON or row.unit_id not in has_liaison}


def _offices_in(meant: Meant, unit: Unit) -> int:
    """The offices (a mask) meant in `unit`."""
    every = sum(1 << office for office in Office)
    found = 0
    for offices, numbers in meant.rules:
        if unit.pk in numbers:
            found |= offices or every
    return found
