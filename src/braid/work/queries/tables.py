"""The table of a roll-up: a unit's children with what they and all below them reported, and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from pyroaring import BitMap

from braid.kernel.prepared import one_of, prepared
from braid.units.models import Unit
from braid.units.queries.history import path_at
from braid.work.enums import ApprovalState, FieldKind, ReportState
from braid.work.figures import in_thousands, places_of, value_of
from braid.work.measures import Answer, Figure, Summary
from braid.work.models import Field, Period, Report, Rollup, Total
from braid.work.unusual import Unusual, unusual

from .looks import Look, units_right_below
from .rollups import Part, answer_from, answer_of, parts_below, parts_in

EARLIER = 8
"""Periods of the same form that a number is compared with."""


class OwnReport(NamedTuple):
    """How the report of one unit itself stands, and what of it counts."""

    state: str
    version: int
    answer: Answer | None

    @property
    def is_approved(self) -> bool:
        """Whether it was approved."""
        return self.state == ReportState.APPROVED


@dataclass(frozen=True)
class Row:
    """A unit with all below it: `part` counts its own report, too."""

    unit: Unit
    path: str
    part: Part
    report: OwnReport | None
    is_asked: bool
    has_below: bool
    is_approved: bool
    """Whether it approved its own part; of a unit with none below, whether its report was approved."""

    @property
    def is_filed(self) -> bool:
        """Whether it has a report of its own to read."""
        return self.report is not None and self.report.version > 0


@dataclass(frozen=True)
class Table:
    """The rows of a unit's children, of itself alone, and of all together."""

    look: Look
    rows: Sequence[Row]
    own: Row
    together: Part
    below: Part
    """All but the unit's own report: what it approves."""

    @property
    def missing(self) -> int | None:
        """How many have not reported; None while nobody has counted who is asked."""
        return self.together.missing if self.look.period.rollup.frozen_at else None

    @property
    def missing_below(self) -> int | None:
        """The same without the unit itself."""
        return self.below.missing if self.look.period.rollup.frozen_at else None


@dataclass(frozen=True)
class UnusualNumber:
    """A number that was reported, with what is usual there."""

    field: Field
    what: Unusual

    @property
    def value(self) -> str:
        """The number, as people write it."""
        return in_thousands(self.what.value, places_of(self.field))

    @property
    def usual(self) -> str:
        """What is usual there."""
        return in_thousands(round(self.what.usual), places_of(self.field))


@dataclass(frozen=True)
class Outlier(UnusualNumber):
    """A number of a row that is far from what is usual there."""

    row: Row


def table_of(look: Look) -> Table:
    """The table of a look. Three queries; one more where a unit was moved since, and a few while extremes are corrected."""
    rollup, asked = look.period.rollup, asked_in(look.period.rollup)
    extremes = frozenset(rollup.extremes)
    children = units_right_below(look.period, [look.path])
    parts = parts_below(rollup, [look.path, *children])
    units = [look.unit.pk, *(unit.pk for unit in children.values())]
    reports, approved = _own_reports(look.period, units)

    def row(unit: Unit, path: str, below: Part) -> Row:
        report, is_asked = reports.get(unit.pk), unit.pk in asked
        has_below = bool(below.expected or below.filed.n)
        add_own(below, report, extremes, is_asked=is_asked)
        is_approved = unit.pk in approved if has_below else bool(report and report.is_approved)
        return Row(unit, path, below, report, is_asked, has_below, is_approved)

    rows = [row(unit, path, parts[path]) for path, unit in children.items()]
    below = parts[look.path]
    own = row(look.unit, look.path, Part(look.path))
    together = with_own(rollup, below, own.report, is_asked=own.is_asked)
    shown = [row for row in rows if row.part.expected or row.part.filed.n or row.report]
    return Table(look, shown, own, together, below)


def _own_reports(period: Period, units: Iterable[int]) -> tuple[dict[int, OwnReport], set[int]]:
    """By unit, its own report; and the units whose parts are approved. One query; by hand, as composing it and making models of
    its rows takes longer than the database does."""
    is_one, numbers = one_of("unit_id", units)
    reports, approved = {}, set()
    with prepared(), connection.cursor() as cursor:
        sql = _OWN_REPORTS_SQL.format(is_one=is_one)
        cursor.execute(sql, [period.pk, *numbers, period.pk, ApprovalState.IN_FORCE, *numbers])
        for unit, state, version, measures, filed_at in cursor.fetchall():
            if state is None:
                approved.add(unit)
            else:
                reports[unit] = OwnReport(state, version, answer_from(state, measures, filed_at))
    return reports, approved


_OWN_REPORTS_SQL = """
    SELECT unit_id, state, version, measures, filed_at FROM work_report WHERE period_id = %s AND {is_one}
    UNION ALL SELECT unit_id, NULL, NULL, NULL, NULL FROM work_approval
    WHERE period_id = %s AND state = %s AND {is_one}
"""


def asked_in(rollup: Rollup) -> BitMap:
    """The numbers of the units that are asked; none until they are counted."""
    return BitMap.deserialize(bytes(rollup.addressed)) if rollup.addressed else BitMap()


def with_own(rollup: Rollup, below: Part, own: OwnReport | None, *, is_asked: bool) -> Part:
    """What lies below a unit, and its own report with it."""
    whole = below.copy()
    add_own(whole, own, frozenset(rollup.extremes), is_asked=is_asked)
    return whole


def add_own(part: Part, own: OwnReport | None, extremes: frozenset[str], *, is_asked: bool) -> None:
    """Count in `part`, which is of what lies below a unit, its own report as well."""
    part.expected += is_asked
    if own and own.answer:
        _add(part.filed, own.answer, extremes)
        if own.is_approved:
            _add(part.approved, own.answer, extremes)


def _own_of(report: Report) -> OwnReport:
    return OwnReport(report.state, report.version, answer_of(report))


def _add(summary: Summary, answer: Answer, extremes: frozenset[str]) -> None:
    summary.add(answer)
    for key in extremes & answer.values.keys():
        summary.figure(key).widen(Figure.of(answer.values[key], answer.at))


def outliers_of(table: Table, fields: Sequence[Field]) -> list[Outlier]:
    """Numbers in the rows of `table` that are far from what the same unit had in the last periods of the form. Four queries."""
    numbers = [field for field in fields if field.kind == FieldKind.NUMBER]
    rows = [*table.rows, table.own]
    before = _history(table.look.period, rows, numbers)
    found = []
    for row in rows:
        for field in numbers:
            value = value_of(field, row.part.filed)
            earlier = before.get((row.unit.pk, field.key), [])
            what = None if value is None else unusual(value, earlier, whole=10 ** places_of(field))
            if what:
                found.append(Outlier(field, what, row))
    return found


def earlier_periods(period: Period, most: int = EARLIER) -> list[Period]:
    """The last periods of the same form before `period`, newest first."""
    rows = Period.objects.filter(form=period.form_id, first_on__lt=period.first_on).select_related("rollup")
    return list(rows.defer("rollup__addressed").order_by("-first_on", "-pk")[:most])


def _history(period: Period, rows: Sequence[Row], fields: Sequence[Field]) -> dict[tuple[int, str], list[int]]:
    """By unit and question, what it came to in the last periods. What of those is not folded yet is left out."""
    earlier = {each.rollup_id: each for each in earlier_periods(period)}
    units = {row.unit.pk: row for row in rows}
    kept = Total.objects.filter(rollup__in=earlier, unit_number__in=[row.unit.pk for row in rows if row.has_below])
    below = {(rollup, unit): filed for rollup, unit, filed in kept.values_list("rollup_id", "unit_number", "filed")}
    reports = Report.objects.filter(period__in=list(earlier.values()), unit__in=units).exclude(state=ReportState.DRAFT)
    own: dict[tuple[int, int], OwnReport] = {}
    for report in reports:
        own[_rollup_of(earlier, report.period_id), report.unit_id] = _own_of(report)
    found: dict[tuple[int, str], list[int]] = {}
    for rollup, unit in below.keys() | own.keys():
        part = Part("", filed=Summary.of(below.get((rollup, unit), {})))
        whole = with_own(earlier[rollup].rollup, part, own.get((rollup, unit)), is_asked=False)
        for field in fields:
            value = value_of(field, whole.filed)
            if value is not None:
                found.setdefault((unit, field.key), []).append(value)
    return found


def _rollup_of(earlier: dict[int, Period], period: int) -> int:
    return next(rollup for rollup, each in earlier.items() if each.pk == period)


def parts_over_time(look: Look, most: int) -> list[tuple[Period, Part]]:
    """What the unit and all below it reported in this period and the last ones of the form, oldest first. Four queries."""
    periods = [look.period, *earlier_periods(look.period, most - 1)]
    paths = {each.pk: path_at(look.unit, each.opened_at) for each in periods}
    parts = parts_in([(each.rollup, [paths[each.pk]]) for each in periods])
    reports = {row.period_id: _own_of(row) for row in Report.objects.filter(period__in=periods, unit=look.unit)}
    return [
        (each, with_own(each.rollup, parts[each.rollup_id][paths[each.pk]], reports.get(each.pk), is_asked=False))
        for each in reversed(periods)
    ]
