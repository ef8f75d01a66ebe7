"""Writing roll-ups: freezing who is asked, noting that an answer changed, folding changes into totals."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from pyroaring import BitMap

from braid.contact.models import AudienceRule
from braid.contact.queries.audience import units_of_all
from braid.kernel.bulk import insert_few, insert_rows, insertion
from braid.kernel.pace import Pace
from braid.kernel.prepared import Statement, prepared
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import number_of
from braid.work.measures import Answer
from braid.work.models import Change, Directive, PeriodRule, Rollup, Total
from braid.work.queries.rollups import Note, Part, add_deltas, deltas_of, find_extremes, note_from, totals_at

__all__ = ["Note", "expect", "fold_all", "fold_changes", "fold_slice", "freeze_rollups", "note_changes"]

LOCK = 0x776F726B
"""The advisory lock of whoever writes totals on PostgreSQL ("work"): one folder at a time."""
FROZEN_AT_ONCE = 1_000
"""Totals in one transaction of freezing."""
LEAST, MOST = 20, 5_000
"""Changes in one folding transaction."""
MANY = 50
"""From so many on rows are streamed to the database."""

_CLAIM = """
    DELETE FROM work_change WHERE id IN (SELECT id FROM work_change ORDER BY rollup_id, path, id LIMIT %s)
    RETURNING id, rollup_id, path, was, now, was_approved, is_approved
"""
_KEEP = """
    INSERT INTO work_total (rollup_id, expected, unit_number, path, filed, approved) VALUES (%s, 0, %s, %s, %s, %s)
    ON CONFLICT (rollup_id, unit_number) DO UPDATE SET filed = excluded.filed, approved = excluded.approved
"""
_KEEP_MANY_ON_POSTGRESQL = """
    INSERT INTO work_total (rollup_id, expected, unit_number, path, filed, approved)
    SELECT %s, 0, * FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[])
    ON CONFLICT (rollup_id, unit_number) DO UPDATE SET filed = excluded.filed, approved = excluded.approved
"""


_pace = Pace(LEAST, MOST, rows=100)


def note_changes(rollup: int, notes: Iterable[Note], *, at: datetime) -> None:
    """Note that answers to the roll-up numbered `rollup` changed, in the transaction that changes them."""
    rows = _noted(rollup, notes, at)
    if len(rows) < MANY:
        insert_few(Change, _NOTED, rows)
    else:
        insert_rows(Change, _NOTED, rows)


def noting(rollup: int, notes: Iterable[Note], *, at: datetime) -> Statement:
    """The statement by which `note_changes` notes at least one change, and fewer than `MANY`; for `together`."""
    return insertion(Change, _NOTED, _noted(rollup, notes, at))


def freeze_rollups(at: datetime) -> int:
    """A round of the worker: count whom the next roll-up asks. Returns how many were counted."""
    rollup = Rollup.objects.filter(frozen_at=None, opened_at__lte=at).order_by("opened_at").first()
    if rollup is None:
        return 0
    expect(rollup, units_of_all(_rules_of(rollup)), at=at)
    return 1


def expect(rollup: Rollup, units: BitMap, *, at: datetime) -> None:
    """Ask `units` (their numbers) as well, and count for every unit above them how many are asked below it, as the tree
    stands now. In short transactions: done again, also after a crash in between, it comes to the same."""
    known = BitMap.deserialize(bytes(rollup.addressed)) if rollup.addressed else BitMap()
    asked = known | units
    _count_expected(rollup, asked)
    asked.run_optimize()
    rollup.addressed, rollup.frozen_at = asked.serialize(), at
    rollup.save(update_fields=["addressed", "frozen_at"])


def fold_changes(at: datetime) -> int:
    """The worker's round: fold one slice of changes into totals, of whatever roll-ups. Returns how many."""
    return _pace.round(fold_slice, Change.objects.exists)


def fold_all() -> int:
    """Fold all changes there are, in short transactions; returns how many."""
    folded = 0
    while claimed := fold_slice(MOST):
        folded += claimed
    return folded


@transaction.atomic
def fold_slice(most: int) -> int:
    """Fold at most `most` changes; whatever moment the process dies at, each is either a change or in the totals."""
    if not _lock(wait=False):
        return 0
    by_rollup: dict[int, list[Note]] = defaultdict(list)
    claimed = _claim(most)
    for rollup, note in claimed:
        by_rollup[rollup].append(note)
    for rollup, notes in by_rollup.items():
        _fold(Rollup.objects.defer("addressed").get(pk=rollup), notes)
    return len(claimed)


def _fold(rollup: Rollup, notes: Sequence[Note]) -> None:
    deltas = deltas_of(notes, rollup.extremes)
    totals = totals_at(rollup, deltas)
    for path, is_approved in add_deltas(totals, deltas):
        find_extremes(rollup, totals, path, is_approved=is_approved)
    rows = sorted(
        (number_of(path), path, *_sums(part)) for path, part in totals.items()
    )  # `expect` writes in this order, too
    if rows:
        _write(_KEEP, _KEEP_MANY_ON_POSTGRESQL, [rollup.pk], rows)


def _sums(part: Part) -> tuple[str, str]:
    return _dumped(part.filed.as_json), _dumped(part.approved.as_json)


_NOTED = ("rollup_id", "at", "path", "was", "now", "was_approved", "is_approved")


def _noted(rollup: int, notes: Iterable[Note], at: datetime) -> list[tuple[Any, ...]]:
    return [
        (rollup, at, note.path, _kept(note.was), _kept(note.now), note.was_approved, note.is_approved) for note in notes
    ]


def _kept(answer: Answer | None) -> dict[str, Any] | None:
    return answer.as_json if answer else None


_dumped = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _write(one: str, many_on_postgresql: str, common: list[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write `rows`, on PostgreSQL in one statement; `common` are values that all of them share."""
    with prepared(), connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(one, [*common, *rows[0]])
        elif connection.vendor == "postgresql":
            cursor.execute(many_on_postgresql, [*common, *(list(column) for column in zip(*rows, strict=True))])
        else:
            cursor.executemany(one, [(*common, *row) for row in rows])


def _rules_of(rollup: Rollup) -> list[AudienceRule]:
    directive = Directive.objects.filter(rollup=rollup).first()
    if directive:
        return list(directive.audience.all())
    return list(PeriodRule.objects.filter(period__rollup=rollup))


def _count_expected(rollup: Rollup, asked: BitMap) -> None:
    tree = snapshot.current()
    mask = tree.mask_of(asked)
    below = tree.count_below(mask) - mask
    inner = np.flatnonzero(below)
    counts = dict(zip(tree.numbers[inner].tolist(), below[inner].tolist(), strict=True))
    numbers = sorted(counts)
    for start in range(0, len(numbers), FROZEN_AT_ONCE):
        some = Unit.objects.filter(pk__in=numbers[start : start + FROZEN_AT_ONCE]).values_list("pk", "path")
        rows = [Total(rollup=rollup, unit_number=pk, path=path, expected=counts[pk]) for pk, path in some]
        Total.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["rollup", "unit_number"], update_fields=["expected"]
        )


def _claim(most: int) -> list[tuple[int, Note]]:
    """Delete changes and have them, in the order in which they were made."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [most])
        rows = sorted(cursor.fetchall())
    return [(rollup, note_from(*kept)) for _pk, rollup, *kept in rows]


def _lock(*, wait: bool) -> bool:
    """Be the only one who writes totals until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_xact_lock(%s)", [LOCK])
        return cursor.fetchone()[0] is not False
