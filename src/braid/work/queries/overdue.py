"""What is past due in a subtree: directives nobody answered and reports nobody filed, counted in units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import path_at
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveRule, Period

from .handlings import counts_in
from .progress import open_periods_around
from .rollups import parts_in

MOST_OPEN = 5
"""Directives that count, those due first."""


@dataclass(frozen=True)
class Overdue:
    """How many units have not answered what was due, and the things they have not answered."""

    units: int
    things: Sequence[Directive] | Sequence[Period]


def overdue_directives(unit: Unit, *, on: date) -> Overdue:
    """The directives past due on the day `on` that ask units below `unit`, and how many of these are late. Two queries, and
    one for each directive since which the unit moved."""
    rules = DirectiveRule.objects.filter(unit__in=numbers_of(unit.path), is_open=True).values("directive")
    own = Q(unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS)
    rows = Directive.objects.filter(own | Q(pk__in=rules), state=DirectiveState.SENT, due_on__lt=on)
    late = list(rows.filter(rollup__isnull=False).select_related("rollup").order_by("due_on", "pk")[:MOST_OPEN])
    paths = {one.pk: path_at(unit, one.sent_at) for one in late if one.sent_at}
    parts = parts_in([(one.rollup, [paths[one.pk]]) for one in late if one.rollup])
    counts = [counts_in(parts[one.rollup_id][paths[one.pk]]) for one in late if one.rollup_id]
    return Overdue(sum(each.late or 0 for each in counts), late)


def overdue_reports(unit: Unit, *, on: date) -> Overdue:
    """The same of periods that no directive asks for, and the reports missing below `unit`. Two queries and as above."""
    late = [one for one in open_periods_around(unit) if one.due_on < on and one.directive_id is None]
    paths = {one.pk: path_at(unit, one.opened_at) for one in late}
    parts = parts_in([(one.rollup, [paths[one.pk]]) for one in late])
    return Overdue(sum(parts[one.rollup_id][paths[one.pk]].missing for one in late), late)
