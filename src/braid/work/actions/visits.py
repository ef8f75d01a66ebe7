"""Logging visits, and setting right what the record of duty says."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import require
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Happened, Strand, record_all
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import MOST_MET, VisitKind, VisitTopic
from braid.work.models import DutyNote, Visit
from braid.work.rules import can_log_visits_for


@transaction.atomic
def log_visit(
    unit: Unit,
    *,
    kind: VisitKind,
    people: int,
    on: date,
    topic: VisitTopic = VisitTopic.OTHER,
    words: str = "",
    by: Person,
    at: datetime,
) -> Visit:
    """Log that `by` met `people` people for `unit` on the day `on`. The journal counts the visit and the people; `words` are
    hers alone. Refused when she may not log for the unit, for a day to come, and for no people or more than `MOST_MET`."""
    require(can_log_visits_for(by, unit))
    if on > timezone.localdate(at):
        raise BadInput(_("This day is still to come."), fields={"on": _("Choose today or a day before.")})
    if not 1 <= people <= MOST_MET:
        raise BadInput(_("How many people were it?"), fields={"people": _("Write a number from 1 to 10,000.")})
    visit = Visit.objects.create(
        unit=unit,
        unit_path=unit.path,
        by=by,
        on=on,
        kind=kind,
        topic=topic,
        people=people,
        words=words.strip(),
        logged_at=at,
    )
    _journal(visit, 1, by=by)
    return visit


@transaction.atomic
def take_back_visit(visit: Visit, *, by: Person, at: datetime) -> None:
    """Take a visit back that she logged by mistake: it is counted no more. Refused to everybody else; gone already: nothing."""
    require(visit.by_id == by.pk)
    gone, _rows = Visit.objects.filter(pk=visit.pk, by=by).delete()
    if gone:
        _journal(visit, -1, by=by)


@transaction.atomic
def note_duty(*, words: str, amount: int = 1, kind: str = "", on: date, by: Person, at: datetime) -> DutyNote:
    """Set right, in her own record, what was counted of `kind` by `amount`, or (without a kind) add what is not counted.

    The count itself stays; the note stands beside it. Refused without words, for nothing, and for a day to come.
    """
    wrong = {}
    if not words.strip():
        wrong["words"] = _("Say what it was.")
    if not amount:
        wrong["amount"] = _("Write how many more, or with a minus how many less.")
    if on > timezone.localdate(at):
        wrong["on"] = _("Choose today or a day before.")
    if wrong:
        raise BadInput(_("This cannot be noted like this."), fields=wrong)
    return DutyNote.objects.create(person=by, on=on, kind=kind, amount=amount, words=words.strip(), noted_at=at)


@transaction.atomic
def drop_duty_note(note: DutyNote, *, by: Person) -> None:
    """Take a note of hers out of her record. Refused to everybody else."""
    require(note.person_id == by.pk)
    DutyNote.objects.filter(pk=note.pk).delete()


def _journal(visit: Visit, sign: int, *, by: Person) -> None:
    """On the day of the visit, whenever it is logged: reports of that month count it."""
    noon = timezone.make_aware(
        datetime.combine(visit.on, datetime.min.time().replace(hour=12)), timezone.get_default_timezone()
    )
    happened = [
        Happened(visit.unit_id, Strand.WORK, "visit.logged", sign),
        Happened(visit.unit_id, Strand.WORK, "visit.people", sign * visit.people),
    ]
    if visit.kind == VisitKind.HOME:
        happened.append(Happened(visit.unit_id, Strand.WORK, "visit.home", sign))
    record_all(happened, by=by, at=noon)
