"""The proof of a notice, unit by unit: when it came there, what was done to make it heard, and what came of that.

It says when the first of a unit saw, acknowledged or did it, and in which office she was: nothing of the others, and of plain
members only the day. Who reads when, how often or how long is not kept and so not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Min
from django.utils import timezone
from pyroaring import BitMap

from braid.contact.enums import Fact
from braid.contact.models import Call, Dispatch, Notice, Receipt, UnitSet
from braid.kernel.keyset import Page
from braid.people.enums import Office
from braid.people.models import Membership
from braid.units import snapshot
from braid.units.models import Unit

from .reach import TOLD_BY, Part, place_of, sets_of
from .silence import awaited

AT_ONCE = 500
"""Units an export reads at once."""

Meaning = UnitSet.Meaning


@dataclass(frozen=True)
class Step:
    """That something came from a unit first: on a day, and from an officer the moment and her office."""

    fact: Fact
    on: date | None = None
    at: datetime | None = None
    office: Office | None = None
    """None: nobody, or somebody who is not in the unit any more."""


@dataclass(frozen=True)
class Proof:
    """What is known of a notice at one unit."""

    unit: Unit
    is_reached: bool
    steps: tuple[Step, ...]
    """One for each thing the notice waits for."""
    told: tuple[Meaning, ...]
    """Ways in which somebody there was told beyond the inbox, and where that is not known or failed."""
    reminders: tuple[Dispatch, ...]
    """Those that told somebody there."""
    calls: tuple[Call, ...]

    @property
    def call(self) -> Call | None:
        """The call that counts: one that reached somebody, else the last."""
        return max(self.calls, key=lambda call: (call.is_reached, call.at), default=None)


@dataclass(frozen=True)
class _Known:
    """What is known of a notice at all units, as sets of them."""

    reached: BitMap
    told: list[tuple[Meaning, BitMap]]
    reminders: list[tuple[Dispatch, BitMap]]


def proofs_of(notice: Notice, units: Sequence[Unit]) -> list[Proof]:
    """The proof of `notice` at each of `units`. Seven queries, however many."""
    return _proofs(notice, _known(notice), units)


def _known(notice: Notice) -> _Known:
    kept = UnitSet.objects.filter(notice=notice, meaning__in=TOLD_BY).order_by("meaning")
    dispatches = Dispatch.objects.filter(notice=notice, number__gt=0).order_by("number")
    return _Known(
        reached=sets_of(notice).units[Meaning.REACHED],
        told=[(Meaning(row.meaning), BitMap.deserialize(bytes(row.numbers))) for row in kept],
        reminders=[(row, BitMap.deserialize(bytes(row.units)) if row.units else BitMap()) for row in dispatches],
    )


def _proofs(notice: Notice, known: _Known, units: Sequence[Unit]) -> list[Proof]:
    numbers = [unit.pk for unit in units]
    steps = _steps(notice, numbers)
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in (
        Call.objects.filter(notice=notice, unit__in=numbers).select_related("by", "person").order_by("at", "pk")
    ):
        calls[call.unit_id].append(call)
    return [
        Proof(
            unit=unit,
            is_reached=unit.pk in known.reached,
            steps=tuple(steps[unit.pk]),
            told=tuple(meaning for meaning, found in known.told if unit.pk in found),
            reminders=tuple(row for row, found in known.reminders if unit.pk in found),
            calls=tuple(calls[unit.pk]),
        )
        for unit in units
    ]


def _steps(notice: Notice, units: list[int]) -> dict[int, list[Step]]:
    """What came first from each of `units`. Three queries."""
    there = Membership.objects.filter(unit__in=units).values("person")
    rows = Receipt.objects.filter(notice=notice, unit_number__in=units, person__in=there)
    firsts = {
        (unit, fact): moment
        for unit, fact, moment in rows.values("unit_number", "fact")
        .annotate(first=Min("at"))
        .values_list("unit_number", "fact", "first")
    }
    said = rows.filter(at__in=set(firsts.values())).values_list("unit_number", "fact", "person_id", "at")
    first = [(unit, fact, person, at) for unit, fact, person, at in said if firsts[unit, fact] == at]
    offices = _offices_then(first)
    found: dict[tuple[int, int], Step] = {}
    for unit, fact, person, at in first:
        step = _step(Fact(fact), at, offices.get((unit, person, at)))
        before = found.get((unit, fact))
        if before is None or (step.office or Office.MEMBER) < (before.office or Office.MEMBER):
            found[unit, fact] = step
    return {unit: [found.get((unit, fact.value), Step(fact)) for fact in awaited(notice)] for unit in units}


def _step(fact: Fact, at: datetime, office: Office | None) -> Step:
    is_officer = office is not None and office != Office.MEMBER
    return Step(fact, timezone.localdate(at), at if is_officer else None, office)


def _offices_then(first: Sequence[tuple[int, int, int, datetime]]) -> dict[tuple[int, int, datetime], Office]:
    """The first of the offices each person held in the unit when she said something. One query."""
    rows = Membership.objects.filter(unit__in={unit for unit, *_ in first}, person__in={one[2] for one in first})
    held: dict[tuple[int, int], list[tuple[int, date, date | None]]] = defaultdict(list)
    for unit, person, office, since, until in rows.values_list("unit_id", "person_id", "office", "since", "until"):
        held[unit, person].append((office, since, until))
    found = {}
    for unit, _, person, at in first:
        on = timezone.localdate(at)
        offices = [
            office for office, since, until in held[unit, person] if since <= on and (until is None or until > on)
        ]
        if offices:
            found[unit, person, at] = Office(min(offices))
    return found


def levels_in(notice: Notice, part: Part) -> list[int]:
    """The levels of the units in `part` that `notice` addresses."""
    tree = snapshot.current()
    return sorted({int(level) for level in np.unique(tree.levels[_places(notice, part, tree)])})


def units_in(notice: Notice, part: Part, *, level: int = 0, cursor: str = "", size: int = 25) -> Page[Unit]:
    """A page of the addressed units in `part`, of one `level` (0: any), in tree order. The cursor is a place in the tree as it
    is now, as in `units_missing`."""
    tree = snapshot.current()
    places = _places(notice, part, tree, level)
    if cursor:
        places = places[places > place_of(cursor)]
    numbers = [int(tree.numbers[place]) for place in places[:size]]
    rows = Unit.objects.in_bulk(numbers)
    return Page([rows[number] for number in numbers], str(places[size - 1]) if len(places) > size else "")


def all_proofs(notice: Notice, part: Part, *, level: int = 0) -> Iterator[Proof]:
    """The proof of every addressed unit in `part`, of one `level` (0: any), in tree order, read `AT_ONCE` at a time."""
    tree, known = snapshot.current(), _known(notice)
    numbers = tree.numbers[_places(notice, part, tree, level)]
    for begin in range(0, len(numbers), AT_ONCE):
        some = [int(number) for number in numbers[begin : begin + AT_ONCE]]
        rows = Unit.objects.in_bulk(some)
        yield from _proofs(notice, known, [rows[number] for number in some])


def _places(
    notice: Notice, part: Part, tree: snapshot.Snapshot, level: int = 0
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    start, end = part.span(tree)
    places = np.flatnonzero(tree.mask_of(sets_of(notice).units[Meaning.ADDRESSED])[start:end]) + start
    return places[tree.levels[places] == level] if level else places
