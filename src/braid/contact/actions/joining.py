"""Coming into a group and going out of it: at once, with an invitation, or by asking."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.enums import REQUEST_FLOW, JoinRule, RequestState
from braid.contact.models import Group, JoinRequest
from braid.contact.rules import can_run_groups_of, lets_in
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import leave_unit, take_office
from braid.people.enums import Office
from braid.people.models import Membership, Person

from .groups import acting_for, require_active


@transaction.atomic
def join_group(group: Group, *, by: Person, at: datetime, key: str = "") -> Membership:
    """Come into a group that is open, or into any with the `key` of its invitation link.

    Refused when it is neither, when it is closed, and when she is in it already.
    """
    require_active(group)
    if not lets_in(group, key):
        raise NotAllowed(_("This group lets people in by asking or by invitation."))
    _refuse_twice(group, by, at)
    held = take_office(by, group.unit, Office.MEMBER, by=acting_for(by), at=at)
    for request in JoinRequest.objects.filter(unit=group.unit, person=by, state=RequestState.WAITING):
        REQUEST_FLOW.move(request, RequestState.ACCEPTED, answered_at=at)
    return held


@transaction.atomic
def ask_to_join(group: Group, *, words: str, by: Person, at: datetime) -> JoinRequest:
    """Ask to come into a group that wants to be asked. Refused for other groups, when she is in it or has asked already."""
    require_active(group)
    if group.join_rule != JoinRule.ASKED:
        raise WrongState(_("One does not ask to come into this group."))
    _refuse_twice(group, by, at)
    try:
        with transaction.atomic():
            return JoinRequest.objects.create(
                unit=group.unit, unit_path=group.unit.path, person=by, words=words.strip(), asked_at=at
            )
    except IntegrityError as error:
        raise WrongState(_("You have asked already. You get an answer here.")) from error


@transaction.atomic
def answer_request(request: JoinRequest, *, accepts: bool, answer: str, by: Actor, at: datetime) -> JoinRequest:
    """Let her in, or say no with a reason. Refused when `by` may not run the group and when it was answered already."""
    require(can_run_groups_of(by, request.unit))
    if not accepts and not answer.strip():
        raise BadInput(_("Say why not: she reads it."), fields={"answer": _("Write a reason.")})
    state = RequestState.ACCEPTED if accepts else RequestState.DECLINED
    said = {"answer": answer.strip(), "answered_at": at, "answered_by": by if isinstance(by, Person) else None}
    REQUEST_FLOW.move(request, state, **said)
    if accepts and not _is_in(request.unit_id, request.person, at):
        take_office(request.person, request.unit, Office.MEMBER, by=acting_for(by), at=at)
    return request


@transaction.atomic
def take_back_request(request: JoinRequest, *, by: Person, at: datetime) -> JoinRequest:
    """Ask no longer. Refused for anybody else's request and for one that was answered."""
    require(request.person_id == by.pk)
    REQUEST_FLOW.move(request, RequestState.TAKEN_BACK, answered_at=at)
    return request


def leave_group(group: Group, *, by: Person, at: datetime) -> list[Membership]:
    """Go out of the group at once. Refused when she is not in it, and while she is responsible for it."""
    held = Membership.objects.current(timezone.localdate(at)).filter(person=by, unit=group.unit_id)
    offices = set(held.values_list("office", flat=True))
    if not offices:
        raise WrongState(_("You are not in this group."))
    if Office.HEAD in offices:
        raise WrongState(_("You are responsible for this group. Hand it over to somebody else first, or close it."))
    return leave_unit(by, group.unit, by=by, at=at)


def _refuse_twice(group: Group, person: Person, at: datetime) -> None:
    if _is_in(group.unit_id, person, at):
        raise WrongState(_("You are in this group already."))


def _is_in(unit: int, person: Person, at: datetime) -> bool:
    return Membership.objects.current(timezone.localdate(at)).filter(person=person, unit=unit).exists()
