"""Seats: where somebody sits in the tree, and since when, which decides what a notice's rules say to her."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from django.utils import timezone

from braid.contact.models import AudienceRule, Notice
from braid.people.models import Membership, Person
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Placement, Unit
from braid.units.paths import numbers_of

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
EVERY_OFFICE = 0x7FFFFFFF
"""A mask that any rule about offices lets through: for what is public."""


@dataclass(frozen=True)
class Seat:
    """A unit somebody is in, at one place of the tree: from `since` until `until`. Offices are a mask (`1 << office`)."""

    unit: int
    path: str
    level: int
    kind: int
    offices: int
    since: datetime = ALWAYS
    until: datetime = FOR_EVER
    joined: datetime = ALWAYS
    """When she came to the unit: what was sent before she can read, but nobody waits for her to."""


def seats_of(person: Person, *, on: date) -> list[Seat]:
    """Every seat of `person` on the day `on`: one for each place each of her open units had. Two queries."""
    now = Membership.objects.current(on).filter(person=person)
    open_units = now.filter(unit__status=UnitStatus.ACTIVE, unit__is_placeholder=False)
    seats: dict[int, Seat] = {}
    for row in open_units.values_list("unit_id", "office", "since", *_PLACE):
        seat = _seat(*row)
        seats[seat.unit] = _together(seats[seat.unit], seat) if seat.unit in seats else seat
    places = Placement.objects.filter(unit__in=list(seats), status=UnitStatus.ACTIVE)
    earlier = places.values_list("unit_id", "path", "level", "since", "until") if seats else ()
    return [*seats.values(), *(_earlier(seats[place[0]], *place[1:]) for place in earlier)]


_PLACE = ("unit__path", "unit__level", "unit__kind", "unit__placed_at")


def public_seat(unit: Unit) -> Seat:
    """The seat of whoever reads the public page of `unit`: there as it stands now, whatever was sent before."""
    return Seat(unit.pk, unit.path, unit.level, unit.kind, EVERY_OFFICE)


def seats_of_units(units: Iterable[Unit]) -> list[Seat]:
    """Every place each of `units` had, whatever the offices: for what a unit as such is asked. One query."""
    now = {unit.pk: replace(public_seat(unit), since=unit.placed_at or ALWAYS) for unit in units}
    places = Placement.objects.filter(unit__in=list(now), status=UnitStatus.ACTIVE) if now else Placement.objects.none()
    earlier = places.values_list("unit_id", "path", "level", "since", "until")
    return [*now.values(), *(_earlier(now[place[0]], *place[1:]) for place in earlier)]


def addresses(rule: AudienceRule, seat: Seat, sent_at: datetime) -> bool:
    """Whether `rule` of a notice sent at `sent_at` means `seat`. The same question as `inbox` asks in SQL."""
    return (
        seat.since <= sent_at < seat.until
        and (rule.unit_id in numbers_of(seat.path) if rule.is_subtree else rule.unit_id == seat.unit)
        and bool(not rule.levels or rule.levels >> seat.level & 1)
        and bool(
            rule.kinds >> seat.kind & 1 if rule.kinds else seat.kind != UnitKind.GROUP or rule.unit_id == seat.unit
        )
        and bool(not rule.offices or rule.offices & seat.offices)
    )


def units_addressed(person: Person, notice: Notice, *, at: datetime) -> list[int]:
    """The units of `person` through which `notice` addresses her, by number; none when it does not. Three queries."""
    if notice.sent_at is None or notice.sent_at > at:
        return []
    rules = list(notice.audience.defer("numbers"))
    return units_meant(rules, seats_of(person, on=timezone.localdate(at)), notice.sent_at)


def units_meant(rules: Iterable[AudienceRule], seats: Iterable[Seat], sent_at: datetime) -> list[int]:
    """The units among `seats` that `rules` mean, by number."""
    rules = list(rules)
    return sorted({seat.unit for seat in seats if any(addresses(rule, seat, sent_at) for rule in rules)})


def _seat(unit: int, office: int, joined: date, path: str, level: int, kind: int, placed_at: datetime | None) -> Seat:
    return Seat(
        unit=unit,
        path=path,
        level=level,
        kind=kind,
        offices=1 << office,
        since=placed_at or ALWAYS,
        joined=timezone.make_aware(datetime.combine(joined, time.min)),
    )


def _together(one: Seat, other: Seat) -> Seat:
    """Two offices in one unit are one seat."""
    return replace(one, offices=one.offices | other.offices, joined=min(one.joined, other.joined))


def _earlier(seat: Seat, path: str, level: int, since: datetime | None, until: datetime) -> Seat:
    return replace(seat, path=path, level=level, since=since or ALWAYS, until=until)
