"""Writing roll-ups: freezing who is asked, noting that an answer changed, folding changes into totals."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from pyroaring import BitMap

from braid.contact.models import AudienceRule
from braid.contact.queries.audience import units_of_all
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import ancestor_paths, number_of
from braid.work.measures import Answer, Figure, Summary
from braid.work.models import Change, Directive, PeriodRule, Rollup, Total
from braid.work.queries.rollups import extremes_right_below

LOCK = 0x776F726B
"""The advisory lock of whoever writes totals on PostgreSQL ("work"): one folder at a time."""
CHUNK = 2_000
"""Rows in one statement."""
FROZEN_AT_ONCE = 1_000
"""Totals in one transaction of freezing."""
SLICE = {"sqlite": 500, "postgresql": 5_000}
"""Changes in one folding transaction: on SQLite everybody else's writes wait for it."""
PAUSE = 0.025
"""Seconds the folder leaves to the web after a slice on SQLite."""

_CLAIM = """
    DELETE FROM work_change WHERE id IN (SELECT id FROM work_change ORDER BY rollup_id, path, id LIMIT %s)
    RETURNING id, rollup_id, path, was, now, was_approved, is_approved
"""


class Note(NamedTuple):
    """One unit's answer changed: where it counts, what it said before and says now (None: nothing)."""

    path: str
    was: Answer | None
    now: Answer | None
    was_approved: bool = False
    is_approved: bool = False


def note_changes(rollup: int, notes: Iterable[Note], *, at: datetime) -> None:
    """Note that answers to the roll-up numbered `rollup` changed, in the transaction that changes them."""
    Change.objects.bulk_create(
        [
            Change(
                rollup_id=rollup,
                path=note.path,
                at=at,
                was=note.was.as_json if note.was else None,
                now=note.now.as_json if note.now else None,
                was_approved=note.was_approved,
                is_approved=note.is_approved,
            )
            for note in notes
        ],
        batch_size=CHUNK,
    )


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
    folded = fold_slice(SLICE[connection.vendor]) if Change.objects.exists() else 0
    if folded and connection.vendor == "sqlite":
        time.sleep(PAUSE)
    return folded


def fold_all() -> int:
    """Fold all changes there are, in short transactions; returns how many."""
    folded = 0
    while claimed := fold_slice(SLICE["postgresql"]):
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
    totals = _totals_above(rollup, notes)
    stale: set[tuple[str, bool]] = set()
    for note in notes:
        for path in ancestor_paths(note.path):
            _apply(totals[path], note, frozenset(rollup.extremes), stale)
    for path, is_approved in sorted(stale, key=lambda each: -len(each[0])):
        _find_extremes(rollup, totals, path, is_approved=is_approved)
    Total.objects.bulk_update((each.row for each in totals.values()), ["filed", "approved"], batch_size=200)


class _Sums:
    """A total while changes are added to it."""

    def __init__(self, row: Total) -> None:
        self._row = row
        self.filed, self.approved = Summary.of(row.filed), Summary.of(row.approved)

    def of(self, *, is_approved: bool) -> Summary:
        return self.approved if is_approved else self.filed

    @property
    def row(self) -> Total:
        """The row with what was added."""
        self._row.filed, self._row.approved = self.filed.as_json, self.approved.as_json
        return self._row


def _apply(sums: _Sums, note: Note, extremes: frozenset[str], stale: set[tuple[str, bool]]) -> None:
    """Count `note` in a total; where it took away what may have been an extreme, mark that in `stale`."""
    sides = [(False, note.was, note.now)]
    sides.append((True, note.was if note.was_approved else None, note.now if note.is_approved else None))
    for is_approved, was, now in sides:
        summary = sums.of(is_approved=is_approved)
        if was:
            summary.add(was, -1)
        if now:
            summary.add(now)
        for key in extremes:
            if was and key in was.values:
                lost = Figure.of(was.values[key], was.at)
                if summary.figure(key).is_shaped_by(lost):
                    stale.add((sums.row.path, is_approved))
            if now and key in now.values:
                summary.figure(key).widen(Figure.of(now.values[key], now.at))


def _find_extremes(rollup: Rollup, totals: dict[str, _Sums], path: str, *, is_approved: bool) -> None:
    """Find the extremes of one total anew, from the answers and totals right below it (those are right already)."""
    summary = totals[path].of(is_approved=is_approved)
    known = {each.row.unit_number: each.of(is_approved=is_approved) for each in totals.values()}
    below = extremes_right_below(rollup, path, is_approved=is_approved, known=known)
    for key in rollup.extremes:
        figure = summary.figure(key)
        figure.forget_extremes()
        if key in below.figures:
            figure.widen(below.figures[key])


def _totals_above(rollup: Rollup, notes: Sequence[Note]) -> dict[str, _Sums]:
    """The totals of all units above the notes, by path; those that are not there yet are made."""
    paths = sorted({path for note in notes for path in ancestor_paths(note.path)})
    found: dict[str, _Sums] = {}
    for start in range(0, len(paths), CHUNK):
        some = paths[start : start + CHUNK]
        _make_totals(rollup, some)
        rows = Total.objects.filter(rollup=rollup, unit_number__in=[number_of(path) for path in some])
        found |= {row.path: _Sums(row) for row in rows}
    return found


def _make_totals(rollup: Rollup, paths: Iterable[str]) -> None:
    rows = [Total(rollup=rollup, unit_number=number_of(path), path=path) for path in paths]
    Total.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)


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
    return [
        (rollup, Note(path, Answer.of(_json(was)), Answer.of(_json(now)), bool(before), bool(after)))
        for _pk, rollup, path, was, now, before, after in rows
    ]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _lock(*, wait: bool) -> bool:
    """Be the only one who writes totals until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_xact_lock(%s)", [LOCK])
        return cursor.fetchone()[0] is not False
