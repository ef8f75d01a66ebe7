"""Reading roll-ups: totals with what is not folded yet, right at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import BooleanField, PositiveIntegerField, Q, QuerySet, Value

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.enums import STEP
from braid.units.paths import ancestor_paths, number_of
from braid.work.enums import ReportState
from braid.work.measures import Answer, Delta, Summary, summary_of
from braid.work.models import Change, Report, Rollup, Total

CHUNK = 2_000
"""Totals in one statement."""


class Note(NamedTuple):
    """One unit's answer changed: where it counts, what it said before and says now (None: nothing)."""

    path: str
    was: Answer | None
    now: Answer | None
    was_approved: bool = False
    is_approved: bool = False


@dataclass
class Part:
    """What the units strictly below one unit answered, and how many of them were asked."""

    path: str
    expected: int = 0
    filed: Summary = field(default_factory=Summary)
    approved: Summary = field(default_factory=Summary)

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return self.expected - self.filed.n

    def summary(self, *, is_approved: bool) -> Summary:
        """One of the two."""
        return self.approved if is_approved else self.filed


def part_below(rollup: Rollup, path: str) -> Part:
    """What the units strictly below the one at `path` answered. One query."""
    return parts_below(rollup, [path])[path]


def parts_below(rollup: Rollup, paths: Iterable[str]) -> dict[str, Part]:
    """The same for each of `paths`. One query; a few more only while an extreme that stood there is being corrected."""
    parts, notes = _totals_and_notes(rollup, list(paths))
    deltas = deltas_of(notes, rollup.extremes)
    stale = add_deltas(parts, deltas)
    if stale:
        _replace_extremes(rollup, parts, deltas, stale)
    return parts


def totals_at(rollup: Rollup, paths: Iterable[str]) -> dict[str, Part]:
    """The totals kept of `paths`, without what is not folded yet; empty ones where there are none."""
    parts = {path: Part(path) for path in paths}
    numbers = [number_of(path) for path in parts]
    for start in range(0, len(numbers), CHUNK):
        for row in _rows(Total.objects.filter(rollup=rollup, unit_number__in=numbers[start : start + CHUNK])):
            if row[0] in parts:
                parts[row[0]] = _part(row)
    return parts


Deltas = dict[str, tuple[Delta, Delta]]
"""By path of a unit: what changes do to the sums of all below it, reported and approved."""


def deltas_of(notes: Iterable[Note], extremes: Iterable[str]) -> Deltas:
    """What `notes` do to the total of every unit above them: counted at the nearest one, then carried up."""
    wanted = frozenset(extremes)
    by_length: dict[int, Deltas] = defaultdict(dict)
    for note in notes:
        above = note.path[:-STEP]
        if above:
            filed, approved = _at(by_length[len(above)], above)
            _count(filed, note.was, note.now, wanted)
            _count(approved, note.was if note.was_approved else None, note.now if note.is_approved else None, wanted)
    for length in range(max(by_length, default=0), STEP, -STEP):
        for path, sides in by_length[length].items():
            for mine, theirs in zip(_at(by_length[length - STEP], path[:-STEP]), sides, strict=True):
                mine.add(theirs)
    return {path: sides for level in by_length.values() for path, sides in level.items()}


def add_deltas(parts: Mapping[str, Part], deltas: Deltas) -> list[tuple[str, bool]]:
    """Add `deltas` to the `parts` they are about; returns those whose extremes must be found anew (True: the approved),
    the lowest in the tree first."""
    stale = []
    for path, (filed, approved) in deltas.items():
        part = parts.get(path)
        if part:
            stale += [(path, False)] if part.filed.change(filed) else []
            stale += [(path, True)] if part.approved.change(approved) else []
    return sorted(stale, key=_depth, reverse=True)


def find_extremes(rollup: Rollup, parts: Mapping[str, Part], path: str, *, is_approved: bool) -> None:
    """Find the extremes of one part anew, from the answers and totals right below it: those in `parts` are right already."""
    summary = parts[path].summary(is_approved=is_approved)
    below = _extremes_right_below(rollup, path, parts, is_approved=is_approved)
    for key in rollup.extremes:
        figure = summary.figure(key)
        figure.forget_extremes()
        if key in below.figures:
            figure.widen(below.figures[key])


def reports_right_below(rollup: Rollup, path: str) -> QuerySet[Report]:
    """The reports of the units right below `path`, as the tree stood when they were asked."""
    return reports_below(rollup, path).filter(counted_path__length=len(path) + STEP)


def reports_below(rollup: Rollup, path: str) -> QuerySet[Report]:
    """The reports of all units below `path`, as the tree stood when they were asked."""
    return Report.objects.filter(
        period__rollup=rollup, counted_path__gt=path, counted_path__lt=path + AFTER_DESCENDANTS
    )


def totals_right_below(rollup: Rollup, path: str) -> QuerySet[Total]:
    """The totals of the units right below `path` that have units below them."""
    rows = Total.objects.filter(rollup=rollup, path__gt=path, path__lt=path + AFTER_DESCENDANTS)
    return rows.filter(path__length=len(path) + STEP)


def answer_of(report: Report) -> Answer | None:
    """What counts of `report`: as it was last filed; None while it counts nothing."""
    if report.state == ReportState.DRAFT or report.filed_at is None:
        return None
    return Answer(report.filed_at.isoformat(), report.measures)


def recounted(reports: QuerySet[Report], extremes: Iterable[str]) -> Summary:
    """What `reports` add up to, counted one by one."""
    rows = reports.exclude(state=ReportState.DRAFT).values_list("filed_at", "measures")
    return summary_of((Answer(at.isoformat(), measures) for at, measures in rows.iterator() if at), extremes)


def _at(level: Deltas, path: str) -> tuple[Delta, Delta]:
    found = level.get(path)
    if found is None:
        found = level[path] = (Delta(), Delta())
    return found


def _count(delta: Delta, was: Answer | None, now: Answer | None, extremes: frozenset[str]) -> None:
    if was == now:
        return
    if was:
        delta.count(was, -1, extremes)
    if now:
        delta.count(now, 1, extremes)


def _totals_and_notes(rollup: Rollup, paths: list[str]) -> tuple[dict[str, Part], list[Note]]:
    """The totals of `paths` and the changes below them that no total knows, in one statement: a fold that commits between
    two would be counted twice, or not at all."""
    parts = {path: Part(path) for path in paths}
    totals = Total.objects.filter(rollup=rollup, unit_number__in=[number_of(path) for path in paths])
    changes = _changes_below(rollup, paths)
    notes = []
    for path, expected, one, other, was_approved, is_approved in _rows(totals).union(changes, all=True):
        if expected is None:
            notes.append(Note(path, Answer.of(one), Answer.of(other), was_approved, is_approved))
        elif path in parts:
            parts[path] = _part((path, expected, one, other))
    return parts, notes


def _rows(totals: QuerySet[Total]) -> Any:
    no = Value(False, output_field=BooleanField())
    return totals.annotate(one=no, other=no).values_list("path", "expected", "filed", "approved", "one", "other")


def _part(row: tuple[Any, ...]) -> Part:
    return Part(row[0], row[1], Summary.of(row[2]), Summary.of(row[3]))


def _changes_below(rollup: Rollup, paths: list[str]) -> Any:
    """The changes below one of `paths`, as rows that stand below those of totals."""
    tops = [path for path in paths if not any(above in paths for above in ancestor_paths(path))]
    below = Q(pk__in=())
    if tops:
        below = Q(path__gt=min(tops), path__lt=max(tops) + AFTER_DESCENDANTS)
    rows = Change.objects.filter(below, rollup=rollup).annotate(none=Value(None, output_field=PositiveIntegerField()))
    return rows.values_list("path", "none", "was", "now", "was_approved", "is_approved")


def _replace_extremes(rollup: Rollup, parts: dict[str, Part], deltas: Deltas, stale: list[tuple[str, bool]]) -> None:
    """Find the extremes in `stale` anew: the changes are added to all totals below them, as the fold is about to do."""
    tops = {path for path, _is_approved in stale}
    inner = [path for path in deltas if path not in parts and not tops.isdisjoint(ancestor_paths(path))]
    whole = totals_at(rollup, inner)
    stale = [*stale, *add_deltas(whole, deltas)]
    whole |= parts
    for path, is_approved in sorted(stale, key=_depth, reverse=True):
        find_extremes(rollup, whole, path, is_approved=is_approved)


def _depth(stale: tuple[str, bool]) -> int:
    return len(stale[0])


def _extremes_right_below(rollup: Rollup, path: str, known: Mapping[str, Part], *, is_approved: bool) -> Summary:
    reports = reports_right_below(rollup, path)
    found = recounted(reports.filter(state=ReportState.APPROVED) if is_approved else reports, rollup.extremes)
    column = "approved" if is_approved else "filed"
    for below, kept in totals_right_below(rollup, path).values_list("path", column):
        part = known.get(below)
        found.add_all(part.summary(is_approved=is_approved) if part else Summary.of(kept))
    return found
