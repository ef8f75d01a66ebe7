"""Complaining about a directive or a form, answering, and raising what nobody answered in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.queries import root_unit
from braid.work.enums import (
    ANSWER_ABOVE_WITHIN,
    ANSWER_WITHIN,
    COMPLAINT_FLOW,
    ComplaintState,
    Grievance,
    Verdict,
)
from braid.work.models import Complaint, Directive, ReportForm
from braid.work.queries.complaints import asks, hearing_unit_of
from braid.work.rules import can_complain_from, can_hear

AT_ONCE = 20
"""Complaints one round of the worker raises."""


@transaction.atomic
def complain(
    thing: Directive | ReportForm, *, unit: Unit, about: Grievance, words: str, by: Person, at: datetime
) -> Complaint:
    """Complain, for `unit`, about what `thing` asks of it. Somebody independent above the unit that asks hears it and has
    `ANSWER_WITHIN`; whoever asked never learns who it was. The journal counts it where it is heard, without a name.

    Refused when `by` would not have to do it for the unit, when the unit is not asked, without words, and while an earlier
    complaint of hers about the same still waits.
    """
    require(can_complain_from(by, unit) and asks(thing, unit))
    if not words.strip():
        raise BadInput(_("Say what is wrong."), fields={"words": _("Write a sentence.")})
    link = {"directive": thing} if isinstance(thing, Directive) else {"form": thing}
    if Complaint.objects.filter(**link, said_by=by, state=ComplaintState.WAITING).exists():
        raise WrongState(_("You have complained about this already. It waits for an answer."))
    heard_at = hearing_unit_of(thing, at=at) or root_unit()
    assert heard_at is not None  # there is a unit, so there is a root
    made = Complaint.objects.create(
        **link,
        unit=heard_at,
        unit_path=heard_at.path,
        said_by=by,
        said_from=unit,
        about=about,
        words=words.strip(),
        said_at=at,
        due_on=_due(at, ANSWER_WITHIN),
        raise_on=_due(at, ANSWER_WITHIN),
    )
    record(heard_at, Strand.WORK, "complaint.made", at=at)
    return made


@transaction.atomic
def answer_complaint(complaint: Complaint, *, verdict: Verdict, answer: str, by: Actor, at: datetime) -> Complaint:
    """Answer a complaint: she who made it reads the answer, and so does, without her name, whoever asked.

    Refused to whoever does not hear it, made it or could have asked herself; without words; and when it waits no more.
    """
    require(can_hear(by, complaint))
    if not answer.strip():
        raise BadInput(_("Write an answer."), fields={"answer": _("Write an answer.")})
    person = by if isinstance(by, Person) else None
    COMPLAINT_FLOW.move(
        complaint,
        ComplaintState.ANSWERED,
        verdict=verdict,
        answer=answer.strip(),
        answered_at=at,
        answered_by=person,
    )
    record(complaint.unit, Strand.WORK, "complaint.answered", by=by, at=at)
    return complaint


@transaction.atomic
def take_back_complaint(complaint: Complaint, *, by: Person, at: datetime) -> Complaint:
    """Take one's own complaint back while it waits. Refused to everybody else, and once it was answered."""
    require(complaint.said_by_id == by.pk)
    COMPLAINT_FLOW.move(complaint, ComplaintState.TAKEN_BACK)
    record(complaint.unit, Strand.WORK, "complaint.made", -1, at=at)
    return complaint


def note_answer_read(complaint: Complaint, *, by: Person, at: datetime) -> None:
    """She who complained has opened the answer: it waits on her Today no more. Of others, and twice, nothing changes."""
    if complaint.said_by_id == by.pk and complaint.state == ComplaintState.ANSWERED:
        Complaint.objects.filter(pk=complaint.pk, read_at=None).update(read_at=at)


def raise_overdue_complaints(at: datetime) -> int:
    """A round of the worker: what was not answered in time goes a level up, where others have `ANSWER_ABOVE_WITHIN`.

    Where nobody above hears complaints it stays and waits on. Returns how many were raised.
    """
    today = timezone.localdate(at)
    late = Complaint.objects.filter(state=ComplaintState.WAITING, raise_on__lt=today, unit__depth__gt=0)
    rows = late.select_related("directive", "form").order_by("raise_on", "pk")
    return sum(_raise(complaint, at=at) for complaint in rows[:AT_ONCE])


@transaction.atomic
def _raise(complaint: Complaint, *, at: datetime) -> int:
    above, due_on = hearing_unit_of(complaint.thing, at=at, above=complaint.unit_path), _due(at, ANSWER_ABOVE_WITHIN)
    seen = Complaint.objects.filter(
        pk=complaint.pk, state=ComplaintState.WAITING, raise_on=complaint.raise_on, unit=complaint.unit_id
    )
    if above is None:  # it stays, and shows that it is late
        seen.update(raise_on=due_on)
        return 0
    values = {"unit": above, "unit_path": above.path, "due_on": due_on, "raise_on": due_on}
    if not seen.update(**values, raised=complaint.raised + 1):
        return 0
    record(above, Strand.WORK, "complaint.raised", at=at)
    return 1


def _due(at: datetime, within: timedelta) -> date:
    return timezone.localdate(at) + within
