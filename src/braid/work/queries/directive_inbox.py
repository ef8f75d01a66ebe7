"""What units are asked: open directives by the day they are due, and older ones newest first.

Nothing was written for a unit when a directive was sent: for each unit a rule can hang from (the few above it) an index gives
the rules, as in the inbox of notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from braid.contact.queries.inbox import ORDER, Rules, Sql, newest_at
from braid.contact.queries.seats import Seat, addresses, seats_of_units
from braid.kernel import search
from braid.kernel.keyset import cursor_of
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import DIRECTIVE, OPEN_HANDLINGS, DirectiveState, HandlingState
from braid.work.models import Directive, DirectiveRule, Handling
from braid.work.rules import is_late

from .directives import still_hers

RULES = Rules("work_directiverule", "directive_id")
MOST_RULES_READ = 2_000
"""Rules of open directives above a unit that are looked at: more would be a sign that nothing is ever closed."""


@dataclass(frozen=True)
class Asked:
    """A directive as it lies before one unit: by which day it is due there, and what the unit does with it."""

    directive: Directive
    unit: Unit
    due_on: date
    handling: Handling | None
    is_late: bool

    @property
    def waits(self) -> bool:
        """Whether the unit still has to do something."""
        return self.handling is None or self.handling.state in OPEN_HANDLINGS

    @property
    def state(self) -> HandlingState | None:
        """How far the unit has come; None while nobody has opened it."""
        return HandlingState(self.handling.state) if self.handling else None


@dataclass(frozen=True)
class OlderPage:
    """A page of directives that ended, newest first."""

    rows: list[Directive]
    next_cursor: str


@dataclass(frozen=True)
class AskedPage:
    """A page of what one unit is and was asked."""

    rows: list[Asked]
    next_cursor: str


def open_directives_of(units: Sequence[Unit], *, at: datetime) -> list[Asked]:
    """The open directives that ask `units`, each for each of them: what waits first, by the day it is due. Three queries."""
    directives, due = _due(units, at=at)
    return _asked(directives, {unit.pk: unit for unit in units}, due, on=timezone.localdate(at))


def _due(units: Sequence[Unit], *, at: datetime) -> tuple[dict[int, Directive], dict[tuple[int, int], date]]:
    """The open directives that ask `units`, and by number of each and of a unit the day it is due there. Two queries."""
    seats = seats_of_units(units)
    anchors = {number for seat in seats for number in numbers_of(seat.path)}
    rules = DirectiveRule.objects.filter(unit__in=anchors, is_open=True, sent_at__lte=at)
    rules = rules.select_related("directive__unit", "passing").order_by("-directive", "pk")[:MOST_RULES_READ]
    return _due_by(rules, seats)


def _due_by(
    rules: Iterable[DirectiveRule], seats: list[Seat]
) -> tuple[dict[int, Directive], dict[tuple[int, int], date]]:
    due: dict[tuple[int, int], date] = {}
    directives: dict[int, Directive] = {}
    for rule in rules:
        directives[rule.directive_id] = rule.directive
        for number in _meant(rule, seats):
            day = rule.passing.due_on if rule.passing else rule.directive.due_on
            key = (rule.directive_id, number)
            due[key] = min(due.get(key, rule.directive.due_on), day)
    return directives, due


def older_directives_of(units: Sequence[Unit], *, at: datetime, cursor: str = "", size: int = 25) -> OlderPage:
    """A page of the directives that asked `units` and have ended, newest first. Three queries; `BadInput` for a bad cursor."""
    ended: Sql = ("NOT a.is_open", [])
    seats = seats_of_units(units)
    found = newest_at(seats, at=at, size=size + 1, where=[ended], after=cursor, rules=RULES)
    last = DirectiveRule(sent_at=found[size - 1][0], pk=found[size - 1][1]) if len(found) > size else None
    return OlderPage(_in_order(found[:size]), cursor_of(last, ORDER) if last else "")


def directives_asked_of(unit: Unit, *, at: datetime, cursor: str = "", size: int = 25) -> AskedPage:
    """A page of all directives that ask or asked `unit`, newest first; one that came to it again when it was passed on stands
    where it came last, on a later page once more. Five queries; `BadInput` for a damaged cursor."""
    seats = seats_of_units([unit])
    found = newest_at(seats, at=at, size=size + 1, where=[], after=cursor, rules=RULES)
    last = DirectiveRule(sent_at=found[size - 1][0], pk=found[size - 1][1]) if len(found) > size else None
    numbers = list(dict.fromkeys(number for _, number in found[:size]))
    anchors = {number for seat in seats for number in numbers_of(seat.path)}
    rules = DirectiveRule.objects.filter(unit__in=anchors, directive__in=numbers, sent_at__lte=at)
    directives, due = _due_by(rules.select_related("directive__unit", "directive__form", "passing"), seats)
    asked = {row.directive.pk: row for row in _asked(directives, {unit.pk: unit}, due, on=timezone.localdate(at))}
    return AskedPage([asked[number] for number in numbers], cursor_of(last, ORDER) if last else "")


def find_directives_of(units: Sequence[Unit], text: str, *, at: datetime, most: int) -> list[Directive]:
    """At most `most` directives that ask or asked `units` and hold the words of `text`, newest first. Three queries."""
    matching = search.keys_matching(DIRECTIVE, text)
    if matching is None:
        return []
    where: Sql = (f"a.directive_id IN ({matching[0]})", list(matching[1]))
    return _in_order(newest_at(seats_of_units(units), at=at, size=most, where=[where], rules=RULES))


def given_to(person: Person, *, at: datetime, most: int) -> list[Asked]:
    """The directives given to `person` to do that still wait, by the day they are due. Three queries."""
    found = Handling.objects.filter(
        still_hers(), assigned_to=person, state__in=OPEN_HANDLINGS, directive__state=DirectiveState.SENT
    )
    rows = list(found.select_related("directive__unit", "unit").order_by("directive__due_on", "pk")[:most])
    _directives, due = _due([row.unit for row in rows], at=at) if rows else ({}, {})
    days = [(row, due.get((row.directive_id, row.unit_id), row.directive.due_on)) for row in rows]
    today = timezone.localdate(at)
    given = [Asked(row.directive, row.unit, day, row, is_late(row, day, today)) for row, day in days]
    return sorted(given, key=lambda row: (row.due_on, row.directive.pk, row.unit.path))


def _meant(rule: DirectiveRule, seats: Iterable[Seat]) -> set[int]:
    assert rule.sent_at is not None  # that is how it was found
    return {seat.unit for seat in seats if addresses(rule, seat, rule.sent_at)}


def _asked(
    directives: dict[int, Directive], units: dict[int, Unit], due: dict[tuple[int, int], date], *, on: date
) -> list[Asked]:
    handlings = Handling.objects.filter(unit__in=units, directive__in=directives).select_related("assigned_to")
    acted = {(row.directive_id, row.unit_id): row for row in handlings}
    rows = [
        Asked(directives[directive], units[unit], day, handling, _is_late(directives[directive], handling, day, on))
        for (directive, unit), day in due.items()
        for handling in [acted.get((directive, unit))]
    ]
    return sorted(rows, key=lambda row: (not row.waits, row.due_on, row.directive.pk, row.unit.path))


def _is_late(directive: Directive, handling: Handling | None, day: date, on: date) -> bool:
    return directive.state == DirectiveState.SENT and is_late(handling, day, on)


def _in_order(found: Iterable[tuple[datetime, int]]) -> list[Directive]:
    """The directives found, each once: one that was passed on is found by each of its rules."""
    numbers = list(dict.fromkeys(number for _, number in found))
    rows = Directive.objects.select_related("unit").in_bulk(numbers)
    return [rows[number] for number in numbers]
