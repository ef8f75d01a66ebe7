"""Whom a notice reached: counts of units by level and below any unit, out of bitmaps and the tree in memory.

Nothing here says who read what or how long: the smallest thing counted is a unit, and of its people office holders exactly,
members only from `FEWEST` on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.http import Http404
from pyroaring import BitMap

from braid.contact.enums import Fact, Missing
from braid.contact.models import Notice, Receipt, UnitSet
from braid.contact.models.receipts import SEEN_WITHIN
from braid.contact.rules import VIEW_RECEIPTS, is_out
from braid.kernel.access import Scope, scope
from braid.kernel.keyset import Page, bad_cursor
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import number_of

from .audience import units_of, units_of_all
from .seats import EVERY_OFFICE

FEWEST = 10
"""Members' counts below this are not shown: a small number points at persons."""

Meaning = UnitSet.Meaning
Mask = npt.NDArray[np.bool_]
TOLD_BY = (Meaning.PUSHED, Meaning.MAILED, Meaning.TOLD, Meaning.UNKNOWN, Meaning.FAILED)
PHONED = (Meaning.CALLED, Meaning.UNREACHABLE)
SHOWN = (Meaning.ADDRESSED, Meaning.REACHED, Meaning.SEEN, Meaning.ACKNOWLEDGED, Meaning.DONE)


@dataclass(frozen=True)
class Counts:
    """Numbers of units; `acknowledged` and `done` are None where the notice does not ask for them."""

    addressed: int
    reached: int
    seen: int
    acknowledged: int | None
    done: int | None

    def lacking(self, what: Missing) -> int:
        """How many of the addressed units lack `what`."""
        has = {
            Missing.REACHED: self.reached,
            Missing.SEEN: self.seen,
            Missing.ACKNOWLEDGED: self.acknowledged,
            Missing.DONE: self.done,
        }[what]
        return self.addressed - (has or 0)


@dataclass(frozen=True)
class LevelReach:
    """The counts of all units of one level."""

    level: int
    counts: Counts


@dataclass(frozen=True)
class UnitReach:
    """The counts of a unit and everything below it; `own` is whether the unit itself is addressed (reached, ...)."""

    unit: Unit
    counts: Counts
    own: frozenset[int]
    has_below: bool

    @property
    def says(self) -> Meaning | None:
        """The most that can be said of the unit itself; None when it is not addressed."""
        return max((Meaning(value) for value in self.own), key=_RANK.index, default=None)


_RANK = list(SHOWN)


@dataclass(frozen=True)
class Part:
    """What of the tree somebody looks at: a unit with all below it, or it alone where her reach ends with it."""

    unit: Unit
    is_alone: bool = False

    def span(self, tree: snapshot.Snapshot) -> tuple[int, int]:
        """The ordinals `[start, end)` of the part in `tree`."""
        start, end = tree.span(self.unit.pk)
        return start, start + 1 if self.is_alone else end


@dataclass(frozen=True)
class PeopleSeen:
    """Of the people of one unit in one office: how many saw it; None where that would point at members (`FEWEST`)."""

    office: Office
    people: int
    seen: int | None


@dataclass(frozen=True)
class Sets:
    """The unit sets of one notice; reached are also those that acted, whoever opened an account since."""

    notice: Notice
    units: dict[int, BitMap]

    def masks(self, tree: snapshot.Snapshot) -> dict[int, Mask]:
        """Each set by ordinal of the tree."""
        return {meaning: tree.mask_of(self.units[meaning]) for meaning in SHOWN}


def sets_of(notice: Notice) -> Sets:
    """The sets of `notice`; before it is frozen its audience as it is now, and nobody reached. At most two queries."""
    kept = dict(UnitSet.objects.filter(notice=notice, meaning__in=SHOWN).values_list("meaning", "numbers"))
    units = {int(meaning): BitMap.deserialize(bytes(kept[meaning])) if kept else BitMap() for meaning in SHOWN}
    if not kept:
        units[Meaning.ADDRESSED] = units_of_all(notice.audience.defer("numbers"))
    acted = units[Meaning.SEEN] | units[Meaning.ACKNOWLEDGED] | units[Meaning.DONE]
    units[Meaning.REACHED] = (units[Meaning.REACHED] | acted) & units[Meaning.ADDRESSED]
    return Sets(notice, {meaning: numbers & units[Meaning.ADDRESSED] for meaning, numbers in units.items()})


def reach_by_level(notice: Notice, *, within: Part | None = None) -> list[LevelReach]:
    """The counts of `notice` for every level that it addresses (in the part `within`), highest level first."""
    tree, sets = snapshot.current(), sets_of(notice)
    start, end = within.span(tree) if within else (0, len(tree.numbers))
    levels = tree.levels[start:end]
    masks = {meaning: mask[start:end] for meaning, mask in sets.masks(tree).items()}
    by_level = {meaning: np.bincount(levels[mask], minlength=256) for meaning, mask in masks.items()}
    return [
        LevelReach(level, _counts(notice, {meaning: int(counts[level]) for meaning, counts in by_level.items()}))
        for level in range(256)
        if by_level[Meaning.ADDRESSED][level]
    ]


def seen_by_mark(notice: Notice, part: Part) -> dict[int, tuple[int, ...]]:
    """By level, in how many units of `part` somebody had seen `notice` within each of `MARKS`: each number holds those
    before it. One query."""
    tree = snapshot.current()
    start, end = part.span(tree)
    levels = tree.levels[start:end]
    kept = UnitSet.objects.filter(notice=notice, meaning__in=SEEN_WITHIN.values())
    units = dict(kept.values_list("meaning", "numbers"))
    so_far, counted = BitMap(), []
    for meaning in SEEN_WITHIN.values():
        so_far |= BitMap.deserialize(bytes(units[meaning])) if meaning in units else BitMap()
        counted.append(np.bincount(levels[tree.mask_of(so_far)[start:end]], minlength=256))
    return {level: tuple(int(counts[level]) for counts in counted) for level in range(256)}


def reach_of_children(notice: Notice, part: Part) -> list[UnitReach]:
    """The counts of `notice` for every unit right below the unit of `part` with something addressed in it, in tree order."""
    if part.is_alone:
        return []
    children = Unit.objects.filter(parent=part.unit).order_by("path")
    return [row for row in reach_of(notice, map(Part, children)) if row.counts.addressed]


def reach_of(notice: Notice, parts: Iterable[Part]) -> list[UnitReach]:
    """The counts of `notice` for each of `parts`. Two queries, however many."""
    tree, sets = snapshot.current(), sets_of(notice)
    running = {meaning: _running(mask) for meaning, mask in sets.masks(tree).items()}
    rows = []
    for part in parts:
        start, end = part.span(tree)
        found = {meaning: int(counts[end] - counts[start]) for meaning, counts in running.items()}
        own = frozenset(int(meaning) for meaning in SHOWN if part.unit.pk in sets.units[meaning])
        rows.append(UnitReach(part.unit, _counts(notice, found), own, has_below=end - start > 1))
    return rows


def told_within(notice: Notice, part: Part) -> list[tuple[Meaning, int]]:
    """In how many units of `part` somebody was told of `notice` beyond the inbox, by each way that was; where nobody knows
    whether it arrived, and where it did not; and what came of the telephone. One query."""
    tree = snapshot.current()
    start, end = part.span(tree)
    kept = UnitSet.objects.filter(notice=notice, meaning__in=(*TOLD_BY, *PHONED)).order_by("meaning")
    found = [
        (Meaning(meaning), int(tree.mask_of(BitMap.deserialize(bytes(numbers)))[start:end].sum()))
        for meaning, numbers in kept.values_list("meaning", "numbers")
    ]
    return [(meaning, units) for meaning, units in found if units]


def units_missing(notice: Notice, part: Part, what: Missing, *, cursor: str = "", size: int = 50) -> Page[Unit]:
    """A page of the addressed units in `part` that lack `what`, in tree order.

    The cursor is a place in the tree as it is now: a page that is turned after a move may show a unit twice or leave one
    out. Raises `BadInput` for a damaged cursor.
    """
    tree, sets = snapshot.current(), sets_of(notice)
    start, end = part.span(tree)
    if cursor:
        start = max(start, place_of(cursor) + 1)
    missing = tree.mask_of(sets.units[Meaning.ADDRESSED] - sets.units[what.value])
    places = np.flatnonzero(missing[start:end])[: size + 1] + start
    numbers = [int(tree.numbers[place]) for place in places[:size]]
    rows = Unit.objects.in_bulk(numbers)
    return Page([rows[number] for number in numbers], str(places[size - 1]) if len(places) > size else "")


def place_of(cursor: str) -> int:
    """The place in the tree that a cursor stands for. Raises `BadInput` for a damaged one."""
    if not cursor.isascii() or not cursor.isdigit():
        raise bad_cursor()
    return int(cursor)


def people_seen(notice: Notice, unit: Unit, *, on: date) -> list[PeopleSeen]:
    """For each office that `notice` addresses in one unit: how many hold it on the day `on`, how many saw it. Three queries."""
    meant = _offices_meant(notice, unit)
    held = Membership.objects.current(on).filter(unit=unit).values_list("office", "person_id")
    people: dict[int, set[int]] = {}
    for office, person in held:
        if meant >> office & 1:
            people.setdefault(office, set()).add(person)
    everybody = set().union(*people.values()) if people else set()
    rows = Receipt.objects.filter(notice=notice, fact=Fact.SEEN, unit_number=unit.pk, person__in=everybody)
    seen = set(rows.values_list("person_id", flat=True))
    return [_people_seen(Office(office), holders, seen) for office, holders in sorted(people.items())]


def _offices_meant(notice: Notice, unit: Unit) -> int:
    """The offices (a mask) that the rules of `notice` mean in `unit`."""
    meant = 0
    for rule in notice.audience.all():
        if unit.pk in (BitMap.deserialize(bytes(rule.numbers)) if rule.numbers else units_of(rule)):
            meant |= rule.offices or EVERY_OFFICE
    return meant


def reached_for(person: Person, notice: Notice, code: str, *, at: datetime) -> Part:
    """What `person` may see at `at`, at the unit with `code`, of whom `notice` reached; else `Http404`.

    She may within her own reach, where the notice addresses something: a county sees its part of a national notice, and
    who has rights in one unit alone sees that unit alone.
    """
    reach = scope(person, VIEW_RECEIPTS)
    unit = Unit.objects.filter(reach.where("path"), code=code).first()
    if unit is None or not is_out(notice, at) or not is_addressed_within(notice, _at(unit.path, reach)):
        raise Http404
    return Part(unit, is_alone=not reach.covers_below(unit.path))


def top_of_reach(person: Person, notice: Notice) -> str:
    """The code of the unit where `person` begins to look whom `notice` reached; `Http404` when nowhere.

    That is the unit of the notice, when all it addresses is there; else the highest in her reach.
    """
    reach = scope(person, VIEW_RECEIPTS)
    if reach.covers(notice.unit_path) and not _addresses_elsewhere(notice):
        return str(notice.unit.code)
    for unit in Unit.objects.filter(path__in=[*reach.subtrees, *reach.units]).order_by("path"):
        if is_addressed_within(notice, _at(unit.path, reach)):
            return str(unit.code)
    raise Http404


def _at(path: str, reach: Scope) -> Scope:
    """The part of `reach` that a page about the unit at `path` shows: with all below it, or it alone."""
    return Scope(subtrees=(path,)) if reach.covers_below(path) else Scope(units=(path,))


def _addresses_elsewhere(notice: Notice) -> bool:
    """Whether `notice` addresses units that are not in the subtree of its own, be it that they moved since."""
    tree = snapshot.current()
    addressed = tree.mask_of(sets_of(notice).units[Meaning.ADDRESSED])
    start, end = tree.span(notice.unit_id)
    return bool(addressed[:start].any() or addressed[end:].any())


def is_addressed_within(notice: Notice, reach: Scope) -> bool:
    """Whether `notice` addresses a unit within `reach`."""
    if not reach:
        return False
    addressed = sets_of(notice).units[Meaning.ADDRESSED]
    tree = snapshot.current()
    return any(number_of(path) in addressed for path in reach.units) or any(
        _touches(tree, addressed, path) for path in reach.subtrees
    )


def _touches(tree: snapshot.Snapshot, addressed: BitMap, top: str) -> bool:
    if not top:
        return bool(addressed)
    start, end = tree.span(number_of(top))
    return bool(tree.mask_of(addressed)[start:end].any())


def _running(mask: Mask) -> npt.NDArray[np.int32]:
    running = np.zeros(len(mask) + 1, dtype=np.int32)
    np.cumsum(mask, out=running[1:])
    return running


def _counts(notice: Notice, found: dict[int, int]) -> Counts:
    return Counts(
        addressed=found[Meaning.ADDRESSED],
        reached=found[Meaning.REACHED],
        seen=found[Meaning.SEEN],
        acknowledged=found[Meaning.ACKNOWLEDGED] if notice.asks_acknowledgement else None,
        done=found[Meaning.DONE] if notice.asks_done else None,
    )


def _people_seen(office: Office, holders: Sequence[int] | set[int], seen: set[int]) -> PeopleSeen:
    count = len(seen.intersection(holders))
    if office != Office.MEMBER:
        return PeopleSeen(office, len(holders), count)
    is_small = min(count, len(holders) - count) < FEWEST
    return PeopleSeen(office, len(holders), None if is_small else count)
