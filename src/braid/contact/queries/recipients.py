"""Which people a notice means, and through which of their units: asked again whenever something is sent to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from pyroaring import BitMap

from braid.contact.models import Audience, Dispatch
from braid.people.models import Membership
from braid.people.telling import has_channel


@dataclass(frozen=True)
class Meant:
    """Whom a notice means: for each of its rules the offices (a mask; 0: any) and the units, frozen when it went out."""

    rules: Sequence[tuple[int, BitMap]]

    def includes(self, unit: int, offices: int) -> bool:
        """Whether it means who holds `offices` (a mask) in the unit numbered `unit`."""
        return any((not asked or asked & offices) and unit in numbers for asked, numbers in self.rules)

    @property
    def units(self) -> BitMap:
        return BitMap.union(BitMap(), *(numbers for _, numbers in self.rules))


def meant_by(notices: Iterable[int]) -> dict[int, Meant]:
    """Whom each of the notices numbered `notices` means, once it is frozen. One query."""
    rules: dict[int, list[tuple[int, BitMap]]] = defaultdict(list)
    frozen = Audience.objects.filter(notice__in=list(notices)).exclude(numbers=None)
    for notice, offices, numbers in frozen.values_list("notice_id", "offices", "numbers"):
        rules[notice].append((offices, BitMap.deserialize(bytes(numbers or b""))))
    return {notice: Meant(found) for notice, found in rules.items()}


def offices_of(persons: Iterable[int], *, on: date) -> dict[int, dict[int, int]]:
    """The offices (a mask) of each person in each of her units on the day `on`. One query."""
    held: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Membership.objects.current(on).filter(person__in=list(persons))
    for person, unit, office in rows.values_list("person_id", "unit_id", "office"):
        held[person][unit] |= 1 << office
    return held


def units_through(meant: Meant | None, held: dict[int, int]) -> list[int]:
    """The units through which a notice means somebody who holds `held`; none when it does not."""
    return sorted(unit for unit, offices in held.items() if meant and meant.includes(unit, offices))


@dataclass(frozen=True)
class Slice:
    """The next people of a dispatch, and the place it will have come to with them."""

    persons: list[tuple[int, int]]
    """Person and the unit through which she is meant, by their numbers."""
    after_unit: int
    after_membership: int
    is_last: bool


def next_slice(dispatch: Dispatch, meant: Meant, units: BitMap, *, on: date, size: int, unit_size: int) -> Slice:
    """The next people of `units` whom `meant` means and who chose a channel: of at most `unit_size` units and `size`
    memberships. One query, a range of the index on units."""
    begin = units.rank(dispatch.after_unit)
    part = units[begin : begin + unit_size]
    if not part:
        return Slice([], dispatch.after_unit, 0, is_last=True)
    last = part.max()
    rows = list(_memberships(dispatch, last, on).values_list("unit_id", "pk", "person_id", "office")[:size])
    persons = [
        (person, unit) for unit, _, person, office in rows if unit in units and meant.includes(unit, 1 << office)
    ]
    if len(rows) == size:
        return Slice(persons, rows[-1][0] - 1, rows[-1][1], is_last=False)
    return Slice(persons, last, 0, is_last=begin + len(part) == len(units))


def _memberships(dispatch: Dispatch, last_unit: int, on: date) -> QuerySet[Membership]:
    """The memberships beyond where `dispatch` has come to, up to `last_unit`, of people who chose a channel."""
    first = dispatch.after_unit + 1
    beyond = Q(unit_id__gt=first) | Q(unit_id=first, pk__gt=dispatch.after_membership)
    rows = Membership.objects.current(on).filter(
        beyond, has_channel("person"), unit_id__gte=first, unit_id__lte=last_unit
    )
    return rows.order_by("unit_id", "pk")
