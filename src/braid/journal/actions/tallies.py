"""Folding what is pending into tallies, and building the tallies anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from braid.journal.models import Pending, Tally
from braid.journal.sql import per_ancestor
from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.pace import Pace
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import numbers_of

LOCK = 0x6A6F75726E616C
"""The advisory lock of whoever writes tallies on PostgreSQL ("journal"): one folder at a time, so that none deadlock."""
LEAST, MOST = 50, 5_000
"""Rows in one folding transaction."""

_CLAIMED = "RETURNING unit_path, day, kind, amount"
_ADD_ON_SQLITE = """
    INSERT INTO journal_tally (unit_number, kind, day, amount) VALUES (%s, %s, %s, %s)
    ON CONFLICT (unit_number, kind, day) DO UPDATE SET amount = amount + excluded.amount
"""
_ADD_ON_POSTGRESQL = """
    INSERT INTO journal_tally (unit_number, kind, day, amount)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[])
    ON CONFLICT (unit_number, kind, day) DO UPDATE SET amount = journal_tally.amount + excluded.amount
"""

Row = tuple[str, Any, str, int]
"""Path, day (as the driver gives it), kind and amount of something pending."""


_pace = Pace(LEAST, MOST, rows=500)


def fold(*, most: int | None = None) -> int:
    """Move at most `most` pending rows (None: all there are) into the tallies, in short transactions; returns how many.

    Whatever moment the process dies at, a row is either pending or counted, never both and never neither.
    """
    folded = 0
    while most is None or folded < most:
        asked = _pace.size if most is None else min(_pace.size, most - folded)
        claimed = _pace.slice(_fold_slice, asked)
        folded += claimed
        if claimed < asked:
            break
    return folded


def fold_round(at: datetime) -> int:
    """The worker's round: one slice."""
    return _pace.round(_fold_slice, Pending.objects.exists)


def fold_before_move(unit: Unit, at: datetime) -> None:
    """Fold everything pending below `unit` in the transaction that moves it: it belongs to where it happened.

    Acts in flight there are waited for, later ones wait for the move, so nothing is recorded at a place already left.
    """
    if connection.vendor == "postgresql":
        subtree = Unit.objects.subtree(unit.path).select_for_update().order_by("path")
        list(subtree.values_list("pk", flat=True))
    with transaction.atomic():
        _lock(wait=True)
        _add(_claim("unit_path >= %s AND unit_path < %s", [unit.path, unit.path + AFTER_DESCENDANTS]))


def rebuild_tallies() -> int:
    """Throw the tallies away and count every entry again; returns the tallies written. For the operator, after a repair.

    Entries and what is pending of them are read in one snapshot, so work may go on meanwhile (on SQLite it waits).
    """
    counted = per_ancestor("SELECT unit_path, kind, day, amount FROM journal_entry")
    with transaction.atomic():
        _lock(wait=True)
        Tally.objects.all().delete()
        insert = "INSERT INTO journal_tally (unit_number, kind, day, amount) " + counted
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                insert = "WITH gone AS (DELETE FROM journal_pending) " + insert  # noqa: S608 (own words)
            else:
                Pending.objects.all().delete()
            cursor.execute(insert)
            return int(cursor.rowcount)


@transaction.atomic
def _fold_slice(rows: int) -> int:
    if not _lock(wait=False):
        return 0
    # In the order of paths: neighbours share ancestors and pages, which makes a backlog fold twice as fast.
    claimed = _claim("id IN (SELECT id FROM journal_pending ORDER BY unit_path LIMIT %s)", [rows])
    _add(claimed)
    return len(claimed)


def _lock(*, wait: bool) -> bool:
    """Be the only one who folds until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_xact_lock(%s)", [LOCK])
        return cursor.fetchone()[0] is not False


def _claim(condition: str, parameters: Sequence[Any]) -> list[Row]:
    """Delete pending rows and have them: whoever else commits meanwhile, each row is claimed by one transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM journal_pending WHERE {condition} {_CLAIMED}", parameters)  # noqa: S608 (own words)
        return list(cursor.fetchall())


def _add(rows: Sequence[Row]) -> None:
    """Add `rows` to the tallies of every unit along their paths, in one order everywhere."""
    sums: defaultdict[tuple[str, str, Any], int] = defaultdict(int)
    for path, day, kind, amount in rows:
        for start in range(0, len(path), STEP):
            sums[path[start : start + STEP], kind, day] += amount
    if not sums:
        return
    tallies = sorted((numbers_of(step)[0], kind, day, amount) for (step, kind, day), amount in sums.items())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_ADD_ON_POSTGRESQL, [list(column) for column in zip(*tallies, strict=True)])
        else:
            cursor.executemany(_ADD_ON_SQLITE, tallies)
