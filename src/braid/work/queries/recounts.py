"""Counting roll-ups again, to see that no total and no approval is wrong: in bounded memory, however many reports there are."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.paths import ancestor_paths, number_of
from braid.work.enums import ApprovalState, ReportState
from braid.work.measures import Answer, Figure, Summary
from braid.work.models import Approval, Change, Period, Report, Rollup, Total

from .rollups import Note, deltas_of


@dataclass(frozen=True)
class WrongTotal:
    """A total that is not what its reports add up to."""

    rollup: int
    unit_number: int
    is_approved: bool
    kept: Summary
    counted: Summary

    def __str__(self) -> str:
        what = "approved" if self.is_approved else "reported"
        return (
            f"roll-up {self.rollup}, unit {self.unit_number}, {what}: {self.kept.as_json}, not {self.counted.as_json}"
        )


@dataclass
class _Open:
    """A unit whose part is being counted: what its total says with what is pending, and what its reports come to."""

    path: str
    kept: list[Summary] = field(default_factory=lambda: [Summary(), Summary()])
    counted: list[Summary] = field(default_factory=lambda: [Summary(), Summary()])
    sees_extremes: list[bool] = field(default_factory=lambda: [True, True])
    """False: an extreme that stood there is being corrected and will be found anew when that is folded."""


def wrong_totals(most: int = 10) -> list[WrongTotal]:
    """At most `most` totals of periods that are not what their reports add up to. The reports of one period are read once, in
    the order of the tree; on SQLite writers wait meanwhile."""
    found: list[WrongTotal] = []
    for period in Period.objects.select_related("rollup").defer("rollup__addressed").order_by("pk").iterator():
        for wrong in _wrong_of(period):
            found.append(wrong)
            if len(found) >= most:
                return found
    return found


def wrong_approvals(most: int = 10) -> list[Approval]:
    """At most `most` approvals in force with a report below them that was not approved."""
    below = Report.objects.filter(
        period=OuterRef("period"),
        state=ReportState.FILED,
        counted_path__gt=OuterRef("counted_path"),
        counted_path__lt=Concat(OuterRef("counted_path"), Value(AFTER_DESCENDANTS)),
    )
    return list(Approval.objects.filter(Exists(below), state=ApprovalState.IN_FORCE).order_by("pk")[:most])


def _wrong_of(period: Period) -> list[WrongTotal]:
    was_alone = not connection.in_atomic_block
    with transaction.atomic():
        if was_alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # all that follows is of one moment
        return list(_compared(period.rollup, _walk(period)))


def _compared(rollup: Rollup, rows: Iterable[tuple[str, str, Any]]) -> Iterator[WrongTotal]:
    """Walk the tree with the units above the row at hand open; each is compared when it is left."""
    line: list[_Open] = []
    for path, what, row in rows:
        while line and not path.startswith(line[-1].path):
            yield from _wrong(rollup, line.pop())
        if what == "total":
            line.append(_Open(path, [Summary.of(row[0]), Summary.of(row[1])]))
            continue
        known = {one.path for one in line}
        line += [_Open(above) for above in ancestor_paths(path) if above not in known]
        line.sort(key=lambda one: len(one.path))
        for one in line:
            if one.path != path:
                _count(rollup, one, what, row)
    while line:
        yield from _wrong(rollup, line.pop())


def _walk(period: Period) -> Iterator[tuple[str, str, Any]]:
    """Totals, pending changes and reports of `period` in the order of the tree, as it stood."""
    rollup = period.rollup_id
    totals = Total.objects.filter(rollup=rollup).order_by("path").values_list("path", "filed", "approved")
    changes = Change.objects.filter(rollup=rollup).order_by("path", "id")
    reports = Report.objects.filter(period=period).exclude(state=ReportState.DRAFT).order_by("counted_path")
    return heapq.merge(
        ((row[0], "total", row[1:]) for row in totals.iterator()),
        ((row[0], "change", row) for row in changes.values_list(*_CHANGED).iterator()),
        ((row[0], "report", row[1:]) for row in reports.values_list(*_REPORTED).iterator()),
        key=itemgetter(0),
    )


_CHANGED = ("path", "was", "now", "was_approved", "is_approved")
_REPORTED = ("counted_path", "filed_at", "measures", "state")


def _count(rollup: Rollup, one: _Open, what: str, row: Any) -> None:
    if what == "report":
        answer = Answer(row[0].isoformat(), row[1])
        for side in one.counted if row[2] == ReportState.APPROVED else one.counted[:1]:
            side.add(answer)
            for key in set(rollup.extremes) & answer.values.keys():
                side.figure(key).widen(Figure.of(answer.values[key], answer.at))
        return
    path, was, now, *flags = row
    note = Note(path, Answer.of(was), Answer.of(now), *flags)
    for number, delta in enumerate(deltas_of([note], rollup.extremes)[one.path]):
        if one.kept[number].change(delta):
            one.sees_extremes[number] = False


def _wrong(rollup: Rollup, one: _Open) -> Iterator[WrongTotal]:
    for is_approved, (kept, counted) in enumerate(zip(one.kept, one.counted, strict=True)):
        if not one.sees_extremes[is_approved]:
            for summary in (kept, counted):
                for figure in summary.figures.values():
                    figure.forget_extremes()
        if kept.as_json != counted.as_json:
            yield WrongTotal(rollup.pk, number_of(one.path), bool(is_approved), kept, counted)
