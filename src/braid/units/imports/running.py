"""An import from end to end: stage the file, look it over, apply it at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import EVERYWHERE, Actor, require, scope
from braid.kernel.enums import ImportState
from braid.kernel.imports.confirming import refuse_applied
from braid.kernel.imports.problems import Problem
from braid.kernel.imports.results import ImportResult
from braid.kernel.imports.staging import Progress, silent, stage_file
from braid.kernel.models import ImportBatch, ImportRun
from braid.units.actions.records import count_pages
from braid.units.enums import TreeEventKind
from braid.units.locking import count_change, lock_tree, next_number
from braid.units.models import Level, TreeEvent, Unit
from braid.units.rules import IMPORT_UNITS
from braid.units.snapshot import tree_version
from braid.units.trees import Names

from .checking import Checked, check, check_scope
from .codes import restore_codes
from .columns import UNITS
from .comparing import Diff, compare, merged_problems
from .cutting import cut
from .fitting import misfits
from .loading import bodies_by_level, load, shift_below
from .tables import Tree, load_rows, tree_about
from .updating import update


@dataclass(frozen=True)
class Options:
    """How a file is to be applied. They may change between looking and applying."""

    root: Names | None = None
    """The name of a root to put on top of the file's tops; only used while the tree is empty."""
    levels: tuple[Names, ...] = ()
    skip_bad: bool = False
    close_missing: bool = False
    limit: int | None = None
    on: date | None = None
    why: str = ""


@dataclass
class _Look:
    checked: Checked
    tree: Tree
    diff: Diff
    version: int


def import_units(
    path: Path,
    *,
    root: Names | str | None = None,
    levels: Sequence[Names] = (),
    dry_run: bool = False,
    skip_bad: bool = False,
    close_missing: bool = False,
    limit_units: int | None = None,
    by: Actor,
    at: datetime,
    on: date | None = None,
    why: str = "",
    progress: Progress | None = None,
) -> ImportResult:
    """Bring the tree to what the table in `path` says: new units are added, others moved, renamed, changed.

    Staged in batches and applied in one transaction: killed at any moment and started again it ends the same. With bad
    rows nothing is applied and `problems` lists them all, unless `skip_bad`. Nothing is closed unless `close_missing`.
    `dry_run` only says what would change. Raises `SheetError` when the file is no table of units.
    """
    root = Names(root) if isinstance(root, str) else root
    options = Options(root, tuple(levels), skip_bad, close_missing, limit_units, on, why)
    progress = progress or silent
    begun = time.monotonic()
    run = stage_file(path, UNITS, name=path.name, by=by, at=at, progress=progress)
    result = ImportResult(run=run.pk, seconds={"read": time.monotonic() - begun})
    return _go_on(run, options, result, dry_run=dry_run, by=by, at=at, progress=progress)


def look_over(run: ImportRun, options: Options, *, by: Actor, at: datetime) -> ImportResult:
    """What applying the staged rows of `run` would do; kept in `run.outcome`."""
    return _go_on(run, options, ImportResult(run=run.pk), dry_run=True, by=by, at=at, progress=silent)


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
    begun = time.monotonic()
    look = _look(run, options, result, by=by, progress=progress)
    result.seconds["check"] = time.monotonic() - begun
    if not dry_run and (result.ok or options.skip_bad) and len(look.checked.rows):
        begun = time.monotonic()
        _apply(run, look, options, result, by=by, at=at, progress=progress)
        result.seconds["write"] = time.monotonic() - begun
        _refresh_statistics()
        progress("finish", 1, 1)
    ImportRun.objects.filter(pk=run.pk).update(outcome=run.outcome | result.as_json())
    return result


def _look(run: ImportRun, options: Options, result: ImportResult, *, by: Actor, progress: Progress) -> _Look:
    """Read the staged rows, check them, and compare them with the tree as it is now."""
    version = tree_version()
    progress("check", 0, run.staged)
    rows, problems = load_rows(run)
    result.rows = run.staged
    tree = tree_about(rows, scope(by, IMPORT_UNITS))
    restored, ambiguous = restore_codes(rows, tree)
    problems += ambiguous
    progress("check", run.staged // 3, run.staged)
    checked = check(rows, tree, problems, has_new_root=options.root is not None)
    while more := merged_problems(checked, tree) + _out_of_scope(checked, tree) + misfits(checked, tree):
        problems += more
        checked = check(checked.rows, tree, problems, has_new_root=options.root is not None)
    if options.limit is not None:
        checked = cut(checked, options.limit)
    progress("check", 2 * run.staged // 3, run.staged)
    diff = compare(checked, tree)
    progress("check", run.staged, run.staged)
    result.problems = sorted(set(problems))
    # added, moved, renamed, changed, reopened, unchanged, missing, closed, restored (codes), skipped (rows)
    result.counts = {**diff.counts(), "restored": restored, "skipped": len({p.line for p in problems}), "closed": 0}
    result.changes, result.examples = diff.changes(), diff.examples
    result.ignored_columns = run.outcome.get("ignored_columns", [])
    return _Look(checked, tree, diff, version)


def _out_of_scope(checked: Checked, tree: Tree) -> list[Problem]:
    require(bool(tree.allowed))
    if tree.allowed == EVERYWHERE:
        return []
    if tree.root is None:
        require(False)
    numbers = {known.number for known in tree.by_code.values()} | {top.number for top in checked.tops.values() if top}
    paths = dict(Unit.objects.filter(pk__in=numbers).values_list("number", "path"))
    return check_scope(checked, tree, tree.allowed, paths)


def _apply(
    run: ImportRun,
    look: _Look,
    options: Options,
    result: ImportResult,
    *,
    by: Actor,
    at: datetime,
    progress: Progress,
) -> None:
    with transaction.atomic():
        tree_row = lock_tree()
        if tree_version() != look.version:
            look = _look(run, options, result, by=by, progress=progress)
            if result.problems and not options.skip_bad:
                return
        if look.tree.root is None:
            first = next_number(tree_row)
            tree_row.last_number = load(look.checked, root=options.root, first=first, progress=progress)
            _write_first_event(run, options, look.checked, by=by, at=at)
        else:
            on = options.on or timezone.localdate(at)
            why = options.why or _("Import of %(file)s") % {"file": run.file_name}
            closed = update(
                look.checked, look.tree, look.diff, tree_row,
                close_missing=options.close_missing, on=on, why=why, by=by, at=at, progress=progress,
            )  # fmt: skip
            result.counts["closed"] = closed
        _name_levels(options.levels)
        if look.diff.changes_anything() or result.counts["closed"]:
            count_change(tree_row)
        ImportBatch.objects.filter(run=run).delete()
        ImportRun.objects.filter(pk=run.pk).update(state=ImportState.APPLIED, applied_at=at)
        result.applied = True


def _write_first_event(run: ImportRun, options: Options, checked: Checked, *, by: Actor, at: datetime) -> None:
    """What was loaded, as the rows had it: how much deeper their levels lie now, and how many bodies each level was to get."""
    shift, levels = shift_below(options.root, checked), bodies_by_level(options.root, checked)
    root = Unit.objects.filter(depth=0).first()
    if root:
        TreeEvent.objects.create(
            unit=root,
            kind=TreeEventKind.ADDED,
            on=options.on or timezone.localdate(at),
            recorded_at=at,
            by_number=by.pk,
            why=options.why or _("First load of the tree from %(file)s") % {"file": run.file_name},
            details={"import": run.pk, "shift": shift, "levels": levels},
        )


def _name_levels(levels: Sequence[Names]) -> None:
    for number, names in enumerate(levels, 1):
        Level.objects.update_or_create(number=number, defaults=asdict(names))
    count_pages(Unit.objects.filter(depth=0).values_list("pk", flat=True))  # level names stand on every page


def _refresh_statistics() -> None:
    """Tell the database's planner how the tree looks now."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute(f"ANALYZE {connection.ops.quote_name(Unit._meta.db_table)}")
