"""What the killed processes of `test_reports_crash` do; see `tests/killing.py`."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db.models import Sum

from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.units.models import Unit
from braid.work.actions import Filing, Filled, approve_part, file_reports, fold_all, reopen_part, send_back
from braid.work.actions.rollups import fold_slice
from braid.work.enums import ApprovalState, ReportState
from braid.work.models import Approval, ApprovalEvent, Change, Period, Report, ReportVersion
from braid.work.queries import wrong_approvals, wrong_totals
from braid.work.queries.approvals import seal_of
from braid.work.queries.rollups import parts_below, recounted, reports_below
from tests.factories import period, report_form, tree
from tests.factories.reports import OPENED

WRITERS, APPROVERS = 16, 3
"""Of every 20 processes; one folds."""
SHAPE = {
    "n": {
        f"p{p}": {
            f"c{p}{c}": {f"t{p}{c}{t}": {f"v{p}{c}{t}{v}": {} for v in range(3)} for t in range(2)} for c in range(2)
        }
        for p in range(2)
    }
}


def prepare() -> None:
    """A tree of 39 units that are all asked, and nothing answered yet."""
    units = tree(SHAPE)
    period(report_form(units["n"]))


def work(number: int) -> None:
    """Until killed: write, approve or fold, by the number."""
    chance, place = random.Random(number), number % (WRITERS + APPROVERS + 1)
    asked, units = Period.objects.select_related("rollup", "version").get(), list(Unit.objects.order_by("path"))
    while True:
        if place < WRITERS:
            _write(asked, units, chance)
        elif place < WRITERS + APPROVERS:
            _approve(asked, units, chance)
        else:
            fold_slice(chance.randrange(1, 60))


def _write(asked: Period, units: list[Unit], chance: random.Random) -> None:
    """File or correct the reports of one unit or a few, or send one back."""
    some = chance.sample(units, chance.choice((1, 1, 3)))
    seen = {report.unit_id: report for report in Report.objects.filter(period=asked, unit__in=some)}
    filings = [
        Filing(unit, Filled({"f1": chance.randrange(9), "f2": chance.randrange(9)}), seen.get(unit.pk), "Again.")
        for unit in some
    ]
    with suppress(Refused):
        if chance.random() < 0.1:
            for report in seen.values():
                send_back(report, why="Look again.", by=OPERATOR, at=_now())
        else:
            _tell(file_reports(asked, filings, by=OPERATOR, at=_now()))


def _approve(asked: Period, units: list[Unit], chance: random.Random) -> None:
    """Approve along one line from a village to the root, or reopen something."""
    village = chance.choice(units)
    line = [unit for unit in reversed(units) if village.path.startswith(unit.path)]
    with suppress(Refused):
        if chance.random() < 0.1:
            reopen_part(asked, chance.choice(line), why="A slip.", by=OPERATOR, at=_now())
    for unit in line:
        with suppress(Refused):
            approve_part(asked, unit, seal=seal_of(asked, unit.path), by=OPERATOR, at=_now())


def judge() -> None:
    """Compare with a plain recount, half folded and folded to the end; what was told to be filed is there, once."""
    asked = Period.objects.select_related("rollup").get()
    pending = Change.objects.count()
    _compare(asked)
    assert not wrong_totals()
    fold_all()
    assert not Change.objects.exists()
    _compare(asked)
    assert not wrong_totals()
    assert not wrong_approvals()
    told = Counter[int]()
    for line in _log().read_text().split():
        unit, version = map(int, line.split(":"))
        told[unit] = max(told[unit], version)
    kept = dict(Report.objects.values_list("unit_id", "version"))
    assert all(kept[unit] >= version for unit, version in told.items()), (told, kept)
    filed = Report.objects.aggregate(sum=Sum("version"))["sum"]
    assert Entry.objects.filter(kind__in=("report.filed", "report.corrected")).count() == filed
    assert ReportVersion.objects.count() == filed - Report.objects.filter(version__gte=1).count()
    given, reopened = (ApprovalEvent.objects.filter(state=state).count() for state in ApprovalState)
    assert given, "nothing was ever approved"
    assert reopened, "nothing was ever reopened"
    print("right", filed, "filed", given, "approved", reopened, "reopened", pending, "pending")


def _compare(asked: Period) -> None:
    paths = list(Unit.objects.order_by("path").values_list("path", flat=True))
    rollup = asked.rollup
    for path, part in parts_below(rollup, paths).items():
        reports = reports_below(rollup, path)
        assert part.filed.as_json == recounted(reports, rollup.extremes).as_json, (
            path,
            part.filed,
            recounted(reports, rollup.extremes),
            Change.objects.count(),
        )
        approved = reports.filter(state=ReportState.APPROVED)
        assert part.approved.as_json == recounted(approved, rollup.extremes).as_json, path
    for top in Approval.objects.filter(state=ApprovalState.IN_FORCE).values_list("counted_path", flat=True):
        assert not reports_below(rollup, top).filter(state=ReportState.FILED).exists(), top


def _now() -> datetime:
    """Moments after the period opened that differ: a report is known by when it was changed."""
    return OPENED + timedelta(seconds=time.time() - datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def _tell(reports: list[Report]) -> None:
    descriptor = os.open(_log(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, "".join(f"{report.unit_id}:{report.version}\n" for report in reports).encode())
    os.close(descriptor)


def _log() -> Path:
    return Path(os.environ["BRAID_VAR"]) / "told"
