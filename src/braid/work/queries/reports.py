"""What units have to report, and what they reported: in scope or absent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from braid.contact.queries.seats import EVERY_OFFICE, Seat, addresses, seats_of
from braid.kernel.access import Actor, require, scope
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries import unit_by_code
from braid.work.enums import ReportState
from braid.work.models import Period, PeriodRule, Report
from braid.work.rules import FILE_REPORTS, VIEW_WORK, can_file_for, can_view_work_at, is_filed

from .asked import units_asked

MOST_OPEN = 200
"""Open questions to one person's units that a page lists."""
MOST_FILED = 20
UNBEGUN = "new"
"""What stands for a report that nobody has begun."""


@dataclass(frozen=True)
class Place:
    """What one unit is asked in one period, and its report where it has begun one."""

    period: Period
    unit: Unit
    report: Report | None

    @property
    def was_sent_back(self) -> bool:
        """Whether its report came back to be changed."""
        return bool(self.report and self.report.state == ReportState.DRAFT and self.report.sent_back_why)

    @property
    def is_filed(self) -> bool:
        """Whether a report of it stands."""
        return is_filed(self.report)

    def is_late(self, on: date) -> bool:
        """Whether it is due before the day `on` and not filed."""
        return not self.is_filed and self.period.due_on < on


def place_for(person: Person, period: int, code: str) -> Place:
    """What the unit with `code` is asked in the period numbered `period`, if `person` sees its work; else `Http404`."""
    unit = unit_by_code(code)
    asking = _periods().filter(pk=period).first()
    if unit is None or asking is None or not can_view_work_at(person, unit.path):
        raise Http404
    report = Report.objects.select_related("filed_by", "changed_by").filter(period=asking, unit=unit).first()
    if report is None and unit.pk not in units_asked(asking, [unit]):
        raise Http404
    return Place(asking, unit, report)


def place_to_fill_for(person: Person, period: int, code: str) -> Place:
    """The same if `person` files for the unit. `Http404` when she may not see it; else `NotAllowed`."""
    place = place_for(person, period, code)
    require(can_file_for(person, place.unit))
    return place


def reports_due_for(person: Person, *, at: datetime, only: Unit | None = None) -> list[Place]:
    """What the units that `person` is in (or `only` one of them) have to report and have not, that which is due first in
    front. Five queries, however many."""
    return [place for place in _asked_of(_seats(person, at=at, only=only)) if not place.is_filed]


def reports_filed_for(person: Person, *, at: datetime) -> list[Place]:
    """The newest reports of the units that `person` files for. Three queries."""
    units = {seat.unit for seat in _seats(person, at=at, only=None)}
    rows = Report.objects.filter(unit__in=units).exclude(state=ReportState.DRAFT).order_by("-pk")[:MOST_FILED]
    return [Place(row.period, row.unit, row) for row in rows.select_related("period__form", "period__unit", "unit")]


def stamp_of(report: Report | None) -> str:
    """What stands for a report as it is now: any change gives another one."""
    return f"{report.state}.{report.version}.{report.changed_at.isoformat()}" if report else UNBEGUN


def report_before(place: Place) -> Report | None:
    """What the unit reported to the same form in an earlier period, the newest one."""
    earlier = Report.objects.filter(unit=place.unit, period__form=place.period.form_id, filed_at__isnull=False)
    before = earlier.filter(period__first_on__lt=place.period.first_on)
    return before.order_by("-period__first_on", "-pk").first()


def may_read_files_of_report(person: Actor | None, number: int, at: datetime) -> bool:
    """The gate of the files in a report: whoever sees the work of its unit."""
    report = Report.objects.filter(pk=number).only("unit_path").first()
    return bool(person and report and scope(person, VIEW_WORK).covers(report.unit_path))


def seats_now(person: Person, *, at: datetime) -> list[Seat]:
    """Where `person` sits now and may file reports. Two queries."""
    return _standing(person, seats_of(person, on=timezone.localdate(at)), at=at)


def _standing(person: Person, seats: Iterable[Seat], *, at: datetime) -> list[Seat]:
    reach = scope(person, FILE_REPORTS)
    return [seat for seat in seats if seat.since <= at < seat.until and reach.covers(seat.path)]


def _seats(person: Person, *, at: datetime, only: Unit | None) -> list[Seat]:
    """Where she sits and may file reports; for a question of another time also where her units stood then."""
    seats = seats_of(person, on=timezone.localdate(at))
    now = {seat.unit for seat in _standing(person, seats, at=at)}
    wanted = now & {only.pk} if only else now
    return [replace(seat, offices=EVERY_OFFICE) for seat in seats if seat.unit in wanted]


def _asked_of(seats: list[Seat]) -> Iterable[Place]:
    anchors = {number for seat in seats for number in numbers_of(seat.path)}
    rules = PeriodRule.objects.filter(unit__in=anchors, is_open=True, period__closed_at=None)
    due_first = rules.select_related("period__form", "period__unit").order_by("period__due_on", "period_id", "pk")
    asked: dict[tuple[int, int], Period] = {}
    for rule in due_first[:MOST_OPEN]:
        for seat in seats:
            if addresses(rule, seat, rule.opened_at):
                asked[rule.period_id, seat.unit] = rule.period
    units = Unit.objects.in_bulk({unit for _period, unit in asked})
    begun = Report.objects.filter(period__in={pk for pk, _unit in asked}, unit__in=list(units))
    reports = {(report.period_id, report.unit_id): report for report in begun}
    return [Place(period, units[unit], reports.get((pk, unit))) for (pk, unit), period in asked.items()]


def _periods() -> QuerySet[Period]:
    return Period.objects.select_related("form", "unit", "version", "rollup")
