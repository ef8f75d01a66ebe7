"""Reading a file into the staging tables, batch by batch; after an interruption it goes on with the next batch."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import Actor
from braid.kernel.enums import ImportState
from braid.kernel.errors import WrongState
from braid.kernel.models import ImportBatch, ImportRun
from braid.kernel.sheets import SheetError, read_table

from .cells import Form, Found, Record
from .problems import Problem

BATCH = 20_000
"""Records a transaction: a fraction of a second each, so that others write in between."""
KEPT = timedelta(days=7)
"""How long staged rows that nobody applied are kept."""

FORGOTTEN = timedelta(days=30)
"""How long it is kept what an import did and which of its rows were bad: names and phone numbers may stand there."""

Progress = Callable[[str, int, int | None], None]
"""Called with the stage (read, check, write, finish), how many rows are done, and of how many (None: not known)."""


def stage_file(path: Path, form: Form, *, name: str, by: Actor, at: datetime, progress: Progress) -> ImportRun:
    """Stage the table in `path`, read as `form` says; returns the run with all its rows staged.

    The same content again goes on with its unfinished run. Raises `SheetError` when it is no such table.
    """
    drop_old_runs(at=at)
    run = _run_of(_digest_of(path), form.kind, name=name, by=by, at=at)
    if run.state == ImportState.STAGING:
        _stage_rest(run, path, form, progress)
    return run


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def drop_old_runs(*, at: datetime) -> None:
    """Forget rows that were staged `KEPT` ago and never applied."""
    old = ImportRun.objects.filter(started_at__lt=at - KEPT, state__in=[ImportState.STAGING, ImportState.STAGED])
    for run in old:
        drop_run(run)


def forget_runs(at: datetime) -> int:
    """Delete imports begun `FORGOTTEN` before `at` with all they say of units and people; returns how many rows went."""
    return ImportRun.objects.filter(started_at__lt=at - FORGOTTEN).delete()[0]


@transaction.atomic
def drop_run(run: ImportRun) -> None:
    """Forget the staged rows of `run`; what it found is kept."""
    run.state = ImportState.DROPPED
    run.save(update_fields=["state"])
    ImportBatch.objects.filter(run=run).delete()


def staged_rows(run: ImportRun) -> Iterator[Record]:
    """The records of a run, in the order of the file."""
    for batch in _batches(run):
        yield from batch["rows"]


def staged_problems(run: ImportRun) -> list[Problem]:
    """What was wrong with single cells when the file was read."""
    return [Problem(*problem) for batch in _batches(run) for problem in batch["problems"]]


def _batches(run: ImportRun) -> Iterator[dict[str, Any]]:
    for packed in run.batches.order_by("number").values_list("rows", flat=True).iterator(chunk_size=1):
        yield json.loads(zlib.decompress(packed))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run_of(digest: str, kind: str, *, name: str, by: Actor, at: datetime) -> ImportRun:
    unfinished = ImportRun.objects.filter(digest=digest, kind=kind, state__in=[ImportState.STAGING, ImportState.STAGED])
    run = unfinished.filter(by_number=by.pk).order_by("-pk").first()
    return run or ImportRun.objects.create(
        kind=kind, file_name=name[-200:], digest=digest, by_number=by.pk, started_at=at
    )


def _stage_rest(run: ImportRun, path: Path, form: Form, progress: Progress) -> None:
    lines = read_table(path)
    first = next(lines, None)
    if first is None:
        raise SheetError(_("The file is empty."))
    header = form.columns(first[1])
    found = form.records(header, lines)
    for _skipped in islice(found, run.staged):
        pass
    number = run.batches.count()
    while batch := list(islice(found, BATCH)):
        _stage_batch(run, number, batch)
        number += 1
        progress("read", run.staged, None)
    if not run.staged:
        raise SheetError(_("The file has no rows below the line with the column names."))
    run.state = ImportState.STAGED
    run.outcome = {"ignored_columns": header.ignored, "columns": list(header.places)}
    run.save(update_fields=["state", "outcome"])


@transaction.atomic
def _stage_batch(run: ImportRun, number: int, found: list[Found]) -> None:
    seen = run.staged
    if not ImportRun.objects.filter(pk=run.pk, staged=seen).update(staged=seen + len(found)):
        raise WrongState(_("Somebody else is importing this file right now."))
    run.staged = seen + len(found)
    rows = [record for record in found if not isinstance(record[0], Problem)]
    problems = [problem for record in found if isinstance(record[0], Problem) for problem in record]
    text = json.dumps({"rows": rows, "problems": problems}, ensure_ascii=False, separators=(",", ":"))
    ImportBatch.objects.create(run=run, number=number, rows=zlib.compress(text.encode(), 1))
