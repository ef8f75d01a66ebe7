"""Telling people of directives: when one comes, and then only those that are late, before and after the day; one level up.

Rounds of the worker. Each goes through units in slices; the place it has come to moves in the transaction that owes the
deliveries of a slice, so after a crash it goes on, and nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from braid.contact.actions.delivering import MOST_WAITING
from braid.kernel.enums import OPEN_DELIVERY
from braid.kernel.models import Delivery
from braid.people.telling import tell_chosen
from braid.units.models import Unit
from braid.work.enums import (
    CAUGHT_UP_WITHIN,
    DIRECTIVE,
    DIRECTIVE_LATE,
    DIRECTIVE_REMINDER,
    SENT_BEFORE,
    STEP_OFFSETS,
    DirectiveState,
    Step,
)
from braid.work.models import Directive, Escalation, Passing, Telling, Total
from braid.work.queries.late import handlers_in, late_right_below, people_to_tell, units_listening, units_told

AT_ONCE = 50
"""Directives one round begins to remind of."""
LOOKED_AT = 20_000
"""Units among which a round looks for people to tell."""
SLICE = 1_000
"""Units whose people are told in one transaction: on SQLite nobody else can write meanwhile."""


def begin_tellings(at: datetime) -> int:
    """A round of the worker: begin the steps that are due for open directives and for passings with an earlier day.

    Returns how many were begun. One whose time passed while no worker ran is caught up within `CAUGHT_UP_WITHIN`.
    """
    today, begun = timezone.localdate(at), 0
    for step, offset in STEP_OFFSETS.items():
        first, last = today - offset - CAUGHT_UP_WITHIN, today - offset
        directives = _to_remind(first, last, at=at).exclude(
            Exists(_taken(step, directive=OuterRef("pk"), passing=None))
        )
        begun += _begin([Telling(directive=each, step=step, begun_at=at) for each in directives[:AT_ONCE]])
        passings = _passings_to_remind(first, last, at=at).exclude(Exists(_taken(step, passing=OuterRef("pk"))))
        begun += _begin(
            [
                Telling(directive_id=each.directive_id, passing=each, step=step, begun_at=at)
                for each in passings[:AT_ONCE]
            ]
        )
    return begun


def go_on_telling(at: datetime) -> int:
    """A round of the worker: owe the deliveries of the next slice of the oldest telling; returns how much was done.

    Nothing is done while many deliveries wait to be sent, or before the units are counted.
    """
    awake = Telling.objects.filter(finished_at=None, begun_at__lte=at)
    telling = awake.select_related("directive__rollup", "passing").order_by("pk").first()
    if telling is None or Delivery.objects.filter(state__in=OPEN_DELIVERY)[:MOST_WAITING].count() >= MOST_WAITING:
        return 0
    if telling.directive.state != DirectiveState.SENT:
        return _finish(telling, at=at)
    if telling.step == Step.ABOVE:
        return _tell_above(telling, at=at)
    return _tell_units(telling, at=at)


def _tell_units(telling: Telling, *, at: datetime) -> int:
    units = units_told(telling)
    begin = units.rank(telling.after_unit)
    part = list(units[begin : begin + LOOKED_AT])
    listening = units_listening(telling.directive, part, at=at)
    if len(listening) > SLICE:
        listening = listening[:SLICE]
        part = part[: part.index(listening[-1]) + 1]
    persons = people_to_tell(telling.directive, listening, at=at) if listening else set()
    kind = DIRECTIVE if telling.step == Step.SENT else DIRECTIVE_REMINDER
    with transaction.atomic():
        if _move_on(telling, part, is_last=begin + len(part) >= len(units), at=at) and persons:
            tell_chosen(persons, kind, telling.pk, at=at)
    return 1


def _tell_above(telling: Telling, *, at: datetime) -> int:
    """Tell the units with late units right below them, within the part of the tree that is the sender's (of a passing: of the
    unit that passed it on), and no others."""
    directive = telling.directive
    part, within, is_last = _parents_told(telling) if telling.passing else _tops(telling)
    late = late_right_below(((directive, number) for number in within), on=timezone.localdate(at))
    above = {
        unit.pk: unit for unit in Unit.objects.active().filter(pk__in=[n for n in within if late[directive.pk, n]])
    }
    handlers = handlers_in(above.keys(), at=at)
    with transaction.atomic():
        if _move_on(telling, part, is_last=is_last, at=at):
            for escalation in _escalate(directive, above.values(), at=at):
                tell_chosen(handlers.get(escalation.unit_id, ()), DIRECTIVE_LATE, escalation.pk, at=at)
    return 1


def _tops(telling: Telling) -> tuple[list[int], list[int], bool]:
    """The next slice of all units with units below that are asked; those the sender may be told of; whether it is the last."""
    directive = telling.directive
    totals = Total.objects.filter(rollup=directive.rollup, unit_number__gt=telling.after_unit)
    rows = list(totals.order_by("unit_number").values_list("unit_number", "path")[:SLICE])
    within = [number for number, path in rows if path.startswith(directive.unit_path)]
    return [number for number, _ in rows], within, len(rows) < SLICE


def _parents_told(telling: Telling) -> tuple[list[int], list[int], bool]:
    """The same of the units that a passing gave an earlier day: a slice of these, and the units right above them."""
    assert telling.passing is not None
    units = units_told(telling)
    begin = units.rank(telling.after_unit)
    part = list(units[begin : begin + SLICE])
    parents = dict(Unit.objects.filter(pk__in=part).values_list("parent_id", "parent__path"))
    within = [number for number, path in parents.items() if number and path.startswith(telling.passing.unit_path)]
    return part, sorted(within), begin + len(part) >= len(units)


def _escalate(directive: Directive, units: Iterable[Unit], *, at: datetime) -> list[Escalation]:
    known = set(Escalation.objects.filter(directive=directive, unit__in=list(units)).values_list("unit_id", flat=True))
    rows = [
        Escalation(directive=directive, unit=unit, unit_path=unit.path, at=at) for unit in units if unit.pk not in known
    ]
    return Escalation.objects.bulk_create(rows)


def _to_remind(first: date, last: date, *, at: datetime) -> QuerySet[Directive]:
    """Open directives due between the two days that were not sent only now."""
    return Directive.objects.filter(
        state=DirectiveState.SENT, due_on__gt=first, due_on__lte=last, sent_at__lte=at - SENT_BEFORE
    ).order_by("due_on", "pk")


def _passings_to_remind(first: date, last: date, *, at: datetime) -> QuerySet[Passing]:
    rows = Passing.objects.filter(due_on__gt=first, due_on__lte=last, passed_at__lte=at - SENT_BEFORE)
    return rows.filter(directive__state=DirectiveState.SENT, due_on__lt=F("directive__due_on")).order_by("due_on", "pk")


def _taken(step: Step, **of: Any) -> QuerySet[Telling]:
    return Telling.objects.filter(step=step, **of)


def _begin(tellings: list[Telling]) -> int:
    Telling.objects.bulk_create(tellings, ignore_conflicts=True)
    return len(tellings)


def _move_on(telling: Telling, part: list[int], *, is_last: bool, at: datetime) -> bool:
    """Move on behind `part`, unless another worker did."""
    here = Telling.objects.filter(pk=telling.pk, after_unit=telling.after_unit, finished_at=None)
    moved = here.update(after_unit=part[-1] if part else telling.after_unit, finished_at=at if is_last else None)
    return bool(moved)


def _finish(telling: Telling, *, at: datetime) -> int:
    return Telling.objects.filter(pk=telling.pk, finished_at=None).update(finished_at=at)
