"""The outbox: `owe()` writes work into the transaction that needs it; `run_due()` does it, once, or again after a crash.

The row is the queue. A worker takes a lease on one due row (committed, so that an attempt that kills the worker counts),
then does the work, deletes the row and commits, all in one transaction: what a task writes to the database happens exactly
once. What it does outside (a message sent) can happen twice, when the worker dies between that and the commit.
While it works it holds the row itself, so no other worker runs it, however long it takes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, models, transaction
from django.db.models import Q

from .bulk import insert_few
from .errors import Refused
from .models import Owed

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=1)
"""How long a row whose worker died waits for the next one."""
MOST_ATTEMPTS = 8
LONGEST_PAUSE = timedelta(hours=1)
_OWED = ("task", "arguments", "due_at", "lease", "attempts", "error")
TASKS: dict[str, Callable[..., None]] = {}


def task(function: Callable[..., None]) -> Callable[..., None]:
    """Register `function` (module level, JSON arguments plus keyword `at`) as work that can be owed.

    It runs in a transaction of its own, later, perhaps twice as far as the world outside is concerned. It loads what it
    needs by id and asks the gate again: a right that was revoked meanwhile is gone. A `Refused` gives the work up.
    """
    TASKS[_name(function)] = function
    return function


def owe(function: Callable[..., None], *arguments: Any, due: datetime) -> None:
    """Owe a call of `function(*arguments, at=<moment of the run>)`, due at `due`; part of the surrounding transaction."""
    if _name(function) not in TASKS:
        raise ValueError(f"{_name(function)} is not registered with @task")
    insert_few(Owed, _OWED, [(_name(function), list(arguments), due, "", 0, "")])


def run_due(*, at: datetime, most: int = 100) -> int:
    """Do the work that is due at `at`, at most `most` pieces; returns how many were done, put back or given up."""
    tried = 0
    while tried < most and (row := _claim(at)):
        tried += 1
        if row.attempts > MOST_ATTEMPTS:
            _give_up(row, "the worker died each time it tried", at=at)
        else:
            _run(row, at=at)
    return tried


def free_leases() -> int:
    """Let work whose worker died be taken up at once instead of after `LEASE`; returns how many rows that frees.

    For whoever knows that no other worker runs. It is harmless if one does: only who still holds the lease goes on.
    """
    return Owed.objects.exclude(leased_until=None).update(lease="", leased_until=None)


def failed_work() -> models.QuerySet[Owed]:
    """Work that was given up, newest first, for the operator and `/ready`."""
    return Owed.objects.exclude(failed_at=None).order_by("-failed_at", "-pk")


def try_again(row: Owed, *, at: datetime) -> None:
    """Owe work that was given up once more, due now, with a fresh count of attempts; the operator found the cause."""
    Owed.objects.filter(pk=row.pk).exclude(failed_at=None).update(failed_at=None, due_at=at, attempts=0)


def _claim(at: datetime) -> Owed | None:
    """Take a lease on the first due row nobody works on; on PostgreSQL rows other workers hold are skipped."""
    free = Owed.objects.filter(failed_at=None, due_at__lte=at).filter(Q(leased_until=None) | Q(leased_until__lt=at))
    if not free.exists():  # so that an idle worker only reads: on SQLite it would take the write lock each time
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        row = free.order_by("due_at", "id").first()
        if row:
            row.lease, row.leased_until, row.attempts = secrets.token_hex(16), at + LEASE, row.attempts + 1
            row.save(update_fields=["lease", "leased_until", "attempts"])
        return row


def _run(row: Owed, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            if _hold(row):
                TASKS[row.task](*row.arguments, at=at)
                Owed.objects.filter(pk=row.pk).delete()
    except Refused as refusal:
        log.warning("outbox.refused", task=row.task, owed=row.pk)
        _give_up(row, f"refused: {refusal.message}", at=at)
    except Exception as error:  # the one place that must outlive any task's bug: the row is kept, shown and tried again
        log.exception("outbox.failed", task=row.task, owed=row.pk, attempts=row.attempts)
        _put_back(row, f"{type(error).__name__}: {error}", at=at)


def _hold(row: Owed) -> bool:
    """Lock the row until the transaction ends; False when the lease was lost to another worker before the work began."""
    mine = Owed.objects.filter(pk=row.pk, lease=row.lease)
    if connection.features.has_select_for_update_skip_locked:
        mine = mine.select_for_update(skip_locked=True)
    return mine.first() is not None


def _put_back(row: Owed, error: str, *, at: datetime) -> None:
    """Try again later, twice as late each time; after `MOST_ATTEMPTS` keep the row as failed, for the operator."""
    if row.attempts >= MOST_ATTEMPTS:
        _give_up(row, error, at=at)
    else:
        _release(row, error, due_at=at + min(timedelta(seconds=2**row.attempts), LONGEST_PAUSE))


def _give_up(row: Owed, error: str, *, at: datetime) -> None:
    _release(row, error, failed_at=at)


def _release(row: Owed, error: str, **values: Any) -> None:
    mine = Owed.objects.filter(pk=row.pk, lease=row.lease)
    mine.update(lease="", leased_until=None, error=error[:2000], **values)


def _name(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
