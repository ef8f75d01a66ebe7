"""Sending later: a draft that goes out by itself at a moment somebody chose."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.contact.enums import LATEST_PLAN, SOONEST_PLAN, UNDO_WINDOW, NoticeState
from braid.contact.models import Notice
from braid.contact.rules import can_send_for
from braid.kernel.access import require
from braid.kernel.errors import BadInput, Refused
from braid.kernel.outbox import owe, task
from braid.people.models import Person

from .drafts import hold_draft
from .sending import check_can_go, send_notice

_ATTEMPT = timedelta(minutes=10)
"""A plan whose worker was away for longer than this is not carried out unasked: its moment is over."""


@transaction.atomic
def plan_sending(
    notice: Notice, moment: datetime, *, zone: str, over_budget_why: str = "", by: Person, at: datetime
) -> Notice:
    """Let a draft go out by itself at `moment`, chosen in the time zone named `zone`; a new plan takes the old one's place.

    Until then it stays a draft that can be changed. What is sent, and to whom, is what it says then, and `by` must then still be
    allowed to send it. Refused as sending is, for a moment nearer than `SOONEST_PLAN` or farther than `LATEST_PLAN`, and after
    the day it is due.
    """
    why = check_can_go(notice, over_budget_why, by=by, at=at)
    if not at + SOONEST_PLAN <= moment <= at + LATEST_PLAN:
        words = gettext_lazy("Choose a moment at least 5 minutes and at most a year from now.")
        raise BadInput(words, fields={"day": words})
    if notice.due_on and notice.due_on < timezone.localdate(moment):
        words = gettext_lazy("It would go out after the day it is due.")
        raise BadInput(words, fields={"day": words})
    hold_draft(notice)
    _note(notice, send_at=moment, send_zone=zone, send_by=by, over_budget_why=why, not_sent_why="")
    owe(send_planned, notice.pk, moment.isoformat(), due=moment - UNDO_WINDOW)
    return notice


@transaction.atomic
def cancel_plan(notice: Notice, *, by: Person, at: datetime) -> Notice:
    """Let a planned draft be a draft without a plan; one that has none already stays as it is. Refused once it was sent."""
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    _note(notice, send_at=None, send_zone="", send_by=None, not_sent_why="")
    return notice


@task
def send_planned(pk: int, moment: str, *, at: datetime) -> None:
    """Send what was planned for `moment`, with the rights its sender has now. What cannot go stays a draft that says why.

    The plan was changed, called off, or the draft was sent by hand: nothing to do.
    """
    planned = datetime.fromisoformat(moment)
    notice = (
        Notice.objects.select_related("unit", "send_by").filter(pk=pk, state=NoticeState.DRAFT, send_at=planned).first()
    )
    if notice is None:
        return
    try:
        with transaction.atomic():
            _send(notice, planned, at=at)
    except Refused as refusal:  # her answer, where she is no longer there to read it: it is kept for her
        _note(notice, send_at=None, send_zone="", not_sent_why=str(refusal.message))


def _send(notice: Notice, planned: datetime, *, at: datetime) -> None:
    if notice.send_by is None:
        raise Refused(_("Whoever planned the sending is not with us any more."))
    if at > planned + _ATTEMPT:
        raise Refused(_("The machine was not running at the planned time. Check whether it still holds, then send it."))
    send_notice(notice, by=notice.send_by, at=at)


def _note(notice: Notice, **values: object) -> None:
    Notice.objects.filter(pk=notice.pk).update(**values)
    for name, value in values.items():
        setattr(notice, name, value)
