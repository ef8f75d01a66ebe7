"""Who is what in a unit, from when to when."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.enums import CameBy, Office
from braid.people.gate import forget_held
from braid.people.models import Membership, Person
from braid.people.queries.terms import term_at
from braid.people.rules import can_end_membership, can_fill_office
from braid.units.enums import UnitStatus
from braid.units.models import Unit


@transaction.atomic
def take_office(
    person: Person,
    unit: Unit,
    office: Office,
    *,
    by: Actor,
    at: datetime,
    since: date | None = None,
    came_by: CameBy = CameBy.UNKNOWN,
) -> Membership:
    """Make `person` hold `office` in `unit` from the day `since` (default: today; not in the future).

    It belongs to the term of that day, if the unit has one. Whoever is acting head ends when a head comes. Refused when `by`
    may not fill it, the unit is closed, she holds it already, or it is the head's and is not vacant.
    """
    unit = lock_unit(unit)
    require(can_fill_office(by, unit, office))
    today = timezone.localdate(at)
    since = since or today
    if since > today:
        raise BadInput(_("The day must not lie in the future."), fields={"since": _("in the future")})
    return begin_office(person, unit, office, since=since, came_by=came_by, by=by, at=at)


@transaction.atomic
def end_membership(held: Membership, *, by: Actor, at: datetime, until: date | None = None) -> Membership:
    """End what somebody is; `until` is the first day on which she is it no more (default: today, so at once).

    Refused when `by` may not, when it has ended, or when `until` lies before its first day or in the future.
    """
    held = Membership.objects.select_related("unit", "person").select_for_update(of=("self",)).get(pk=held.pk)
    require(can_end_membership(by, held))
    today = timezone.localdate(at)
    until = until or today
    if held.until and held.until <= today:
        raise WrongState(_("This has ended already."))
    if not held.since <= until <= today:
        raise BadInput(_("The day must lie between the first day and today."), fields={"until": _("out of range")})
    return finish_office(held, until=until, by=by, at=at)


def begin_office(
    person: Person, unit: Unit, office: Office, *, since: date, came_by: CameBy, by: Actor, at: datetime
) -> Membership:
    """What taking an office writes, for actions that have asked the gate and hold the unit."""
    if office == Office.MEMBER and came_by != CameBy.UNKNOWN:
        raise BadInput(_("Members are not elected."), fields={"came_by": _("for offices only")})
    if office == Office.HEAD and came_by != CameBy.ACTING:
        _end_acting_head(unit, since, by=by, at=at)
    _refuse_twice(person, unit, office, timezone.localdate(at))
    held = Membership.objects.create(
        person=person,
        unit=unit,
        unit_path=unit.path,
        office=office,
        since=since,
        came_by=came_by,
        term=None if office == Office.MEMBER else term_at(unit, on=since),
    )
    record(unit, Strand.CONTACT, _kind(office, begins=True), by=by, at=at)
    forget_held(person)
    return held


def finish_office(held: Membership, *, until: date, by: Actor, at: datetime) -> Membership:
    """What ending a membership writes, for actions that have asked the gate and hold the row."""
    held.until = until
    held.save(update_fields=["until"])
    record(held.unit, Strand.CONTACT, _kind(Office(held.office), begins=False), by=by, at=at)
    if isinstance(by, Person):
        forget_held(by)
    return held


def _end_acting_head(unit: Unit, since: date, *, by: Actor, at: datetime) -> None:
    """Whoever stood in for the head is head no more from the day one comes."""
    today = timezone.localdate(at)
    acting = Membership.objects.current(today).filter(unit=unit, office=Office.HEAD, came_by=CameBy.ACTING)
    for held in acting.select_related("unit", "person").order_by("pk"):
        finish_office(held, until=min(max(since, held.since), today), by=by, at=at)


def join_unit(person: Person, unit: Unit, *, by: Actor, at: datetime, since: date | None = None) -> Membership:
    """Make `person` a plain member of `unit`. Refused as `take_office` is."""
    return take_office(person, unit, Office.MEMBER, by=by, at=at, since=since)


def end_office(person: Person, unit: Unit, office: Office, *, by: Actor, at: datetime) -> Membership:
    """End the `office` that `person` holds in `unit` today. Refused when she does not, or `by` may not."""
    held = Membership.objects.current(timezone.localdate(at)).filter(person=person, unit=unit, office=office).first()
    if held is None:
        raise WrongState(_("She does not hold this office."))
    return end_membership(held, by=by, at=at)


def leave_unit(person: Person, unit: Unit, *, by: Actor, at: datetime) -> list[Membership]:
    """End everything `person` is in `unit` today. Refused when `by` may not end each part of it."""
    today = timezone.localdate(at)
    with transaction.atomic():
        held = Membership.objects.current(today).filter(person=person, unit=unit).order_by("pk")
        return [end_membership(one, by=by, at=at) for one in held]


def lock_unit(unit: Unit) -> Unit:
    """The unit as it stands now, held until the transaction ends, so that it cannot close, move or be joined twice."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.status != UnitStatus.ACTIVE:
        raise WrongState(_("This unit is closed."))
    return unit


def _refuse_twice(person: Person, unit: Unit, office: Office, today: date) -> None:
    """Nobody holds one office twice, and a unit has one head at a time."""
    there = Membership.objects.current(today).filter(unit=unit, office=office)
    if there.filter(person=person).exists():
        raise WrongState(
            _("%(person)s is already %(office)s here.") % {"person": person.name, "office": office.label},
        )
    if office == Office.HEAD and (head := there.select_related("person").first()):
        raise WrongState(
            _("%(person)s is head of this unit. End her office first.") % {"person": head.person.name},
        )


def _kind(office: Office, *, begins: bool) -> str:
    if office == Office.MEMBER:
        return "person.joined" if begins else "person.left"
    return "office.taken" if begins else "office.ended"
