"""How far reporting is: of what open periods ask of units, how much is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from braid.units.models import Unit
from braid.units.queries.history import paths_at
from braid.work.enums import ReportState
from braid.work.models import Period, PeriodRule, Report

from .asked import asks_below, asks_on_line
from .rollups import parts_in
from .tables import asked_in

MOST_OPEN = 5
"""Open periods that count, those due first."""


@dataclass
class Progress:
    """How many reports are there, of how many that are asked: of the unit itself, and of those below it."""

    own: int = 0
    own_asked: int = 0
    below: int = 0
    below_asked: int = 0


def open_periods_around(unit: Unit, *, most: int = MOST_OPEN) -> list[Period]:
    """The open periods that may ask `unit` or units below it, those due first in front. One query."""
    asks = asks_below([unit.pk]) | asks_on_line(PeriodRule.objects.filter(is_open=True), "period", [unit.path])
    rows = Period.objects.filter(asks, closed_at=None, rollup__frozen_at__isnull=False)
    return list(rows.select_related("rollup", "form").order_by("due_on", "pk")[:most])


def progress_of(periods: Sequence[Period], units: Sequence[Unit]) -> dict[int, Progress]:
    """By number of a unit, how far it is with `periods`. Two queries, and one for each period since which a unit moved."""
    found = {unit.pk: Progress() for unit in units}
    if not periods:
        return found
    paths = {period.pk: paths_at(units, period.opened_at) for period in periods}
    parts = parts_in([(period.rollup, list(paths[period.pk].values())) for period in periods])
    kept = Report.objects.filter(period__in=[period.pk for period in periods], unit__in=list(found))
    filed = set(kept.exclude(state=ReportState.DRAFT).values_list("period_id", "unit_id"))
    for period in periods:
        asked = asked_in(period.rollup)
        for unit, one in found.items():
            part = parts[period.rollup_id][paths[period.pk][unit]]
            one.below += part.filed.n
            one.below_asked += part.expected
            one.own += (period.pk, unit) in filed
            one.own_asked += unit in asked
    return found
