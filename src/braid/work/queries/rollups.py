"""Reading roll-ups: totals with what is not folded yet, right at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.prepared import one_of, prepared
from braid.units.enums import STEP
from braid.units.paths import ancestor_paths, number_of
from braid.work.enums import ReportState
from braid.work.measures import Answer, Delta, Summary, summary_of
from braid.work.models import Report, Rollup, Total

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

    def copy(self) -> Part:
        """The same, to count more in it."""
        return Part(self.path, self.expected, self.filed.copy(), self.approved.copy())


def part_below(rollup: Rollup, path: str) -> Part:
    """What the units strictly below the one at `path` answered. One query."""
    return parts_below(rollup, [path])[path]


def parts_below(rollup: Rollup, paths: Iterable[str]) -> dict[str, Part]:
    """The same for each of `paths`. One query; a few more only while an extreme that stood there is being corrected."""
    return parts_in([(rollup, list(paths))])[rollup.pk]


def parts_in(wanted: Sequence[tuple[Rollup, Sequence[str]]]) -> dict[int, dict[str, Part]]:
    """The parts of several roll-ups, each at the paths that go with it; by the roll-up's number. One query, as above."""
    found = {rollup.pk: {path: Part(path) for path in paths} for rollup, paths in wanted}
    notes = _read(found)
    for rollup, _paths in wanted:
        parts = found[rollup.pk]
        deltas = deltas_of(notes[rollup.pk], rollup.extremes)
        stale = add_deltas(parts, deltas)
        if stale:
            _replace_extremes(rollup, parts, deltas, stale)
    return found


def totals_at(rollup: Rollup, paths: Iterable[str]) -> dict[str, Part]:
    """The totals kept of `paths`, without what is not folded yet; empty ones where there are none."""
    parts = {path: Part(path) for path in paths}
    numbers = [number_of(path) for path in parts]
    for start in range(0, len(numbers), CHUNK):
        some = Total.objects.filter(rollup=rollup, unit_number__in=numbers[start : start + CHUNK])
        for path, *kept in some.values_list("path", "expected", "filed", "approved"):
            if path in parts:
                parts[path] = _part(path, *kept)
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


def answer_from(state: str, measures: str, filed_at: datetime | None) -> Answer | None:
    """The same of a row of reports, as the database gives its columns: SQLite gives moments without their zone, UTC."""
    if state == ReportState.DRAFT or filed_at is None:
        return None
    at = filed_at if filed_at.tzinfo else filed_at.replace(tzinfo=UTC)
    return Answer(at.isoformat(), _loaded(measures))


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
        delta.count(was, -1, extremes - _repeated(was, now) if now else extremes)
    if now:
        delta.count(now, 1, extremes)


def _repeated(was: Answer, now: Answer) -> set[str]:
    """The measures that a correction leaves as they were: lowest and highest stay, and it is the later one of the two."""
    return {key for key, value in was.values.items() if now.values.get(key) == value} if now.at >= was.at else set()


def _read(found: dict[int, dict[str, Part]]) -> dict[int, list[Note]]:
    """Fill `found` with the totals kept, and return the changes below that no total knows: in one statement, since a fold
    that commits between two would be counted twice, or not at all."""
    notes: dict[int, list[Note]] = defaultdict(list)
    asked = {rollup: parts for rollup, parts in found.items() if parts}
    if not asked:
        return notes
    of_rollups, rollups = one_of("rollup_id", asked)
    of_units, numbers = one_of("unit_number", {number_of(path) for parts in asked.values() for path in parts})
    below = " OR ".join(["rollup_id = %s AND path > %s AND path < %s"] * len(asked))
    places: Iterable[tuple[Any, ...]] = (
        (rollup, min(parts), max(parts) + AFTER_DESCENDANTS) for rollup, parts in asked.items()
    )
    with prepared(), connection.cursor() as cursor:
        sql = _READ_SQL.format(of_rollups=of_rollups, of_units=of_units, below=below)
        cursor.execute(sql, [*rollups, *numbers, *chain.from_iterable(places)])
        for rollup, path, expected, one, other, before, after in cursor.fetchall():
            if expected is None:
                notes[rollup].append(note_from(path, one, other, before, after))
            elif path in asked[rollup]:
                asked[rollup][path] = _part(path, expected, _loaded(one), _loaded(other))
    return notes


_READ_SQL = """
    SELECT rollup_id, path, expected, filed, approved, NULL, NULL FROM work_total
    WHERE {of_rollups} AND {of_units}
    UNION ALL SELECT rollup_id, path, NULL, was, now, was_approved, is_approved FROM work_change WHERE {below}
"""
"""By hand: every page of numbers asks it, and composing it takes longer than the database does."""


def note_from(path: str, was: str | None, now: str | None, was_approved: object, is_approved: object) -> Note:
    """The note that a row of `Change` keeps, as the database gives its columns."""
    before, after = (Answer.of(None if text is None else _loaded(text)) for text in (was, now))
    return Note(path, before, after, bool(was_approved), bool(is_approved))


def _loaded(text: str) -> Any:
    """What JSON of the database says: with nothing around it, it is read in half the time of `json.loads`."""
    return _decoded(text)[0]


_decoded = json.JSONDecoder().raw_decode


def _part(path: str, expected: int, filed: Mapping[str, Any], approved: Mapping[str, Any]) -> Part:
    return Part(path, expected, Summary.of(filed), Summary.of(approved))


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
