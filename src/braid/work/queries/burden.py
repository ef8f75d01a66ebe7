"""What the levels above ask of units in a month, in things and minutes: of one unit rule by rule, of all units in one pass.

A unit is asked once by each thing, when the first rule means it where it stands then; what it asks of itself does not count, nor
does what was withdrawn, nor a form that comes with a directive, whose minutes are the directive's. What a rule says of offices
is not asked: somebody in the unit reads it. No row is kept for a unit: it is all in the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from braid.contact.enums import NoticeState
from braid.contact.models import Audience, Notice
from braid.contact.queries.seats import ALWAYS, EVERY_OFFICE, Seat
from braid.kernel.errors import BadInput
from braid.units import snapshot
from braid.units.enums import TreeEventKind, UnitKind, UnitStatus
from braid.units.models import Placement, TreeEvent, Unit
from braid.units.paths import numbers_of
from braid.work.enums import Asking, DirectiveState
from braid.work.models import DirectiveRule, PeriodRule
from braid.work.reading import minutes_of
from braid.work.spread import Ask, Numbers, Spread

from .time_taken import minutes_counted, took_by_number

COUNTED = (DirectiveState.SENT, DirectiveState.CLOSED)
FIRST_YEAR = 2000
CHUNK = 5_000
"""Units that were moved, read at a time."""


@dataclass(frozen=True)
class Span:
    """The months from `first` to before `last`, by the federation's clock."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, month: date, *, months: int = 1) -> Span:
        """The `months` that end with `month`."""
        last = month_after(month.replace(day=1))
        first = month.replace(day=1)
        for _earlier in range(months - 1):
            first = month_before(first)
        return cls(_midnight(first), _midnight(last))

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Thing:
    """A notice, a directive or a period of a form, and the rules by which it was asked until the end of a span."""

    kind: Asking
    pk: int
    minutes: int
    """Those that count: `time_taken.minutes_counted`."""
    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Asked:
    """One thing that one unit was asked, and the rule by which it was asked first."""

    thing: Thing
    by: Ask


def asked_of(unit: Unit, span: Span) -> list[Asked]:
    """What `unit` was asked in `span`, the latest first. At most seven queries."""
    seats = _with_places({unit.pk: _seat_of(unit.pk, unit.path, unit.level, unit.kind, unit.placed_at)})[unit.pk]
    anchors = {number for seat in seats for number in numbers_of(seat.path)}
    found = [_asked(seats, thing) for thing in things_in(span, anchors=anchors)]
    mine = [each for each in found if each and each.by.at in span]
    return sorted(mine, key=lambda each: (each.by.at, each.thing.kind, each.thing.pk), reverse=True)


def minutes_everywhere(span: Span, *, kinds: Collection[Asking] = tuple(Asking)) -> Numbers:
    """The minutes asked of every unit in `span`, in tree order. At most eight queries, and two for each `CHUNK` units moved
    since."""
    tree, things = snapshot.current(), [thing for thing in things_in(span) if thing.kind in kinds]
    spread = Spread(tree)
    for thing in things:
        spread.add(spread.pieces_of(thing.asks), thing.minutes)
        before = [ask for ask in thing.asks if ask.at < span.start]
        if before:
            spread.add(spread.pieces_of(before), -thing.minutes)
    total = spread.minutes()
    for number, minutes in _of_moved(tree, things, span):
        total[tree.ordinals[number]] = minutes
    return total


def things_in(span: Span, *, anchors: Collection[int] | None = None) -> list[Thing]:
    """The things that somebody was asked in `span`; `anchors`: only by rules that hang from these units. At most six
    queries."""
    at = Q() if anchors is None else Q(unit__in=anchors)
    return [*_notices(span, at), *_directives(span, at), *_periods(span, at)]


def _notices(span: Span, at: Q) -> Iterable[Thing]:
    rules = Audience.objects.filter(at, sent_at__gte=span.start, sent_at__lt=span.end, notice__state=NoticeState.SENT)
    asks = _by_thing(rules.order_by("pk").values_list("notice", *_RULE, "notice__unit", "sent_at"))
    texts = Notice.objects.filter(pk__in=list(asks)).order_by("pk").values_list(*_TEXT)
    for pk, title, body, acknowledge, done in texts:
        minutes = minutes_of(title, body, asks_acknowledgement=acknowledge, asks_done=done)
        yield Thing(Asking.NOTICE, pk, minutes, asks[pk])


def _directives(span: Span, at: Q) -> Iterable[Thing]:
    now = DirectiveRule.objects.filter(at, sent_at__gte=span.start, sent_at__lt=span.end)
    rules = DirectiveRule.objects.filter(
        at, sent_at__lt=span.end, directive__in=now.values("directive"), directive__state__in=COUNTED
    )
    fields = ("passing", "passing__unit", "directive__unit", "sent_at", *_estimates("directive"), "directive", *_RULE)
    said: dict[int, tuple[int, int | None]] = {}
    rows = []
    for passing, passer, sender, moment, estimate, learned, pk, *rule in rules.order_by("pk").values_list(*fields):
        said[pk] = estimate, learned
        rows.append((pk, *rule, passer or sender, moment, passing))
    took = took_by_number("directive", said)
    for pk, asks in _by_thing(rows).items():
        yield Thing(Asking.DIRECTIVE, pk, minutes_counted(*said[pk], took.get(pk)), asks)


def _periods(span: Span, at: Q) -> Iterable[Thing]:
    rules = PeriodRule.objects.filter(
        at, opened_at__gte=span.start, opened_at__lt=span.end, period__directive=None
    ).order_by("pk")
    fields = ("period", *_RULE, "period__unit", "opened_at", *_estimates("period__form"), "period__form")
    said: dict[int, tuple[int, int | None]] = {}
    forms: dict[int, int] = {}
    rows = []
    for *row, estimate, learned, form in rules.values_list(*fields):
        said[row[0]], forms[row[0]] = (estimate, learned), form
        rows.append(row)
    took = took_by_number("form", set(forms.values()))
    for pk, asks in _by_thing(rows).items():
        yield Thing(Asking.FORM, pk, minutes_counted(*said[pk], took.get(forms[pk])), asks)


def _estimates(of: str) -> tuple[str, str]:
    """What is known of the minutes of a thing beside what its units say."""
    return f"{of}__minutes", f"{of}__learned_minutes"


_RULE = ("unit", "is_subtree", "levels", "kinds")
_TEXT = ("pk", "title", "body", "asks_acknowledgement", "asks_done")


def _by_thing(rows: Iterable[Any]) -> dict[int, tuple[Ask, ...]]:
    """The rules of each thing, the earliest first."""
    found: dict[int, list[Ask]] = defaultdict(list)
    for pk, *ask in rows:
        found[pk].append(Ask(*ask))
    return {pk: tuple(sorted(asks, key=lambda ask: ask.at)) for pk, asks in found.items()}


def _asked(seats: Iterable[Seat], thing: Thing) -> Asked | None:
    """By which rule a unit with these seats was asked `thing` first; None when it was not asked."""
    seats = list(seats)
    return next((Asked(thing, ask) for ask in thing.asks if any(_means(ask, seat) for seat in seats)), None)


def _means(ask: Ask, seat: Seat) -> bool:
    """Whether a rule means the unit of `seat`: `seats.addresses`, without offices, and never by the unit itself."""
    return (
        ask.sender != seat.unit
        and seat.since <= ask.at < seat.until
        and (ask.anchor in numbers_of(seat.path) if ask.is_subtree else ask.anchor == seat.unit)
        and bool(not ask.levels or ask.levels >> seat.level & 1)
        and bool(ask.kinds >> seat.kind & 1 if ask.kinds else seat.kind != UnitKind.GROUP or ask.anchor == seat.unit)
    )


def _of_moved(tree: snapshot.Snapshot, things: Sequence[Thing], span: Span) -> Iterable[tuple[int, int]]:
    """The minutes of each unit that did not stand where it stands now all the time since `span` began, one by one."""
    moved = Placement.objects.filter(until__gte=span.start).values_list("unit", flat=True)
    new = TreeEvent.objects.filter(recorded_at__gte=span.start, kind__in=_BEGINS).values_list("unit", flat=True)
    numbers = {number for number in {*moved, *new} if tree.shown[tree.ordinals[number]]}
    for chunk in _chunks(sorted(numbers)):
        for number, seats in _seats_of(chunk).items():
            found = (_asked(seats, thing) for thing in things)
            yield number, sum(each.thing.minutes for each in found if each and each.by.at in span)


_BEGINS = (TreeEventKind.ADDED, TreeEventKind.SPLIT, TreeEventKind.REOPENED)
"""What makes a unit that stood nowhere before."""


def _chunks(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))


def _seats_of(numbers: Collection[int]) -> dict[int, list[Seat]]:
    """Where each of these units stands and ever stood: the rules that count may be older than a span. Two queries."""
    units = Unit.objects.filter(pk__in=numbers).order_by("pk")
    now = units.values_list("pk", "path", "level", "kind", "placed_at")
    return _with_places({row[0]: _seat_of(*row) for row in now})


def _with_places(now: dict[int, Seat]) -> dict[int, list[Seat]]:
    """These seats, and those of the places where their units stood before. One query."""
    found = {number: [seat] for number, seat in now.items()}
    places = Placement.objects.filter(unit__in=list(now), status=UnitStatus.ACTIVE).order_by("until", "pk")
    for number, path, level, since, until in places.values_list("unit", "path", "level", "since", "until"):
        kind = now[number].kind
        found[number].append(Seat(number, path, level, kind, EVERY_OFFICE, since=since or ALWAYS, until=until))
    return found


def _seat_of(number: int, path: str, level: int, kind: int, placed_at: datetime | None) -> Seat:
    return Seat(number, path, level, kind, EVERY_OFFICE, since=placed_at or ALWAYS)


def month_of(at: datetime) -> date:
    """The first day of the month that `at` lies in."""
    return timezone.localdate(at).replace(day=1)


def month_asked(text: str, *, at: datetime) -> date:
    """The month that is asked for as 2026-11; without one that which runs at `at`. `BadInput` for what is none, and for one to
    come."""
    last = month_of(at)
    if not text:
        return last
    try:
        month = parse_date(f"{text}-01")
    except ValueError:
        month = None
    if month is None or month > last or month.year < FIRST_YEAR:
        raise BadInput(_("There is no such month."), fields={"month": _("damaged")})
    return month


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def places_over(minutes: Numbers, budgets: Numbers) -> np.ndarray[Any, np.dtype[np.intp]]:
    """The places in the tree of the units that were asked more than their budget."""
    return np.flatnonzero(minutes > budgets)
