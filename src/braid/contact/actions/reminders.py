"""Reminding those from whom nothing came: asked for by the sender, or set when she sent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import Fact, NoticeState
from braid.contact.models import Dispatch, Notice
from braid.contact.queries.silence import awaited, reminding_of, units_silent_on
from braid.contact.rules import asks_for, can_send_for, is_out
from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import Refused, WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.outbox import task
from braid.people.models import Person

from .delivering import begin_dispatch


@transaction.atomic
def remind_silent(notice: Notice, awaits: Fact, *, by: Actor, at: datetime) -> Dispatch:
    """Remind the people of units from which `awaits` did not come; who they are is asked again as the worker comes to them.

    Refused when `by` may not send for its unit, when nobody is silent or the notice does not ask for it, when it is withdrawn
    or not out yet, sooner than `REMINDER_PAUSE_HOURS` after anything was sent about it, and beyond `MOST_REMINDERS`.
    """
    require(can_send_for(by, notice.unit_path))
    hold_sent(notice, at=at)
    check_silent(notice, awaits)
    done = reminding_of(notice)
    if not done.left:
        raise WrongState(_("This notice was reminded of as often as is allowed. Now only the telephone helps."))
    check_pause(done.next_at, at=at)
    asked_by = by if isinstance(by, Person) else None
    dispatch = begin_dispatch(notice, number=len(done.reminders) + 1, awaits=awaits, by=asked_by, at=at)
    record(notice.unit, Strand.CONTACT, "notice.reminded", by=by, at=at)
    return dispatch


@task
def remind_as_set(pk: int, sent_at: str, by_operator: bool = False, *, at: datetime) -> None:
    """Remind the silent as was set when the notice was sent, if its sender may still send it.

    `by_operator`: it was the operator who sent it. A notice that names no sender otherwise was sent by somebody who was erased
    since: nobody's rights stand for it. That, withdrawn, reminded of by hand a moment ago, or nobody silent: nothing to do.
    """
    found = Notice.objects.select_related("unit", "sent_by").filter(pk=pk, sent_at=datetime.fromisoformat(sent_at))
    notice = found.first()
    by = OPERATOR if by_operator else notice and notice.sent_by
    if notice is not None and by is not None:
        try:
            remind_silent(notice, awaited(notice)[-1], by=by, at=at)
        except Refused:
            return  # nobody asked just now, so nobody is there to be told why not


def hold_sent(notice: Notice, *, at: datetime) -> None:
    """Lock the row, on condition that the notice is out: what is asked of it is decided by one at a time."""
    held = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENT).update(state=NoticeState.SENT)
    if not held or not is_out(notice, at):
        raise WrongState(_("Only of a notice that has gone out and was not withdrawn can people be reminded."))


def check_silent(notice: Notice, awaits: Fact) -> None:
    """Refused when nobody is silent on `awaits`."""
    if not asks_for(notice, awaits) or not units_silent_on(notice, awaits):
        raise WrongState(_("Nobody is silent: every unit has answered."))


def check_pause(next_at: datetime, *, at: datetime) -> None:
    """Refused before `next_at`."""
    if at < next_at:
        moment = date_format(timezone.localtime(next_at), "SHORT_DATETIME_FORMAT")
        raise WrongState(
            _("People were told of it not long ago. It is possible again from %(moment)s.") % {"moment": moment}
        )
