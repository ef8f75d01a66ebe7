"""What a part of the tree that is to be approved looks like."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length, Substr

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import Page, page_of
from braid.kernel.prepared import Statement, one_of
from braid.units.enums import STEP
from braid.units.models import Placement, Unit
from braid.units.paths import number_of
from braid.units.queries.history import had_units_below
from braid.work.enums import ApprovalState, ReportState
from braid.work.models import Approval, ApprovalEvent, Period, Report

from .rollups import parts_below, reports_right_below, totals_right_below


def seal_of(period: Period, path: str) -> str:
    """What stands for the part below `path` as it is now: any change of a report or an approval in it gives another seal."""
    reports = reports_right_below(period.rollup, path).exclude(state=ReportState.DRAFT).order_by("pk")
    said = [*reports.values_list("pk", "version", "state"), *_approvals_right_below(period, path)]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def open_parts_below(period: Period, path: str) -> list[str]:
    """The paths right below `path` with reports below them that are not approved as a part."""
    approved = {
        at for _pk, at, state, _changed in _approvals_right_below(period, path) if state == ApprovalState.IN_FORCE
    }
    paths = totals_right_below(period.rollup, path).values_list("path", flat=True)
    waiting = sorted(set(paths) - approved)
    parts = parts_below(period.rollup, waiting)
    return [each for each in waiting if parts[each].filed.n]


def approved_among(period: Period, units: Iterable[int]) -> Statement:
    """The statement that finds those of `units` (numbers) whose parts of `period` are approved; for `together`. By hand, as every
    report that is filed asks it and composing it would take longer than the database does."""
    is_one, numbers = one_of("unit_id", units)
    return _APPROVED_SQL.format(is_one=is_one), [period.pk, ApprovalState.IN_FORCE, *numbers]


_APPROVED_SQL = "SELECT unit_id FROM work_approval WHERE period_id = %s AND state = %s AND {is_one}"


@dataclass(frozen=True)
class Standing:
    """How far the approval of one unit's part has come."""

    approval: Approval | None
    seal: str
    reports: int
    """How many reports stand right below it."""
    waits_for: Sequence[Unit]
    """Units right below that have reports and have not approved their own parts."""
    above: Unit | None
    """The unit that approves next; None for the unit whose form it is."""
    above_is_approved: bool

    @property
    def is_in_force(self) -> bool:
        """Whether the part is approved."""
        return self.approval is not None and self.approval.state == ApprovalState.IN_FORCE

    @property
    def is_ready(self) -> bool:
        """Whether there is something to approve and nothing to wait for."""
        return not self.is_in_force and not self.waits_for


def standing_of(period: Period, unit: Unit, path: str) -> Standing:
    """The approval of the part below `unit`, which stood at `path`. A fixed number of queries."""
    approvals = Approval.objects.filter(
        period=period, unit__in=[number_of(each) for each in (path, path[:-STEP]) if each]
    )
    rows = {row.unit_id: row for row in approvals}
    waiting = open_parts_below(period, path)
    is_top = not path[:-STEP].startswith(period.unit_path)
    units = Unit.objects.in_bulk([number_of(each) for each in (*waiting, *([] if is_top else [path[:-STEP]]))])
    above = None if is_top else units.get(number_of(path[:-STEP]))
    upper = rows.get(above.pk) if above else None
    return Standing(
        approval=rows.get(unit.pk),
        seal=seal_of(period, path),
        reports=reports_right_below(period.rollup, path).exclude(state=ReportState.DRAFT).count(),
        waits_for=[units[number_of(each)] for each in waiting if number_of(each) in units],
        above=above,
        above_is_approved=upper is not None and upper.state == ApprovalState.IN_FORCE,
    )


@dataclass(frozen=True)
class Told:
    """Something that happened to an approval, and the other parts that were reopened with it."""

    event: ApprovalEvent
    others: Sequence[Unit]


def history_of(approval: Approval, *, cursor: str = "", size: int = 25) -> Page[ApprovalEvent]:
    """What happened to an approval, newest first."""
    rows = ApprovalEvent.objects.filter(approval=approval).select_related("by")
    return page_of(rows, order=("-pk",), cursor=cursor, size=size)


def told_of(approval: Approval, events: Sequence[ApprovalEvent]) -> list[Told]:
    """`events` of an approval, each with the parts above and below that were reopened by the same act. One query."""
    moments = [event.at for event in events if event.state == ApprovalState.REOPENED]
    same = ApprovalEvent.objects.filter(
        approval__period=approval.period_id, at__in=moments, state=ApprovalState.REOPENED
    ).exclude(approval=approval)
    others: dict[datetime, list[Unit]] = {}
    for event in same.select_related("approval__unit").order_by("approval__counted_path"):
        others.setdefault(event.at, []).append(event.approval.unit)
    return [Told(event, others.get(event.at, []) if event.state == ApprovalState.REOPENED else []) for event in events]


@dataclass(frozen=True)
class Awaited:
    """Reports of one period that wait for the approval of one unit."""

    period: Period
    unit: Unit
    reports: int
    parts: int
    """Parts right below that are approved and wait for hers."""


def approvals_waiting_for(units: Sequence[Unit], *, most: int = 20) -> list[Awaited]:
    """What waits for the approval of each of `units`, in open periods, that which is due first in front. At most six queries."""
    if not had_units_below(unit.path for unit in units):
        return []
    places = _places_of(units)
    return _awaited(list(_periods_with_waiting(places)[:most]), units, places)


def periods_waiting_for(unit: Unit) -> QuerySet[Period]:
    """The open periods in which something waits for the approval of `unit`, that which is due first in front. One query now, and
    that of the rows."""
    return _periods_with_waiting(_places_of([unit]))


def waiting_in(periods: Sequence[Period], unit: Unit) -> list[Awaited]:
    """What waits for the approval of `unit` in each of `periods`. Four queries."""
    return _awaited(periods, [unit], _places_of([unit]))


Places = dict[int, set[str]]
"""By number of a unit, where it stands and has stood: what is right below it may have been asked at any of these."""


def _places_of(units: Sequence[Unit]) -> Places:
    places = {unit.pk: {unit.path} for unit in units}
    for number, path in Placement.objects.filter(unit__in=list(places)).values_list("unit_id", "path"):
        places[number].add(path)
    return places


def _periods_with_waiting(places: Places) -> QuerySet[Period]:
    of_period = Approval.objects.filter(period=OuterRef("pk"), state=ApprovalState.IN_FORCE)
    filed = Report.objects.filter(period=OuterRef("pk"), state=ReportState.FILED)
    waits = Q(pk__in=())
    for unit, paths in places.items():
        below = _right_below(paths)
        waits |= Q(Exists(filed.filter(below)) | Exists(of_period.filter(below)), ~Exists(of_period.filter(unit=unit)))
    rows = Period.objects.filter(waits, closed_at=None)
    return rows.select_related("form", "unit").order_by("due_on", "pk")


def _right_below(paths: Iterable[str]) -> Q:
    below = Q(pk__in=())
    for path in paths:
        below |= Q(
            counted_path__gt=path, counted_path__lt=path + AFTER_DESCENDANTS, counted_path__length=len(path) + STEP
        )
    return below


def _awaited(periods: Sequence[Period], units: Sequence[Unit], places: Places) -> list[Awaited]:
    if not periods:
        return []
    below = _right_below(path for paths in places.values() for path in paths)
    reports, parts = (
        _by_place(Report.objects.filter(below, period__in=periods, state=ReportState.FILED)),
        _by_place(Approval.objects.filter(below, period__in=periods, state=ApprovalState.IN_FORCE)),
    )
    given = set(
        Approval.objects.filter(period__in=periods, unit__in=units, state=ApprovalState.IN_FORCE).values_list(
            "period_id", "unit_id"
        )
    )
    found = [
        Awaited(
            period,
            unit,
            *(sum(kept.get((period.pk, path), 0) for path in places[unit.pk]) for kept in (reports, parts)),
        )
        for period in periods
        for unit in units
        if (period.pk, unit.pk) not in given
    ]
    return [each for each in found if each.reports or each.parts]


def _by_place(rows: QuerySet[Any]) -> Counter[tuple[int, str]]:
    """How many of `rows` stand right below each path, by period."""
    above = Substr("counted_path", 1, Length("counted_path") - STEP)
    counted = rows.annotate(above=above).values_list("period_id", "above").annotate(n=Count("pk")).order_by()
    return Counter({(period, path): n for period, path, n in counted})


def _approvals_right_below(period: Period, path: str) -> list[tuple[int, str, str, str]]:
    rows = Approval.objects.filter(period=period, counted_path__gt=path, counted_path__lt=path + AFTER_DESCENDANTS)
    rows = rows.filter(counted_path__length=len(path) + STEP).order_by("pk")
    return [(row.pk, row.counted_path, row.state, row.changed_at.isoformat()) for row in rows]
