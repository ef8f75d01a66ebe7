"""Succession: an office passes from its holder to the next on a day, with what was granted to her there and her open work."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.outbox import owe, task
from braid.people.enums import SUCCESSION_FLOW, CameBy, Office, Reach, Role, SuccessionState
from braid.people.gate import actor_of
from braid.people.hooks import handovers
from braid.people.models import Grant, Membership, Person, Succession
from braid.people.queries.successions import grants_to_pass
from braid.people.rules import LONGEST_GRANT, can_cancel_succession, can_fill_office, can_give_grant

from .grants import give_grant, revoke_grant
from .memberships import begin_office, finish_office, lock_unit

LONGEST_AHEAD = timedelta(days=366 * 2)
"""How far ahead a succession can be planned."""


@transaction.atomic
def plan_succession(
    held: Membership,
    successor: Person,
    *,
    on: date,
    came_by: CameBy,
    passes_grants: bool = True,
    by: Actor,
    at: datetime,
) -> Succession:
    """Plan that the office `held` passes to `successor` on the day `on` (today or later).

    It is done by the worker on that day, and only if `by` still may: fill the office, and give what is passed on. Refused when
    she may not now, when the office has ended or is plain membership, when `successor` has it, and when one is planned already.
    """
    held = Membership.objects.select_related("unit", "person").select_for_update(of=("self",)).get(pk=held.pk)
    unit, office, today = lock_unit(held.unit), Office(held.office), timezone.localdate(at)
    require(can_fill_office(by, unit, office))
    if office == Office.MEMBER:
        raise BadInput(_("Only offices pass on."), fields={"held": _("plain membership")})
    if not today <= on <= today + LONGEST_AHEAD:
        raise BadInput(_("Choose today or a day within two years."), fields={"on": _("out of range")})
    if held.until and held.until <= on:
        raise WrongState(_("This office ends before that day."))
    if Membership.objects.current(on).filter(person=successor, unit=unit, office=office).exists():
        raise WrongState(_("%(person)s holds this office already.") % {"person": successor.name})
    if Succession.objects.filter(held=held, state=SuccessionState.PLANNED).exists():
        raise WrongState(_("A succession is planned already. Call it off first."))
    if passes_grants:
        require(all(_may_pass(by, grant) for grant in grants_to_pass(held, at=at)))
    planned = Succession.objects.create(
        held=held,
        unit=unit,
        unit_path=unit.path,
        successor=successor,
        on=on,
        came_by=came_by,
        passes_grants=passes_grants,
        by_number=by.pk,
        planned_at=at,
    )
    owe(carry_out_succession, planned.pk, due=max(at, _midnight(on)))
    return planned


@transaction.atomic
def cancel_succession(planned: Succession, *, by: Actor, at: datetime) -> Succession:
    """Call a planned succession off. Refused unless `by` could plan it, and once it was done."""
    require(can_cancel_succession(by, planned))
    SUCCESSION_FLOW.move(planned, SuccessionState.CANCELLED, settled_at=at)
    return planned


@task
def carry_out_succession(pk: int, *, at: datetime) -> None:
    """Do what was planned, as whoever planned it: her rights are asked again. A refusal is kept for her to read."""
    planned = Succession.objects.select_related("held__person", "held__unit", "successor").filter(pk=pk).first()
    if planned is None or planned.state != SuccessionState.PLANNED:
        return
    try:
        with transaction.atomic():
            passed = _pass_office(planned, by=_planner(planned), at=at)
    except Refused as error:  # nobody waits for the worker: the words go where she will look
        refusal = {"refusal": str(error.message)}
        SUCCESSION_FLOW.move(planned, SuccessionState.REFUSED, settled_at=at, outcome=refusal)
    else:
        SUCCESSION_FLOW.move(planned, SuccessionState.DONE, settled_at=at, outcome={"passed": passed})


def _planner(planned: Succession) -> Actor:
    try:
        return actor_of(planned.by_number)
    except Person.DoesNotExist:
        raise WrongState(_("Whoever planned this is not here any more.")) from None


def _pass_office(planned: Succession, *, by: Actor, at: datetime) -> dict[str, int]:
    """Grants first, while the planner still has the office that lets her give them: it may be the very one that ends."""
    unit = lock_unit(planned.unit)
    held = Membership.objects.select_related("unit", "person").select_for_update(of=("self",)).get(pk=planned.held_id)
    office, today = Office(held.office), timezone.localdate(at)
    require(can_fill_office(by, unit, office))
    passed = {"grants": _pass_grants(planned, by=by, at=at) if planned.passes_grants else 0}
    if held.until is None or held.until > today:
        finish_office(held, until=today, by=by, at=at)
    begin_office(planned.successor, unit, office, since=today, came_by=CameBy(planned.came_by), by=by, at=at)
    for handover in handovers:
        passed[handover.name] = handover.pass_on(held.person, planned.successor, unit, at)
    return passed


def _pass_grants(planned: Succession, *, by: Actor, at: datetime) -> int:
    grants = list(grants_to_pass(planned.held, at=at))
    has = Grant.objects.valid(at).filter(person=planned.successor, unit=planned.unit).values_list("role", "reach")
    known = set(has)
    for grant in grants:
        if (grant.role, grant.reach) not in known:
            until = min(grant.until or at + LONGEST_GRANT, at + LONGEST_GRANT)
            role, reach = Role(grant.role), Reach(grant.reach)
            give_grant(
                planned.successor, planned.unit, role=role, reach=reach, until=until, why=grant.why, by=by, at=at
            )
        revoke_grant(grant, by=by, at=at)
    return len(grants)


def _may_pass(by: Actor, grant: Grant) -> bool:
    return can_give_grant(by, grant.unit, Role(grant.role), Reach(grant.reach))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
