"""An import of officers from end to end: stage the file, look it over, apply it at once."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from braid.kernel.access import Actor, require, scope
from braid.kernel.enums import ImportState
from braid.kernel.imports.confirming import refuse_applied
from braid.kernel.imports.results import Change, ImportResult
from braid.kernel.imports.staging import Progress, silent, stage_file, staged_problems, staged_rows
from braid.kernel.models import ImportBatch, ImportRun
from braid.people.rules import CHANGE_PEOPLE

from .checking import Checker
from .columns import OFFICERS
from .known import Known, known_about
from .rows import Deed, Plan, row_of
from .writing import carry_out

EXAMPLES = 200
"""So many changes are kept to be shown."""


@dataclass(frozen=True)
class Options:
    """How a file is to be applied."""

    skip_bad: bool = False


def import_officers(
    path: Path,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    by: Actor,
    at: datetime,
    progress: Progress = silent,
) -> ImportResult:
    """Give the offices that the table in `path` names, and enter who is not known yet.

    Staged in batches and applied in one transaction: killed at any moment and started again it ends the same. With bad rows
    nothing is applied and `problems` lists them all, unless `skip_bad`. Nobody's office ends, but that of an acting head
    when a head comes. `dry_run` only says what would change. Raises `SheetError` when the file is no table of officers.
    """
    begun = time.monotonic()
    run = stage_file(path, OFFICERS, name=path.name, by=by, at=at, progress=progress)
    result = ImportResult(run=run.pk, seconds={"read": time.monotonic() - begun})
    return _go_on(run, Options(skip_bad), result, dry_run=dry_run, by=by, at=at, progress=progress)


def look_over(run: ImportRun, *, by: Actor, at: datetime) -> ImportResult:
    """What applying the staged rows of `run` would do; kept in `run.outcome`."""
    return _go_on(run, Options(), ImportResult(run=run.pk), dry_run=True, by=by, at=at, progress=silent)


def apply_run(run: ImportRun, options: Options, *, by: Actor, at: datetime) -> ImportResult:
    """Apply the staged rows of `run`. Refused when they were applied or dropped already."""
    refuse_applied(run)
    return _go_on(run, options, ImportResult(run=run.pk), dry_run=False, by=by, at=at, progress=silent)


def _go_on(
    run: ImportRun,
    options: Options,
    result: ImportResult,
    *,
    dry_run: bool,
    by: Actor,
    at: datetime,
    progress: Progress,
) -> ImportResult:
    """Look, and apply in the same transaction, which holds the units: what was looked at is what is written."""
    require(bool(scope(by, CHANGE_PEOPLE)))
    begun, on = time.monotonic(), timezone.localdate(at)
    with nullcontext() if dry_run else transaction.atomic():
        plan, known = _look(run, result, by=by, at=at, locks=not dry_run, progress=progress)
        if not dry_run and (result.ok or options.skip_bad) and (plan.deeds or plan.unchanged):
            carry_out(plan, known, by=by, at=at, on=on, progress=progress)
            ImportBatch.objects.filter(run=run).delete()
            ImportRun.objects.filter(pk=run.pk).update(state=ImportState.APPLIED, applied_at=at)
            result.applied = True
        result.seconds["write" if result.applied else "check"] = time.monotonic() - begun
        ImportRun.objects.filter(pk=run.pk).update(outcome=run.outcome | result.as_json())
    return result


def _look(
    run: ImportRun, result: ImportResult, *, by: Actor, at: datetime, locks: bool, progress: Progress
) -> tuple[Plan, Known]:
    on = timezone.localdate(at)
    progress("check", 0, run.staged)
    rows = [row_of(record) for record in staged_rows(run)]
    known = known_about(rows, by=by, on=on, locks=locks)
    plan, problems = Checker(known, by=by, on=on).check(rows)
    progress("check", run.staged, run.staged)
    result.rows = run.staged
    result.problems = sorted({*problems, *staged_problems(run)})
    new = {deed.person for deed in plan.deeds if not isinstance(deed.person, int)}
    result.counts = {
        "added": len(new),
        "given": len(plan.deeds),
        "ended": len(plan.ends),
        "unchanged": plan.unchanged,
        "skipped": len({problem.line for problem in result.problems}),
    }
    result.changes = dict(Counter(map(_kind, plan.deeds)))
    result.examples = [_change(deed) for deed in plan.deeds[:EXAMPLES]]
    result.ignored_columns = run.outcome.get("ignored_columns", [])
    return plan, known


def _change(deed: Deed) -> Change:
    how = f" ({deed.row.came_by.label})" if deed.row.came_by else ""
    return Change(_kind(deed), deed.unit.code, deed.row.name, "", f"{deed.row.office.label}{how}")


def _kind(deed: Deed) -> str:
    return "given" if isinstance(deed.person, int) else "added"
