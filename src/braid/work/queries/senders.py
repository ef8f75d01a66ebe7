"""Who asks: what each unit asked of the units in a subtree, in things, units and minutes. As the tree stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from braid.units import snapshot
from braid.units.models import Unit
from braid.work.enums import Asking
from braid.work.spread import Ask, Spread

from .burden import Span, Thing, things_in


@dataclass
class Sender:
    """What one unit asked in a span of time."""

    number: int
    minutes: int = 0
    """Of all units together."""
    things: dict[Asking, int] = field(default_factory=lambda: dict.fromkeys(Asking, 0))
    unit: Unit | None = None

    @property
    def notices(self) -> int:
        return self.things[Asking.NOTICE]

    @property
    def directives(self) -> int:
        return self.things[Asking.DIRECTIVE]

    @property
    def forms(self) -> int:
        return self.things[Asking.FORM]


@dataclass(frozen=True)
class Senders:
    """Those who asked the most, and what all asked together."""

    rows: list[Sender]
    minutes: int


@dataclass(frozen=True)
class Sent:
    """One thing a unit asked, of how many units."""

    thing: Thing
    units: int

    @property
    def minutes(self) -> int:
        """Of all units together."""
        return self.units * self.thing.minutes


def senders_in(unit: Unit, span: Span, *, most: int | None = None, above_level: int | None = None) -> Senders:
    """What was asked of the units in the subtree of `unit` in `span`, by who asked it, the most minutes first. At most eight
    queries.

    `most`: only so many rows; `above_level`: only of units on the levels above it.
    """
    tree = snapshot.current()
    spread, within = Spread(tree), tree.span(unit.pk)
    found: dict[int, Sender] = {}
    for thing in things_in(span):
        for number, units in _units_by_sender(spread, thing, span, within):
            sender = found.setdefault(number, Sender(number))
            sender.minutes += units * thing.minutes
            sender.things[thing.kind] += 1
    rows = sorted(found.values(), key=lambda row: (-row.minutes, row.number))
    whole = sum(row.minutes for row in rows)
    rows = [row for row in rows if above_level is None or tree.levels[tree.ordinals[row.number]] < above_level][:most]
    units_of = Unit.objects.in_bulk([row.number for row in rows])
    for row in rows:
        row.unit = units_of[row.number]
    return Senders(rows, whole)


def sent_by(unit: Unit, span: Span) -> list[Sent]:
    """What `unit` itself asked others in `span`, the latest first. At most six queries."""
    spread = Spread(snapshot.current())
    whole = 0, len(spread.tree.numbers)
    found = [
        (max(ask.at for ask in thing.asks), Sent(thing, units))
        for thing in things_in(span)
        if any(ask.sender == unit.pk for ask in thing.asks)
        for number, units in _units_by_sender(spread, thing, span, whole)
        if number == unit.pk
    ]
    return [sent for _at, sent in sorted(found, key=lambda each: (each[0], each[1].thing.pk), reverse=True)]


def _units_by_sender(spread: Spread, thing: Thing, span: Span, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """How many units each sender of `thing` reached in `span` that nobody had asked before."""
    by_sender: dict[int, list[Ask]] = defaultdict(list)
    for ask in thing.asks:
        if ask.at >= span.start:
            by_sender[ask.sender].append(ask)
    known = [ask for ask in thing.asks if ask.at < span.start]
    reached = spread.count(spread.pieces_of(known, within=within)) if known else 0
    for sender, asks in by_sender.items():
        known += asks
        before, reached = reached, spread.count(spread.pieces_of(known, within=within))
        if reached > before:
            yield sender, reached - before
