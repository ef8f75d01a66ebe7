"""The units for which somebody types in reports together, and what stands in their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from pyroaring import BitMap

from braid.kernel.access import require, scope
from braid.kernel.errors import BadInput
from braid.kernel.imports.problems import Problem
from braid.kernel.imports.staging import staged_problems, staged_rows
from braid.kernel.models import ImportRun
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.queries import unit_by_code
from braid.units.queries.history import had_units_below
from braid.work.actions import Filing, Filled
from braid.work.answer_sheets import CODE, REASON, STAMP, WHY, Column, columns_of, values_of
from braid.work.checking import Check, wrong_values
from braid.work.models import Field, Period, Report, Total
from braid.work.rules import FILE_REPORTS, can_view_work_at, is_filed

from .asked import asks_below, units_asked
from .counted import Count, counts_for_all
from .reports import MOST_OPEN, seats_now, stamp_of

MOST_UNITS = 2_000


@dataclass(frozen=True)
class Open:
    """An open period that asks units below `unit`, and how many."""

    period: Period
    unit: Unit
    expected: int


@dataclass
class Bulk:
    """The units below one unit that a period asks and somebody files for, with all that is known of each."""

    period: Period
    top: Unit
    fields: list[Field]
    units: list[Unit]
    reports: dict[int, Report]
    counts: dict[int, dict[str, Count]]

    @property
    def kind(self) -> str:
        """What the import of its table is called."""
        return f"r{self.period.pk}-{self.top.pk}"

    @property
    def columns(self) -> list[Column]:
        return columns_of(self.fields)

    @property
    def filed(self) -> int:
        """How many have reported."""
        return sum(is_filed(report) for report in self.reports.values())


@dataclass
class Looked:
    """What a table would do: reports to file, bad cells, and lines that say nothing new."""

    filings: list[Filing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    untouched: int = 0


def bulks_for(person: Person, *, at: datetime) -> list[Open]:
    """What is asked of units below those that `person` is in, for all of which she may file, that which is due first
    in front. At most eight queries, however many."""
    reach = scope(person, FILE_REPORTS)
    seats = [seat for seat in seats_now(person, at=at) if reach.covers_below(seat.path)]
    if not had_units_below(seat.path for seat in seats):
        return []
    numbers = [seat.unit for seat in seats]
    asking = Period.objects.filter(asks_below(numbers), closed_at=None).select_related("form")
    periods = {period.rollup_id: period for period in asking.order_by("due_on", "pk")[:MOST_OPEN]}
    totals = Total.objects.filter(rollup__in=list(periods), unit_number__in=numbers, expected__gt=0)
    rows = list(totals.values_list("rollup_id", "unit_number", "expected"))
    units = Unit.objects.in_bulk([unit for _rollup, unit, _expected in rows])
    found = [Open(periods[rollup], units[unit], expected) for rollup, unit, expected in rows]
    return sorted(found, key=lambda each: (each.period.due_on, each.period.pk, each.unit.path))


def bulk_for(person: Person, period: int, code: str) -> Bulk:
    """What `person` can type in for the units below the one with `code`. `Http404` when she does not see its work, or when no
    unit below it is asked; refused when she files for none of them, and beyond `MOST_UNITS`."""
    top = unit_by_code(code)
    asking = Period.objects.select_related("form", "unit", "version", "rollup").filter(pk=period).first()
    if top is None or asking is None or not can_view_work_at(person, top.path):
        raise Http404
    units = _units_asked(asking, top)
    if not units:
        raise Http404
    reach = scope(person, FILE_REPORTS)
    hers = [unit for unit in units if reach.covers(unit.path)]
    require(bool(hers))
    fields = list(asking.version.fields.order_by("place"))
    reports = Report.objects.filter(period=asking, unit__in=hers)
    return Bulk(
        asking, top, fields, hers, {each.unit_id: each for each in reports}, counts_for_all(asking, hers, fields)
    )


def look_over(run: ImportRun, bulk: Bulk) -> Looked:
    """What the staged table `run` would do now. A line somebody overtook, or with a bad cell, is a problem and does nothing."""
    looked = Looked(problems=staged_problems(run))
    reader = _Reader(bulk)
    for line, texts in staged_rows(run):
        reader.read(line, texts, looked)
    return looked


class _Reader:
    """Reads lines one after the other; a unit may stand in one of them."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk, self._columns = bulk, bulk.columns
        self._titles = {field.key: f"{place}. {field.said_text}" for place, field in enumerate(bulk.fields, 1)}
        self._titles |= {column.key: column.title for column in self._columns}
        self._units = {unit.code: unit for unit in bulk.units}
        self._checks = [Check.of(kept) for kept in bulk.period.version.checks]
        self._seen: set[str] = set()

    def read(self, line: int, texts: dict[str, str], looked: Looked) -> None:
        unit = self._units.get(texts[CODE])
        if unit is None or unit.code in self._seen:
            why = _("It stands here twice.") if unit else _("This unit is not asked below yours.")
            looked.problems.append(Problem(line, self._titles[CODE], why, texts[CODE], texts[CODE]))
            return
        self._seen.add(unit.code)
        report, counts = self._bulk.reports.get(unit.pk), self._bulk.counts[unit.pk]
        values = values_of(self._columns, texts)
        filled = self._filled(values, texts, counts, report)
        if self._says_nothing(values, counts, report, filled):
            looked.untouched += 1
            return
        wrong = self._wrong(texts, filled, counts, report)
        for key, why in wrong.items():
            looked.problems.append(Problem(line, self._titles[key], why, texts.get(key, ""), str(unit)))
        if not wrong:
            looked.filings.append(Filing(unit, filled, report, texts.get(WHY, "")))

    def _filled(
        self, values: dict[str, Any], texts: dict[str, str], counts: dict[str, Count], report: Report | None
    ) -> Filled:
        counted = {key: count.value for key, count in counts.items() if count.value is not None}
        whole = counted | values
        files = {field.key for field in self._bulk.fields if field.kind == "file"}
        whole |= {key: value for key, value in (report.values if report else {}).items() if key in files}
        reasons = {key: texts.get(key + REASON, "") for key, count in counted.items() if whole[key] != count}
        note, minutes = (report.note, report.minutes) if report else ("", None)
        return Filled(whole, reasons, counted, note, minutes)

    def _says_nothing(
        self, values: dict[str, Any], counts: dict[str, Count], report: Report | None, filled: Filled
    ) -> bool:
        """Whether nothing was typed, or nothing else than what was reported."""
        if is_filed(report):
            assert report
            return bool(filled.values == report.values)
        asks_more = any(not field.bound_to for field in self._bulk.fields)
        typed = {key for key in values if key not in counts or (counts[key].value not in (None, values[key]))}
        return not typed and asks_more

    def _wrong(
        self, texts: dict[str, str], filled: Filled, counts: dict[str, Count], report: Report | None
    ) -> dict[str, str]:
        """What is wrong, by key of a column."""
        if texts[STAMP] != stamp_of(report):
            return {STAMP: _("Somebody reported meanwhile. Download the table again to see what.")}
        wrong = wrong_values(self._bulk.fields, self._checks, filled.values)
        for key, why in filled.reasons.items():
            if key not in wrong and not why:
                wrong[key + REASON] = _("Say why it is not what was counted.")
        if is_filed(report) and not texts.get(WHY) and not wrong:
            wrong[WHY] = _("Say what was corrected.")
        return wrong


def _units_asked(period: Period, top: Unit) -> list[Unit]:
    below = Unit.objects.active().below(top.path).order_by("path")
    if period.rollup.frozen_at is None:  # in the first second of a period nobody has counted them yet
        found = list(below[: 10 * MOST_UNITS])
        meant = units_asked(period, found)
        return _few([unit for unit in found if unit.pk in meant])
    addressed = BitMap.deserialize(bytes(period.rollup.addressed))
    asked = BitMap(below.values_list("pk", flat=True)) & addressed
    _refuse_many(len(asked))
    return list(below.filter(pk__in=list(asked)))


def _few(units: list[Unit]) -> list[Unit]:
    _refuse_many(len(units))
    return units


def _refuse_many(count: int) -> None:
    if count > MOST_UNITS:
        raise BadInput(
            _("These are %(count)s units. Choose one further down: a table holds at most %(most)s.")
            % {"count": f"{count:,}", "most": f"{MOST_UNITS:,}"}
        )
