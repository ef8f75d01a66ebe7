"""Telephoning where nothing else helped: asking for it, and recording what came of it, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import CallOutcome, Fact
from braid.contact.models import Call, Notice, PhoneList, UnitSet
from braid.contact.queries.calls import is_meant_in
from braid.contact.queries.silence import reminding_of
from braid.contact.rules import can_call_at, can_send_for
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit

from .receipts import grow_sets
from .reminders import check_pause, check_silent, hold_sent


@transaction.atomic
def ask_calls(notice: Notice, awaits: Fact, *, by: Actor, at: datetime) -> PhoneList:
    """Ask that people of units from which `awaits` did not come be telephoned: their liaison officers find it on Today.

    Asked again, it is asked for `awaits`. Refused as in `remind_silent`, and before the first reminder: the telephone is the last
    step, since it takes somebody's time.
    """
    require(can_send_for(by, notice.unit_path))
    hold_sent(notice, at=at)
    check_silent(notice, awaits)
    done = reminding_of(notice)
    if not done.reminders:
        raise WrongState(_("Remind the silent first. The telephone is for those who do not answer then."))
    check_pause(done.next_at, at=at)
    values = {"awaits": awaits, "asked_by": by if isinstance(by, Person) else None, "asked_at": at}
    phone_list, _made = PhoneList.objects.update_or_create(notice=notice, defaults=values)
    record(notice.unit, Strand.CONTACT, "notice.phonelist", by=by, at=at)
    return phone_list


@transaction.atomic
def record_call(
    phone_list: PhoneList,
    unit: Unit,
    person: Person | None,
    outcome: CallOutcome,
    *,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Call:
    """Record what came of telephoning `person` of `unit` (None: the unit as a whole), in place of what was recorded before.

    The same again changes nothing. Refused when `by` may not telephone for the unit, when the notice was withdrawn, does not
    mean the unit or the person, without a note for another reason, and when she was reached already: that stands.
    """
    require(can_call_at(by, unit.path))
    notice, note = phone_list.notice, " ".join(note.split())
    hold_sent(notice, at=at)
    if not is_meant_in(notice, unit, person, at=at):
        raise WrongState(_("This notice does not mean her here any more."))
    if outcome == CallOutcome.OTHER and not note:
        raise BadInput(_("Say in a few words why she cannot be reached."), fields={"note": _("Write a reason.")})
    before = Call.objects.select_related("person").filter(notice=notice, unit=unit, person=person).first()
    if before and (before.outcome, before.note) == (outcome, note):
        return before
    if before and before.is_reached:
        raise WrongState(_("It is recorded already that somebody was reached."))
    values = {"outcome": outcome, "note": note, "by": by if isinstance(by, Person) else None, "at": at}
    call, _made = Call.objects.update_or_create(notice=notice, unit=unit, person=person, defaults=values)
    meaning = UnitSet.Meaning.CALLED if call.is_reached else UnitSet.Meaning.UNREACHABLE
    grow_sets({(notice.pk, meaning.value): [unit.pk]})
    record(unit, Strand.CONTACT, "notice.phoned" if call.is_reached else "notice.unreachable", by=by, at=at)
    return call
