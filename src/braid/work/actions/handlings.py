"""What a unit does with a directive: opening it, taking it on, steps, reporting, returning; and judging what it did.

Each change of a state is one note to the roll-up of the directive, so the states of all units below any unit add up at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, require
from braid.kernel.bulk import insert_rows
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Membership, Person
from braid.units.models import Unit
from braid.units.queries.history import paths_at
from braid.work.enums import HANDLING_FLOW, OPEN_HANDLINGS, Because, HandlingState
from braid.work.measures import Answer
from braid.work.models import Directive, Handling, HandlingEvent, Period
from braid.work.queries.directives import chain_of, is_asked, is_given_to
from braid.work.queries.handlings import measures_of_state
from braid.work.queries.rollups import Note
from braid.work.rules import can_handle_at, can_judge, takes_work

from .rollups import note_changes
from .time_taken import note_minutes

CHUNK = 1_000
"""Handlings in one statement."""


@transaction.atomic
def open_handling(directive: Directive, unit: Unit, *, by: Actor, at: datetime) -> Handling:
    """Note that somebody of `unit` opened `directive`; opened already, nothing changes.

    Refused when `by` may not handle directives for the unit and was not given this one there, when the unit is not asked, and
    when the directive is over.
    """
    _check_may(directive, unit, by=by, at=at)
    found = Handling.objects.filter(directive=directive, unit=unit).first()
    return found or _begin(directive, unit, by=by, at=at)


@transaction.atomic
def take_on(directive: Directive, unit: Unit, *, by: Actor, at: datetime) -> Handling:
    """Accept `directive` for `unit`: it is in work there. What was returned is taken on after all. Refused as in `open_handling`,
    and once the unit has reported."""
    handling = open_handling(directive, unit, by=by, at=at)
    if handling.state != HandlingState.IN_WORK:
        if handling.state not in (HandlingState.OPENED, HandlingState.RETURNED):
            raise WrongState(_("This unit has reported already."))
        move_handling(directive, handling, HandlingState.IN_WORK, by=by, at=at, returned_because="")
    return handling


@transaction.atomic
def tick_step(directive: Directive, unit: Unit, step: str, *, is_done: bool, by: Actor, at: datetime) -> Handling:
    """Say that `step` is done, or not done yet; the directive is in work then. Refused for a step there is none like, and once
    the unit has reported."""
    handling = take_on(directive, unit, by=by, at=at)
    if step not in chain_of(directive, unit).steps:
        raise WrongState(_("The steps were changed meanwhile. Open the directive again."))
    held = Handling.objects.select_for_update().get(pk=handling.pk)
    done = [each for each in held.done_steps if each != step] + ([step] if is_done else [])
    Handling.objects.filter(pk=handling.pk).update(done_steps=done, changed_at=at, changed_by=_person(by))
    handling.done_steps, handling.changed_at = done, at
    return handling


@transaction.atomic
def assign_to(directive: Directive, unit: Unit, person: Person | None, *, by: Actor, at: datetime) -> Handling:
    """Give it to `person` of the unit to do, who finds it on Today; None: to nobody. Refused for who is not in the unit, and
    to whoever may not handle directives there herself."""
    require(can_handle_at(by, unit.path))
    handling = take_on(directive, unit, by=by, at=at)
    if person is not None:
        current = Membership.objects.current(timezone.localdate(at)).filter(unit=unit, person=person)
        if not current.exists():
            raise BadInput(_("She is not in this unit."), fields={"person": _("Choose somebody of the unit.")})
    Handling.objects.filter(pk=handling.pk).update(assigned_to=person, changed_at=at, changed_by=_person(by))
    handling.assigned_to, handling.changed_at = person, at
    return handling


@transaction.atomic
def report_done(
    directive: Directive, unit: Unit, *, words: str, minutes: int | None = None, by: Actor, at: datetime
) -> Handling:
    """Report for `unit` what was done, in words, and how many minutes it really took.

    Refused without words, where the directive has a form (filing that is the report), when it is over, when the unit has
    reported already, and as in `open_handling`.
    """
    handling = open_handling(directive, unit, by=by, at=at)
    if directive.form_id is not None:
        raise WrongState(_("This directive has a form: filing it is your report."))
    if not words.strip():
        raise BadInput(_("Say what was done."), fields={"words": _("Write what was done.")})
    if handling.state not in OPEN_HANDLINGS:
        raise WrongState(_("This unit has said already what there is to say."))
    note_minutes([(handling.minutes, minutes)], directive=directive.pk)
    told = {"words": words.strip(), "minutes": minutes, "sent_back_why": ""}
    move_handling(directive, handling, HandlingState.REPORTED, by=by, at=at, said=words.strip(), **told)
    record(unit, Strand.WORK, "directive.reported", by=by, at=at)
    return handling


@transaction.atomic
def return_directive(
    directive: Directive, unit: Unit, *, because: Because, words: str, by: Actor, at: datetime
) -> Handling:
    """Return `directive` for `unit` with a reason: it is not late then, and nobody there is reminded.

    Refused without words, when it is over, when the unit has reported already, as in `open_handling`, and to whom it was only
    given to do.
    """
    require(can_handle_at(by, unit.path))
    handling = open_handling(directive, unit, by=by, at=at)
    if not words.strip():
        raise BadInput(_("Say why you return it."), fields={"words": _("Write a reason.")})
    if handling.state not in OPEN_HANDLINGS:
        raise WrongState(_("This unit has said already what there is to say."))
    said = {"words": words.strip(), "returned_because": because}
    move_handling(directive, handling, HandlingState.RETURNED, by=by, at=at, said=words.strip(), **said)
    record(unit, Strand.WORK, "directive.returned", by=by, at=at)
    return handling


@transaction.atomic
def approve_handling(handling: Handling, *, seen: str, by: Actor, at: datetime) -> Handling:
    """Approve what a unit reported, as it was shown: `seen` is when it had last changed (ISO 8601).

    Refused to whoever neither sends the directive nor leads a unit between the two, when the report changed since, when it is
    not reported, and when the directive is over.
    """
    _check_judge(handling, by=by, at=at)
    if seen != handling.changed_at.isoformat():
        raise WrongState(_("Something changed since you looked. Look at it again, then approve."))
    move_handling(handling.directive, handling, HandlingState.APPROVED, by=by, at=at)
    record(handling.unit, Strand.WORK, "directive.approved", by=by, at=at)
    return handling


@transaction.atomic
def send_handling_back(handling: Handling, *, why: str, by: Actor, at: datetime) -> Handling:
    """Send back, for the reason `why`, what a unit reported or returned: it is in work there again. Refused as approving is,
    without a reason, and while the unit still works on it."""
    _check_judge(handling, by=by, at=at)
    if not why.strip():
        raise BadInput(_("Say what should be different."), fields={"why": _("Write a reason.")})
    move_handling(
        handling.directive,
        handling,
        HandlingState.IN_WORK,
        by=by,
        at=at,
        said=why.strip(),
        sent_back_why=why.strip(),
        returned_because="",
    )
    record(handling.unit, Strand.WORK, "directive.sentback", by=by, at=at)
    return handling


def follow_filing(period: Period, units: Collection[Unit], *, by: Actor, at: datetime) -> None:
    """The form of a directive was filed for `units`: that is their report. Part of the filing; a few statements for all."""
    if period.directive is None:
        return
    known = {row.unit_id: row for row in _held(period.directive, units)}
    new = [unit for unit in units if unit.pk not in known]
    others = [row for row in known.values() if row.state != HandlingState.REPORTED]
    _begin_reported(period.directive, new, by=by, at=at)
    _move_all(period.directive, others, HandlingState.REPORTED, by=by, at=at)


def follow_approval(period: Period, units: Collection[int], *, by: Actor, at: datetime) -> None:
    """The reports of the units numbered `units` on a directive's form were approved."""
    if period.directive is not None:
        rows = [row for row in _held(period.directive, units) if row.state == HandlingState.REPORTED]
        _move_all(period.directive, rows, HandlingState.APPROVED, by=by, at=at)


def follow_reopening(period: Period, units: Collection[int], *, by: Actor, at: datetime) -> None:
    """What was approved is open again: those units have reported, and no more."""
    if period.directive is not None:
        rows = [row for row in _held(period.directive, units) if row.state == HandlingState.APPROVED]
        _move_all(period.directive, rows, HandlingState.REPORTED, by=by, at=at)


def follow_sending_back(period: Period, unit: int, *, why: str, by: Actor, at: datetime) -> None:
    """The report of one unit on a directive's form was sent back."""
    if period.directive is not None:
        rows = [row for row in _held(period.directive, [unit]) if row.state != HandlingState.IN_WORK]
        _move_all(period.directive, rows, HandlingState.IN_WORK, by=by, at=at, said=why, sent_back_why=why)


def check_takes_work(directive: Directive, *, at: datetime) -> None:
    """Refused unless `directive` is out and goes on."""
    if not takes_work(directive, at):
        raise WrongState(_("This directive is over: there is nothing to do any more."))


def move_handling(
    directive: Directive,
    handling: Handling,
    state: HandlingState,
    *,
    by: Actor,
    at: datetime,
    said: str = "",
    **values: Any,
) -> None:
    """Move a handling that the caller may move, and write `values` with it, its event and its note to the roll-up."""
    was = _answer(handling)
    HANDLING_FLOW.move(handling, state, changed_at=at, changed_by=_person(by), **values)
    _note(directive, [(handling, was)], at=at)
    _write_events([handling], by=by, at=at, said=said)


def begin_handlings(
    directive: Directive, units: Iterable[Unit], state: HandlingState, *, by: Actor, at: datetime
) -> list[Handling]:
    """Write handlings of units that have none, on condition that nobody else did a moment ago."""
    rows = _handlings(directive, list(units), state, by=by, at=at)
    try:
        with transaction.atomic():
            Handling.objects.bulk_create(rows, batch_size=CHUNK)
    except IntegrityError as error:
        raise _changed_meanwhile() from error
    _note(directive, [(row, None) for row in rows], at=at)
    _write_events(rows, by=by, at=at)
    return rows


def _begin_reported(directive: Directive, units: list[Unit], *, by: Actor, at: datetime) -> None:
    """Write handlings of units that filed the form without having opened the directive. No events: the report says who filed
    it and when. Without Django's statements, which for a whole country cost more than all the rest."""
    rows = _handlings(directive, units, HandlingState.REPORTED, by=by, at=at)
    try:
        with transaction.atomic():
            insert_rows(Handling, _COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows))
    except IntegrityError as error:
        raise _changed_meanwhile() from error
    _note(directive, [(row, None) for row in rows], at=at)


_COLUMNS = [field.attname for field in Handling._meta.concrete_fields if not field.primary_key]


def _handlings(
    directive: Directive, units: list[Unit], state: HandlingState, *, by: Actor, at: datetime
) -> list[Handling]:
    assert directive.sent_at is not None  # it is out
    paths = paths_at(units, directive.sent_at)
    return [
        Handling(
            directive=directive,
            unit=unit,
            unit_path=unit.path,
            counted_path=paths[unit.pk],
            counted_level=unit.level,
            state=state,
            changed_at=at,
            changed_by=_person(by),
        )
        for unit in units
    ]


def _check_may(directive: Directive, unit: Unit, *, by: Actor, at: datetime) -> None:
    require(can_handle_at(by, unit.path) or is_given_to(by, directive, unit))
    check_takes_work(directive, at=at)
    if not is_asked(directive, unit):
        raise WrongState(_("This unit is not asked to do this."))


def _check_judge(handling: Handling, *, by: Actor, at: datetime) -> None:
    require(can_judge(by, handling.directive, handling))
    check_takes_work(handling.directive, at=at)


def _begin(directive: Directive, unit: Unit, *, by: Actor, at: datetime) -> Handling:
    return begin_handlings(directive, [unit], HandlingState.OPENED, by=by, at=at)[0]


def _move_all(
    directive: Directive,
    rows: list[Handling],
    state: HandlingState,
    *,
    by: Actor,
    at: datetime,
    said: str = "",
    **values: Any,
) -> None:
    """Move rows that are held until the transaction ends."""
    if not rows:
        return
    before = [(row, _answer(row)) for row in rows]
    kept = {"changed_at": at, "changed_by": _person(by), **values}
    Handling.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, **kept)
    for row in rows:
        row.state, row.changed_at = state, at
    _note(directive, before, at=at)
    _write_events(rows, by=by, at=at, said=said)


def _held(directive: Directive, units: Iterable[Unit | int]) -> list[Handling]:
    """The handlings of `units`, held until the transaction ends, always in the same order."""
    rows = Handling.objects.select_for_update().filter(directive=directive, unit__in=list(units))
    return list(rows.order_by("pk"))


def _note(directive: Directive, moved: Iterable[tuple[Handling, Answer | None]], *, at: datetime) -> None:
    assert directive.rollup_id is not None  # it was sent
    note_changes(directive.rollup_id, [Note(row.counted_path, was, _answer(row)) for row, was in moved], at=at)


def _answer(handling: Handling) -> Answer:
    return Answer(handling.changed_at.isoformat(), measures_of_state(handling))


def _write_events(rows: Iterable[Handling], *, by: Actor, at: datetime, said: str = "") -> None:
    HandlingEvent.objects.bulk_create(
        [HandlingEvent(handling=row, state=row.state, at=at, by=_person(by), words=said) for row in rows],
        batch_size=CHUNK,
    )


def _person(by: Actor) -> Person | None:
    return by if isinstance(by, Person) else None


def _changed_meanwhile() -> Refused:
    return WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
