"""What is past due in a subtree: directives nobody answered and reports nobody filed, counted in units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import path_at
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveRule, Passing, Period

from .asked import asks_around
from .directives import units_addressed_by
from .earlier_days import late_early_among
from .handlings import counts_in
from .progress import open_periods_around
from .rollups import parts_in

MOST_OPEN = 5
"""Directives that count, those due first: of those whose own day is past, and of those with an earlier one that is."""


@dataclass(frozen=True)
class Overdue:
    """How many units have not answered what was due (None: too many to say), and the things they have not answered."""

    units: int | None
    things: Sequence[Directive] | Sequence[Period]


def overdue_directives(unit: Unit, *, on: date) -> Overdue:
    """The directives with units below `unit` that are late on the day `on`, by the directive's own day or by an earlier one
    that a unit set on the way, and how many these are.

    Five queries, one for each 10,000 units with an earlier day, and one for each directive since which the unit moved or whose
    units are being counted.
    """
    around = _open_around(unit)
    late = list(around.filter(due_on__lt=on)[:MOST_OPEN])
    paths = {one.pk: path_at(unit, one.sent_at) for one in late if one.sent_at}
    parts = parts_in([(one.rollup, [paths[one.pk]]) for one in late if one.rollup])
    counts = [counts_in(parts[one.rollup_id][paths[one.pk]]) for one in late if one.rollup_id]
    early = _late_early(around.filter(due_on__gte=on), unit, on=on)
    numbers = [*(each.late for each in counts), *early.values()]
    known = [number for number in numbers if number is not None]
    return Overdue(sum(known) if len(known) == len(numbers) else None, [*late, *early])


def _open_around(unit: Unit) -> QuerySet[Directive]:
    """The open directives that may ask units below `unit`, those due first in front."""
    asks = asks_around(DirectiveRule.objects.all(), "directive", [unit])
    rows = Directive.objects.filter(asks, state=DirectiveState.SENT, rollup__isnull=False)
    return rows.select_related("rollup").order_by("due_on", "pk")


def _late_early(rows: QuerySet[Directive], unit: Unit, *, on: date) -> dict[Directive, int | None]:
    """Those of the directives `rows`, not past due, with how many units below `unit` let an earlier day pass, if any did; None:
    too many to say."""
    above, end = numbers_of(unit.path), unit.path + AFTER_DESCENDANTS
    meant = Q(unit__in=above, is_subtree=True) | Q(unit__path__gt=unit.path, unit__path__lt=end)
    here = Exists(DirectiveRule.objects.filter(meant, passing=OuterRef("pk")))
    passed = Passing.objects.filter(
        Q(here, unit__in=above) | Q(unit_path__gt=unit.path, unit_path__lt=end),
        directive=OuterRef("pk"),
        due_on__lt=on,
    )
    early = list(rows.filter(Exists(passed))[:MOST_OPEN])
    found = late_early_among({one.pk: units_addressed_by(one) for one in early}, unit, on=on)
    late = {one: found[one.pk] for one in early}
    numbers = {one: each.number_in(unit.pk, has_itself=False) if each else None for one, each in late.items()}
    return {one: number for one, number in numbers.items() if number != 0}


def overdue_reports(unit: Unit, *, on: date) -> Overdue:
    """The same of periods that no directive asks for, and the reports missing below `unit`. Two queries and as above."""
    late = [one for one in open_periods_around(unit) if one.due_on < on and one.directive_id is None]
    paths = {one.pk: path_at(unit, one.opened_at) for one in late}
    parts = parts_in([(one.rollup, [paths[one.pk]]) for one in late])
    return Overdue(sum(parts[one.rollup_id][paths[one.pk]].missing for one in late), late)
