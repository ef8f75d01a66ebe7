"""Filling in, filing, correcting and sending back reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, require
from braid.kernel.bulk import insert_rows, insertion
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.files import Owner, Proven, keep_file
from braid.kernel.ledger import Happened, Strand, record_all
from braid.kernel.models import StoredFile
from braid.kernel.prepared import Statement, together
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import paths_at
from braid.work.checking import Check, measures_of, wrong_values
from braid.work.enums import FILE_OWNER, REPORT_FLOW, ReportState
from braid.work.measures import Answer
from braid.work.models import Field, Period, Report, ReportVersion
from braid.work.queries.approvals import approved_among
from braid.work.queries.asked import units_asked
from braid.work.queries.rollups import Note, answer_of
from braid.work.rules import can_file_for_all, can_send_back

from .approvals import hold_parts, reopen_parts
from .handlings import follow_filing, follow_sending_back
from .rollups import MANY, note_changes, noting
from .time_taken import note_minutes

CHUNK = 1_000
"""Reports in one statement."""


@dataclass(frozen=True)
class Filled:
    """What a unit filled in: values by key of a field (`Report.values`), and what goes with them."""

    values: dict[str, Any]
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a number is not the journal's, by key."""
    counted: dict[str, int] = field(default_factory=dict)
    """What the journal had counted, by key."""
    note: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class Filing:
    """One report to file: of which unit, and the report as the one who files it has seen it (None: there was none)."""

    unit: Unit
    filled: Filled
    seen: Report | None = None
    why: str = ""
    """Why what was filed before is corrected."""


@dataclass(frozen=True)
class Asked:
    """What a period asks: read once for many reports."""

    fields: list[Field]
    checks: list[Check]

    @classmethod
    def of(cls, period: Period) -> Asked:
        version = period.version
        return cls(sorted(version.fields.all(), key=attrgetter("place")), [Check.of(kept) for kept in version.checks])


@transaction.atomic
def save_draft(period: Period, unit: Unit, filled: Filled, *, seen: Report | None, by: Person, at: datetime) -> Report:
    """Keep what was filled in so far; it counts nothing yet. Gaps are allowed, wrong values are not.

    Refused when `by` may not file for `unit`, when it is not asked, when it was filed already (that is corrected by filing
    again), and when somebody changed it since `seen`.
    """
    _check_may(period, [unit], by=by)
    _check_values(Asked.of(period), filled, is_whole=False)
    kept = _columns(filled) | {"changed_at": at, "changed_by": by}
    if seen is None:
        return _begin(period, unit, **kept)
    if seen.state != ReportState.DRAFT:
        raise WrongState(_("This was reported already. Report again to correct it."))
    if not _as_seen(seen).update(**kept):
        raise _changed_meanwhile()
    seen.refresh_from_db()
    return seen


def file_report(
    period: Period, unit: Unit, filled: Filled, *, seen: Report | None = None, why: str = "", by: Actor, at: datetime
) -> Report:
    """File the report of `unit`: from now on it counts for every unit above. Filed again, it corrects what it said.

    What it said before stays readable. Where it was approved, only the approvals on its path upward are reopened, for `why`; a
    first report that comes late reopens them without one.
    Refused when `by` may not file for the unit, when it is not asked, when the period is closed, when a value is missing or
    wrong (`fields` says which), when a correction has no reason, and when somebody changed it since `seen`.
    """
    return file_reports(period, [Filing(unit, filled, seen, why)], by=by, at=at)[0]


def file_reports(period: Period, filings: Sequence[Filing], *, by: Actor, at: datetime) -> list[Report]:
    """File many reports at once, all or none, as `file_report` files one; each unit once. A few statements for all of them."""
    try:
        return _file(period, filings, by=by, at=at)
    except IntegrityError as error:  # somebody else began one of them at this moment
        raise _changed_meanwhile() from error


@transaction.atomic
def _file(period: Period, filings: Sequence[Filing], *, by: Actor, at: datetime) -> list[Report]:
    units = [filing.unit for filing in filings]
    _check_may(period, units, by=by)
    asked = Asked.of(period)
    for filing in filings:
        check_filing(asked, filing)
    paths = paths_at(units, period.opened_at)
    rows = [_report(period, filing, paths[filing.unit.pk], asked.fields, by=by, at=at) for filing in filings]
    held = hold_parts(period, [report.counted_path for report in rows])
    both = list(zip(filings, rows, strict=True))
    _replace([(filing, report) for filing, report in both if filing.seen is not None])
    approved = _count(period, both, held, at=at)
    note_minutes([(_minutes(filing.seen), filing.filled.minutes) for filing in filings], **_timed(period))
    whys = _whys(both)
    reopen_parts(period, {unit: whys[unit] for unit in approved}, by=by, at=at)
    follow_filing(period, units, by=by, at=at)
    record_all(_journalled(filings), by=by, at=at)
    return rows


def check_filing(asked: Asked, filing: Filing) -> None:
    """Go on only if `filing` can be filed as it is; else `BadInput` says what is missing or wrong."""
    _check_values(asked, filing.filled, is_whole=True)
    if filing.seen and filing.seen.state != ReportState.DRAFT and not filing.why.strip():
        raise BadInput(_("Say what was corrected."), fields={"why": _("Write a reason.")})


@transaction.atomic
def add_report_file(
    period: Period, unit: Unit, proven: Proven, *, seen: Report | None, by: Person, at: datetime
) -> tuple[Report, StoredFile]:
    """Keep a file for the report of `unit`, which is begun for it where there is none; an answer names it when it is saved.

    Refused as in `save_draft`; to a report that was filed it may be added, too, and counts once that is filed again.
    """
    _check_may(period, [unit], by=by)
    report = seen or _begin(period, unit, changed_at=at, changed_by=by)
    return report, keep_file(proven, owner=Owner(FILE_OWNER, report.pk), by=by, at=at)


@transaction.atomic
def send_back(report: Report, *, why: str, by: Actor, at: datetime) -> Report:
    """Send a report back to its unit for the reason `why`: it counts no more until it is filed again.

    Refused when `by` approves for no unit above it, without a reason, when it is not filed or approved already, and when the
    period is closed.
    """
    period = report.period
    require(can_send_back(by, period, report))
    if not why.strip():
        raise BadInput(_("Say what should be different."), fields={"why": _("Write a reason.")})
    _check_open(period)
    hold_parts(period, [report.counted_path])
    if not Report.objects.select_for_update().filter(pk=report.pk, version=report.version).exists():
        raise _changed_meanwhile()
    was = answer_of(report)
    REPORT_FLOW.move(report, ReportState.DRAFT, sent_back_why=why.strip(), changed_at=at)
    note_changes(period.rollup_id, [Note(report.counted_path, was, None)], at=at)
    follow_sending_back(period, report.unit_id, why=why.strip(), by=by, at=at)
    note_minutes([(report.minutes, None)], **_timed(period))
    return report


def _check_may(period: Period, units: Sequence[Unit], *, by: Actor) -> None:
    require(can_file_for_all(by, units))
    _check_open(period)
    asked = units_asked(period, units)
    strangers = [unit for unit in units if unit.pk not in asked]
    if strangers:
        raise BadInput(_("%(unit)s is not asked to fill in this form.") % {"unit": strangers[0]})


def _check_open(period: Period) -> None:
    if period.closed_at is not None:
        raise WrongState(_("This period is closed: it takes no more reports."))


def _check_values(asked: Asked, filled: Filled, *, is_whole: bool) -> None:
    checks = asked.checks if is_whole else []
    wrong: dict[str, Any] = dict(wrong_values(asked.fields, checks, filled.values, is_whole=is_whole))
    if is_whole:
        for key, counted in filled.counted.items():
            if key not in wrong and filled.values.get(key) != counted and not filled.reasons.get(key, "").strip():
                wrong[key] = _("Say why it is not what was counted.")
    if wrong:
        raise BadInput(_("Some answers are missing or wrong."), fields=wrong)


def _report(period: Period, filing: Filing, path: str, fields: Iterable[Field], *, by: Actor, at: datetime) -> Report:
    """The report as it is once it is filed; not written yet."""
    person = by if isinstance(by, Person) else None
    return Report(
        pk=filing.seen.pk if filing.seen else None,
        period=period,
        form_version_id=period.version_id,
        unit=filing.unit,
        unit_path=filing.unit.path,
        counted_path=filing.seen.counted_path if filing.seen else path,
        state=ReportState.FILED,
        measures=measures_of(fields, filing.filled.values),
        version=(filing.seen.version if filing.seen else 0) + 1,
        changed_at=at,
        changed_by=person,
        filed_at=at,
        filed_by=person,
        **_columns(filing.filled),
    )


def _columns(filled: Filled) -> dict[str, Any]:
    names = ("values", "counted", "reasons", "note", "minutes")
    return {name: getattr(filled, name) for name in names}


def _begin(period: Period, unit: Unit, **kept: Any) -> Report:
    path = paths_at([unit], period.opened_at)[unit.pk]
    report = Report(
        period=period, form_version_id=period.version_id, unit=unit, unit_path=unit.path, counted_path=path, **kept
    )
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        raise _changed_meanwhile() from error
    return report


def _count(period: Period, both: Sequence[tuple[Filing, Report]], held: Iterable[int], *, at: datetime) -> list[int]:
    """Let what is filed count, and write the reports that are new; returns the units, of those whose parts are `held`, that have
    approved theirs. In one statement, unless there are many.

    New reports go in one order, so that no two who write the same wait for each other.
    """
    new = sorted((report for filing, report in both if filing.seen is None), key=attrgetter("unit_id"))
    notes = [_note(filing.seen, report) for filing, report in both]
    which = approved_among(period, held)
    if len(both) >= MANY:
        _are_written(new, _stream(new))
        note_changes(period.rollup_id, notes, at=at)
        return together(which)[0]
    approved, _changes, *numbers = together(
        which, noting(period.rollup_id, notes, at=at), *([_inserting(new)] if new else [])
    )
    _are_written(new, *numbers)
    return approved


def _stream(reports: Sequence[Report]) -> list[int]:
    """Insert the rows of `reports`; returns their numbers."""
    numbers = _next_numbers(len(reports))
    rows = zip(numbers, map(_row, reports), strict=True)
    insert_rows(Report, ["id", *_INSERTED], ([number, *row] for number, row in rows))
    return numbers


def _inserting(reports: Sequence[Report]) -> Statement:
    return insertion(Report, _INSERTED, list(map(_row, reports)))


def _row(report: Report) -> list[Any]:
    return [getattr(report, name) for name in _INSERTED]


def _are_written(reports: Sequence[Report], numbers: Sequence[int] = ()) -> None:
    for report, number in zip(reports, numbers, strict=True):
        report.pk, report._state.adding = number, False


def _next_numbers(count: int) -> list[int]:
    """As many numbers for reports as are asked; SQLite has one writer, who goes on from the last."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = "SELECT nextval(pg_get_serial_sequence('work_report', 'id')) FROM generate_series(1, %s)"
            cursor.execute(sql, [count])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'work_report'")
        last = cursor.fetchone()[0]
        return list(range(last + 1, last + count + 1))


_INSERTED = [field.attname for field in Report._meta.concrete_fields if not field.primary_key]
_WRITTEN = (
    *("form_version_id", "state", "values", "counted", "reasons", "note", "minutes", "measures", "version"),
    *("changed_at", "changed_by", "filed_at", "filed_by"),
)


def _replace(again: Iterable[tuple[Filing, Report]]) -> None:
    """Write reports over what was seen of them, on condition that it still is as it was seen, and keep what they said."""
    kept = []
    for filing, report in sorted(again, key=lambda each: each[1].pk):
        seen = filing.seen
        assert seen is not None  # that is how they were chosen
        values = {name: getattr(report, name) for name in _WRITTEN}
        if not _as_seen(seen).update(**values, approved_at=None, sent_back_why=""):
            raise _changed_meanwhile()
        if seen.version:
            kept.append(_version(seen, why=filing.why))
    if kept:
        ReportVersion.objects.bulk_create(kept, batch_size=CHUNK)


def _version(seen: Report, *, why: str) -> ReportVersion:
    """What a report said until now."""
    same = ("values", "counted", "reasons", "filed_at", "filed_by_id")
    return ReportVersion(
        report_id=seen.pk,
        number=seen.version,
        was_approved=seen.state == ReportState.APPROVED,
        replaced_why=why.strip(),
        **{name: getattr(seen, name) for name in same},
    )


def _as_seen(seen: Report) -> Any:
    return Report.objects.filter(pk=seen.pk, state=seen.state, version=seen.version, changed_at=seen.changed_at)


def _note(seen: Report | None, report: Report) -> Note:
    was: Answer | None = answer_of(seen) if seen else None
    return Note(
        report.counted_path, was, answer_of(report), was_approved=bool(seen and seen.state == ReportState.APPROVED)
    )


def _timed(period: Period) -> dict[str, int]:
    """Of what the minutes are noted: of the directive where one asks for the form, for it is part of that work."""
    return {"directive": period.directive_id} if period.directive_id else {"form": period.form_id}


def _minutes(seen: Report | None) -> int | None:
    """How long it took by what counts until now."""
    return seen.minutes if seen and seen.state != ReportState.DRAFT else None


def _whys(filed: Iterable[tuple[Filing, Report]]) -> dict[int, str]:
    """By number of each unit above a report, why its part is reopened: what a correction below it says; empty where there are
    only first reports."""
    found: dict[int, str] = {}
    for filing, report in filed:
        for number in numbers_of(report.counted_path):
            found[number] = found.get(number) or filing.why.strip()
    return found


def _journalled(filings: Iterable[Filing]) -> list[Happened]:
    """First reports and corrections, each by its own name."""
    return [
        Happened(filing.unit.pk, Strand.WORK, "report.corrected" if _was_filed(filing) else "report.filed")
        for filing in filings
    ]


def _was_filed(filing: Filing) -> bool:
    return filing.seen is not None and filing.seen.version > 0


def _changed_meanwhile() -> Refused:
    return WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
