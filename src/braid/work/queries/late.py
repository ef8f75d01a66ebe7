"""Who is to be told of a directive: the units of a telling, the people who handle it there, and how many units are late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from pyroaring import BitMap

from braid.contact.queries.audience import units_of_all
from braid.kernel.access import scope
from braid.people.models import Grant, Membership, Person
from braid.people.roles import HOLDERS, offices_with
from braid.people.telling import has_channel
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import OPEN_HANDLINGS, DirectiveState, Step
from braid.work.models import Directive, Escalation, Handling, Telling
from braid.work.rules import HANDLE_DIRECTIVES, VIEW_WORK, is_past_due

from .directives import units_addressed_by
from .earlier_days import past_earlier_day_among, units_with_earlier_day
from .handlings import units_unsettled

SLICE = 1_000
"""Units below which late ones are looked for in one query."""


def units_told(telling: Telling) -> BitMap:
    """The units that `telling` goes through: of a passing its own, else all that it asks, without those with an earlier day.

    When a directive comes all are told, whatever the day; of a passing those that nobody had asked before. At most three
    queries.
    """
    directive, passing = telling.directive, telling.passing
    if passing is not None:
        units = units_of_all(passing.audience.all())
        if telling.step == Step.SENT:
            return units - units_of_all(directive.audience.filter(Q(passing=None) | Q(passing__lt=passing.pk)))
        return units - units_with_earlier_day(directive, passing.due_on, before=passing)
    units = units_addressed_by(directive)
    return units if telling.step == Step.SENT else units - units_with_earlier_day(directive, directive.due_on)


def units_listening(directive: Directive, units: Sequence[int], *, at: datetime) -> list[int]:
    """Those of `units`, numbers in order, where somebody whom the directive concerns chose a channel: in all others there is
    nobody to tell. Three queries, each a walk along an index between the first of them and the last."""
    if not units:
        return []
    roles = HOLDERS[HANDLE_DIRECTIVES]
    between = {"unit__gte": units[0], "unit__lte": units[-1]}
    held = Membership.objects.current(timezone.localdate(at)).filter(office__in=offices_with(roles), **between)
    granted = Grant.objects.valid(at).filter(role__in=[role.value for role in roles], **between)
    given = Handling.objects.filter(directive=directive, **between)
    found: set[int] = set()
    for rows, person in ((held, "person"), (granted, "person"), (given, "assigned_to")):
        found.update(rows.filter(has_channel(person)).values_list("unit_id", flat=True))
    return sorted(found.intersection(units))


def handlers_in(units: Collection[int], *, at: datetime) -> dict[int, set[int]]:
    """Who handles directives in each of `units`: by an office or a grant that she holds there, not above. Two queries."""
    roles = HOLDERS[HANDLE_DIRECTIVES]
    found: dict[int, set[int]] = defaultdict(set)
    held = Membership.objects.current(timezone.localdate(at)).filter(unit__in=units, office__in=offices_with(roles))
    given = Grant.objects.valid(at).filter(unit__in=units, role__in=[role.value for role in roles])
    for unit, person in [*held.values_list("unit_id", "person_id"), *given.values_list("unit_id", "person_id")]:
        found[unit].add(person)
    return found


def people_to_tell(directive: Directive, units: Collection[int], *, at: datetime) -> set[int]:
    """Who is told in the `units` that still have something to do: whom it was given to, else who handles directives there.

    Four queries.
    """
    open_units = units_unsettled(directive, units)
    rows = Handling.objects.filter(directive=directive, unit__in=open_units).exclude(assigned_to=None)
    given = dict(rows.values_list("unit_id", "assigned_to"))
    handlers = handlers_in(open_units - given.keys(), at=at)
    return {*given.values(), *(person for persons in handlers.values() for person in persons)}


def units_of_people(persons: Collection[int], *, at: datetime) -> dict[int, set[int]]:
    """The units in which each of `persons` handles directives, or where something was given to her. Three queries."""
    roles = HOLDERS[HANDLE_DIRECTIVES]
    found: dict[int, set[int]] = defaultdict(set)
    held = Membership.objects.current(timezone.localdate(at)).filter(person__in=persons, office__in=offices_with(roles))
    granted = Grant.objects.valid(at).filter(person__in=persons, role__in=[role.value for role in roles])
    given = Handling.objects.filter(assigned_to__in=persons, state__in=OPEN_HANDLINGS)
    for rows in (held, granted):
        for person, unit in rows.values_list("person_id", "unit_id"):
            found[person].add(unit)
    for assigned, unit in given.values_list("assigned_to_id", "unit_id"):
        if assigned:
            found[assigned].add(unit)
    return found


def late_right_below(pairs: Iterable[tuple[Directive, int]], *, on: date) -> dict[tuple[int, int], int]:
    """For each directive and unit (both by number) how many of the units right below are late on the day `on`: asked, not
    settled, and their day is past, the directive's or an earlier one that a unit above them set. Three queries."""
    pairs = list(pairs)
    children: dict[int, set[int]] = defaultdict(set)
    above: set[int] = set()
    rows = Unit.objects.filter(parent__in={unit for _, unit in pairs}, status=UnitStatus.ACTIVE)
    for child, parent, path in rows.values_list("pk", "parent_id", "path"):
        if parent:
            children[parent].add(child)
            above.update(numbers_of(path))
    directives = {directive.pk: directive for directive, _ in pairs}
    early = past_earlier_day_among(directives.values(), above, on=on)
    asked = {
        pk: units_addressed_by(one) if is_past_due(one, on) else units_addressed_by(one) & early.get(pk, BitMap())
        for pk, one in directives.items()
    }
    below = {child for found in children.values() for child in found}
    settled = set(
        Handling.objects.filter(directive__in=asked, unit__in=below)
        .exclude(state__in=OPEN_HANDLINGS)
        .values_list("directive_id", "unit_id")
    )
    return {
        (directive.pk, unit): sum(
            child in asked[directive.pk] and (directive.pk, child) not in settled for child in children[unit]
        )
        for directive, unit in pairs
    }


def escalations_that_hold(directive: Directive, *, on: date) -> list[int]:
    """The escalations of `directive`, whose own day is to come, with a late unit right below on the day `on`, by number: its day
    is an earlier one. Two queries, and four for each `SLICE` of them where there are earlier days."""
    told = list(directive.escalations.order_by("pk").values_list("pk", "unit_id"))
    if not told or not units_with_earlier_day(directive, on):
        return []
    late: dict[tuple[int, int], int] = {}
    for begin in range(0, len(told), SLICE):
        late |= late_right_below(((directive, unit) for _pk, unit in told[begin : begin + SLICE]), on=on)
    return [pk for pk, unit in told if late[directive.pk, unit]]


def late_below_for(person: Person, *, on: date, most: int) -> list[tuple[Escalation, int]]:
    """Open directives of which units right below her own are late, as she was told, with how many are so on the day `on`. Four
    queries."""
    reach = scope(person, VIEW_WORK)
    rows = Escalation.objects.filter(
        unit_path__in=[*reach.subtrees, *reach.units], directive__state=DirectiveState.SENT
    )
    found = list(rows.select_related("directive__unit", "directive__rollup", "unit").order_by("-pk")[:most])
    late = late_right_below(((row.directive, row.unit_id) for row in found), on=on)
    counted = [(row, late[row.directive_id, row.unit_id]) for row in found]
    return [(row, number) for row, number in counted if number]
