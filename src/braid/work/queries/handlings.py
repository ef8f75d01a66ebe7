"""What units did with a directive: one of them for somebody, counts by state below any unit, and the units behind a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.http import Http404
from django.utils.translation import gettext as _
from pyroaring import BitMap

from braid.contact.queries.reach import place_of
from braid.kernel.access import AFTER_DESCENDANTS, Scope, scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Membership, Person
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.queries.history import path_at, paths_at
from braid.work.enums import OPEN_HANDLINGS, SETTLED_HANDLINGS, DirectiveState, HandlingState
from braid.work.measures import Summary
from braid.work.models import Directive, Handling, HandlingEvent, Passing
from braid.work.rules import SEND_DIRECTIVES, VIEW_WORK, can_judge, can_send_directives_of, is_past_due

from .asked import counts_below
from .directives import asked_unit_for, touches, units_addressed_by
from .earlier_days import LateEarly, late_early_below, units_past_earlier_day
from .rollups import Part, parts_below

LOOKED_AT = 10_000
"""Units asked about in one query when those that have not acted are looked for."""
NOT_OPENED, LATE, ALL = "not_opened", "late", "all"
"""What units are looked for by, besides the states of a handling."""
SHOWN = (ALL, NOT_OPENED, *HandlingState.values, LATE)
"""The numbers of a row, in order."""


def measures_of_state(handling: Handling) -> dict[str, int]:
    """What a handling adds to the roll-up of its directive: one of its state, and one of its state at its level."""
    return {str(handling.state): 1, f"{handling.state}@{handling.counted_level}": 1}


def handling_of(directive: Directive, unit: Unit) -> Handling | None:
    """What `unit` does with `directive`; None while nobody there has opened it. One query."""
    return Handling.objects.filter(directive=directive, unit=unit).select_related("assigned_to").first()


def handling_to_judge(person: Person, directive: Directive, code: str) -> Handling:
    """The handling of the unit with `code` if `person` may judge it; `Http404` otherwise."""
    rows = Handling.objects.select_related("unit").filter(directive=directive, unit__code=code)
    found = rows.first()
    if found is None:
        raise Http404
    found.directive = directive
    if not can_judge(person, directive, found):
        asked_unit_for(person, directive, code)  # who only sees it is refused by the action
    return found


def events_of(handling: Handling) -> list[HandlingEvent]:
    """What happened to it, oldest first. One query."""
    return list(handling.events.select_related("by").order_by("pk"))


def people_of(unit: Unit, *, on: date, most: int = 200) -> list[Person]:
    """Whom it can be given to: people who hold an office in `unit`, by name. One query."""
    rows = Person.objects.filter(Exists(Membership.objects.current(on).filter(unit=unit, person=OuterRef("pk"))))
    return list(rows.order_by("pk")[:most])


@dataclass(frozen=True)
class Counts:
    """How many units are asked, and how far they have come. `late` is None while nobody can be late, or nobody knows."""

    expected: int
    opened: int
    in_work: int
    reported: int
    returned: int
    approved: int
    late: int | None
    """Who let the day pass without a word: the directive's, or an earlier one that a unit set when it passed it on."""

    @property
    def not_opened(self) -> int:
        return self.expected - self.opened - self.in_work - self.reported - self.returned - self.approved

    def of(self, what: str) -> int | None:
        """The number behind one of `SHOWN`."""
        return self.expected if what == ALL else getattr(self, what)


@dataclass(frozen=True)
class UnitCounts:
    """The counts of one unit right below, itself and all below it."""

    unit: Unit
    counts: Counts
    own: Handling | None
    is_asked: bool


@dataclass(frozen=True)
class Status:
    """How far the units strictly below one unit have come: together, by level, and for each unit right below."""

    whole: Counts
    by_level: list[tuple[int, Counts]]
    children: list[UnitCounts]
    is_late_known: bool
    """False where so many units set earlier days that who is late by them is only said further down."""


def status_below(directive: Directive, unit: Unit, *, on: date) -> Status:
    """How far `directive` has come below `unit` on the day `on`. A fixed number of queries, however many units it asks; before
    its day one for each 10,000 units that got an earlier day."""
    assert directive.rollup is not None
    assert directive.sent_at is not None
    children = list(Unit.objects.filter(parent=unit).order_by("path"))
    paths = paths_at([unit, *children], directive.sent_at)
    parts = parts_below(directive.rollup, [paths[unit.pk], *(paths[child.pk] for child in children)])
    asked = units_addressed_by(directive)
    own = {row.unit_id: row for row in Handling.objects.filter(directive=directive, unit__in=children)}
    early = _late_early(directive, unit, asked, on=on)
    whole = parts[paths[unit.pk]]
    rows = [
        UnitCounts(
            child,
            _with_own(parts[paths[child.pk]], child.pk in asked, own.get(child.pk), late=_late_in(early, child)),
            own.get(child.pk),
            child.pk in asked,
        )
        for child in children
    ]
    return Status(
        _counts(whole.filed, whole.expected, late=_late_in(early, unit, has_itself=False)),
        _by_level(whole.filed, _expected_by_level(unit, asked), early, unit),
        [row for row in rows if row.counts.expected],
        is_late_known=early is not None,
    )


Early = LateEarly | Literal["all", "none"] | None
"""Who is late: all that have not answered, none, those that let an earlier day pass; None: it is too much to look at."""


def _late_early(directive: Directive, unit: Unit, asked: BitMap, *, on: date) -> Early:
    if is_past_due(directive, on):
        return "all"
    if directive.state != DirectiveState.SENT:
        return "none"
    found = late_early_below(directive, unit, asked, on=on)
    return found if found is None or found.is_any_past else "none"


def _late_in(early: Early, unit: Unit, *, has_itself: bool = True) -> int | Literal["all"] | None:
    if isinstance(early, LateEarly):
        return early.number_in(unit.pk, has_itself=has_itself)
    return "all" if early == "all" else None


def status_rows(status: Status, names: dict[int, str]) -> Iterator[list[Any]]:
    """The rows of a file: together, each level (by its name in `names`) and each unit right below, with all its numbers."""
    yield [_("Together"), "", *_numbers(status.whole)]
    for level, counts in status.by_level:
        yield [names.get(level, str(level)), "", *_numbers(counts)]
    for row in status.children:
        yield [str(row.unit), row.unit.code, *_numbers(row.counts)]


def _numbers(counts: Counts) -> list[int | None]:
    return [counts.of(what) for what in SHOWN]


@dataclass(frozen=True)
class Behind:
    """Which units a number counts: strictly below `unit` or with it, as `what` (one of `SHOWN`), of all levels or one."""

    unit: Unit
    what: str
    has_itself: bool = False
    level: int | None = None


def units_behind(directive: Directive, behind: Behind, *, on: date, cursor: str = "", size: int = 50) -> Page[Unit]:
    """A page of the units that a number of the status counts.

    Those that have acted stand where they counted, the others in tree order. `Http404` for what is not counted, `BadInput` for
    a damaged cursor.
    """
    if behind.what not in SHOWN:
        raise Http404
    if behind.what in HandlingState.values:
        page = page_of(_acted(directive, behind), order=("counted_path", "pk"), cursor=cursor, size=size)
        return Page([row.unit for row in page.rows], page.next_cursor)
    among = units_addressed_by(directive)
    if behind.what == LATE and not is_past_due(directive, on):
        early = (
            units_past_earlier_day(directive, behind.unit, on=on) if directive.state == DirectiveState.SENT else None
        )
        among &= early or BitMap()
    return _silent(directive, behind, among, cursor=cursor, size=size)


def _acted(directive: Directive, behind: Behind) -> QuerySet[Handling]:
    assert directive.sent_at is not None  # it is out
    path = path_at(behind.unit, directive.sent_at)
    first = {"counted_path__gte" if behind.has_itself else "counted_path__gt": path}
    rows = Handling.objects.filter(
        directive=directive, state=behind.what, counted_path__lt=path + AFTER_DESCENDANTS, **first
    )
    if behind.level is not None:
        rows = rows.filter(counted_level=behind.level)
    return rows.select_related("unit")


def units_unsettled(directive: Directive, numbers: Iterable[int]) -> set[int]:
    """Those of the units `numbers` that have neither reported, returned it nor been approved. One query."""
    numbers = set(numbers)
    settled = Handling.objects.filter(directive=directive, unit__in=numbers).exclude(state__in=OPEN_HANDLINGS)
    return numbers - set(settled.values_list("unit_id", flat=True))


def status_unit_for(person: Person, directive: Directive, code: str) -> Unit:
    """The unit with `code` if `person` may see how far `directive` has come below it; `Http404` otherwise, and for a draft."""
    reach = scope(person, VIEW_WORK)
    unit = Unit.objects.filter(reach.where("path"), code=code).first()
    if unit is None or directive.rollup is None or not reach.covers_below(unit.path):
        raise Http404
    if unit.pk != directive.unit_id and not _concerns(directive, unit, units_addressed_by(directive)):
        raise Http404
    return unit


def _concerns(directive: Directive, unit: Unit, asked: BitMap) -> bool:
    """Whether units in the subtree of `unit` are `asked`, or units that stood below it when they were."""
    return touches(asked, Scope(subtrees=(unit.path,))) or counts_below(directive.rollup, [unit.pk])


def top_of_status(person: Person, directive: Directive) -> Unit:
    """Where `person` begins to look: at the sender's, if she sees that, else at her own; `Http404` when nowhere, and for a
    draft."""
    if directive.rollup is None:
        raise Http404
    reach = scope(person, VIEW_WORK)
    tops = [path for path in reach.subtrees if path.startswith(directive.unit_path)]
    if can_send_directives_of(person, directive.unit_path) or reach.covers_below(directive.unit_path):
        tops = [directive.unit_path]
    asked = units_addressed_by(directive)
    for unit in Unit.objects.filter(path__in=[*tops, *reach.subtrees]).order_by("path"):
        if unit.path == directive.unit_path or _concerns(directive, unit, asked):
            return unit
    raise Http404


def directives_to_judge(person: Person, *, most: int) -> list[tuple[Directive, Unit]]:
    """Open directives with reports that wait for `person`: as their sender, or as a unit that passed them on. Two queries."""
    within = scope(person, SEND_DIRECTIVES)
    mine = [*within.subtrees, *within.units]
    reported = Handling.objects.filter(directive=OuterRef("pk"), state=HandlingState.REPORTED)
    sent = Directive.objects.filter(Exists(reported), unit_path__in=mine, state=DirectiveState.SENT)
    below = Handling.objects.filter(
        directive=OuterRef("directive"),
        state=HandlingState.REPORTED,
        counted_path__gt=OuterRef("unit_path"),
        counted_path__lt=Concat(OuterRef("unit_path"), Value(AFTER_DESCENDANTS)),
    )
    passed = Passing.objects.filter(unit_path__in=mine, directive__state=DirectiveState.SENT)
    passed = passed.filter(Exists(below)).select_related("directive__unit", "unit")
    found = {(row.pk, row.unit_id): (row, row.unit) for row in sent.select_related("unit").order_by("due_on")[:most]}
    for passing in passed.order_by("due_on")[:most]:
        found.setdefault((passing.directive_id, passing.unit_id), (passing.directive, passing.unit))
    return list(found.values())[:most]


def counts_in(part: Part) -> Counts:
    """The counts of a part of a directive that is past due."""
    return _counts(part.filed, part.expected, late="all")


def _counts(found: Summary, expected: int, *, late: int | Literal["all"] | None, level: int | None = None) -> Counts:
    suffix = "" if level is None else f"@{level}"
    by_state = {
        state.value: found.figures[key].n if (key := f"{state.value}{suffix}") in found.figures else 0
        for state in HandlingState
    }
    return _with_late(expected, by_state, late)


def _with_late(expected: int, by_state: dict[str, int], late: int | Literal["all"] | None) -> Counts:
    if late == "all":
        late = expected - sum(by_state[state.value] for state in SETTLED_HANDLINGS)
    return Counts(expected, late=late, **by_state)


def _with_own(part: Part, is_asked: bool, own: Handling | None, *, late: int | Literal["all"] | None) -> Counts:
    """The counts of a part with the unit at its top."""
    summary = Summary(part.filed.n, {key: figure for key, figure in part.filed.figures.items() if "@" not in key})
    counts = _counts(summary, part.expected + (is_asked or own is not None), late=late)
    if own is None:
        return counts
    by_state = {state.value: getattr(counts, state.value) + (own.state == state) for state in HandlingState}
    return _with_late(counts.expected, by_state, late)


def _expected_by_level(unit: Unit, asked: BitMap) -> dict[int, int]:
    """How many units of each level are asked strictly below `unit`, as the tree stands now."""
    tree = snapshot.current()
    start, end = tree.span(unit.pk)
    mask = tree.mask_of(asked)[start + 1 : end]
    found = np.bincount(tree.levels[start + 1 : end][mask], minlength=1)
    return {level: int(n) for level, n in enumerate(found) if n}


def _by_level(found: Summary, expected: dict[int, int], early: Early, unit: Unit) -> list[tuple[int, Counts]]:
    acted = {int(key.split("@")[1]) for key, figure in found.figures.items() if "@" in key and figure.n}
    at_level = early.by_level(unit.pk) if isinstance(early, LateEarly) else None
    usual: Literal["all"] | None = "all" if early == "all" else None
    late = {level: usual if at_level is None else at_level.get(level, 0) for level in expected.keys() | acted}
    return [(level, _counts(found, expected.get(level, 0), late=late[level], level=level)) for level in sorted(late)]


def _silent(directive: Directive, behind: Behind, among: BitMap, *, cursor: str, size: int) -> Page[Unit]:
    """Units `among` those asked from which nothing has come, or not enough, in tree order: looked through part by part.

    The cursor is a place in the tree as it is now, as in `contact.queries.reach`.
    """
    tree, what = snapshot.current(), behind.what
    start, end = tree.span(behind.unit.pk)
    start += not behind.has_itself
    start = max(start, place_of(cursor) + 1 if cursor else start)
    mask = tree.mask_of(among)[start:end]
    if behind.level is not None:
        mask = mask & (tree.levels[start:end] == behind.level)
    places = np.flatnonzero(mask) + start
    found: list[int] = []
    for begin in range(0, len(places), LOOKED_AT):
        part = places[begin : begin + LOOKED_AT]
        keep = _lacking(directive, tree.numbers[part].tolist(), what)
        found += [int(place) for place in part if int(tree.numbers[place]) in keep]
        if len(found) > size:
            break
    numbers = [int(tree.numbers[place]) for place in found[:size]]
    rows = Unit.objects.in_bulk(numbers)
    return Page([rows[number] for number in numbers], str(found[size - 1]) if len(found) > size else "")


def _lacking(directive: Directive, numbers: list[int], what: str) -> set[int]:
    if what == ALL:
        return set(numbers)
    if what == LATE:
        return units_unsettled(directive, numbers)
    acted = Handling.objects.filter(directive=directive, unit__in=numbers)
    return set(numbers) - set(acted.values_list("unit_id", flat=True))
