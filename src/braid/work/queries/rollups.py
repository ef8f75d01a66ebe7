"""Reading roll-ups: totals with what is not folded yet, right at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.db.models.functions import Length

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.enums import STEP
from braid.units.paths import number_of
from braid.work.enums import ReportState
from braid.work.measures import Answer, Figure, Summary, summary_of
from braid.work.models import Change, Report, Rollup, Total


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


def part_below(rollup: Rollup, path: str) -> Part:
    """What the units strictly below the one at `path` answered. Two queries."""
    return parts_below(rollup, [path])[path]


def parts_below(rollup: Rollup, paths: Iterable[str]) -> dict[str, Part]:
    """The same for each of `paths`. Two queries, and one more for each part whose extreme is being corrected just now."""
    parts = {path: Part(path) for path in paths}
    rows = Total.objects.filter(rollup=rollup, unit_number__in=[number_of(path) for path in parts])
    for row in rows:
        if row.path in parts:
            parts[row.path] = Part(row.path, row.expected, Summary.of(row.filed), Summary.of(row.approved))
    changes = _changes_below(rollup, list(parts))
    for path, part in parts.items():
        _add_changes(rollup, part, [change for change in changes if path < change.path < path + AFTER_DESCENDANTS])
    return parts


def extremes_right_below(
    rollup: Rollup, path: str, *, is_approved: bool, known: Mapping[int, Summary] | None = None
) -> Summary:
    """The extremes of all that lies below `path`, from the answers and totals right below it; `known` are newer totals."""
    found = _recount(rollup, reports_right_below(rollup, path), is_approved=is_approved)
    deeper = Total.objects.filter(rollup=rollup, path__gt=path, path__lt=path + AFTER_DESCENDANTS)
    for row in deeper.annotate(length=Length("path")).filter(length=len(path) + STEP):
        kept = row.approved if is_approved else row.filed
        found.add_all((known or {}).get(row.unit_number) or Summary.of(kept))
    return found


def reports_right_below(rollup: Rollup, path: str) -> QuerySet[Report]:
    """The reports of the units right below `path`, as the tree stood when they were asked."""
    return _reports_below(rollup, path).annotate(length=Length("counted_path")).filter(length=len(path) + STEP)


def _reports_below(rollup: Rollup, path: str) -> QuerySet[Report]:
    return Report.objects.filter(
        period__rollup=rollup, counted_path__gt=path, counted_path__lt=path + AFTER_DESCENDANTS
    )


def answer_of(report: Report) -> Answer | None:
    """What counts of `report`: as it was last filed; None while it counts nothing."""
    if report.state == ReportState.DRAFT or report.filed_at is None:
        return None
    return Answer(report.filed_at.isoformat(), report.measures)


def _recount(rollup: Rollup, reports: QuerySet[Report], *, is_approved: bool) -> Summary:
    states = [ReportState.APPROVED] if is_approved else [ReportState.APPROVED, ReportState.FILED]
    kept = reports.filter(state__in=states).only("state", "filed_at", "measures")
    return summary_of((answer for report in kept if (answer := answer_of(report))), rollup.extremes)


def _changes_below(rollup: Rollup, paths: list[str]) -> list[Change]:
    if not paths:
        return []
    rows = Change.objects.filter(rollup=rollup, path__gt=min(paths), path__lt=max(paths) + AFTER_DESCENDANTS)
    return list(rows.order_by("id"))


def _add_changes(rollup: Rollup, part: Part, changes: list[Change]) -> None:
    """Add what is not folded yet. Where that takes an extreme away, all answers of the part are read."""
    lost: dict[bool, bool] = defaultdict(bool)
    for change in changes:
        was, now = Answer.of(change.was), Answer.of(change.now)
        for is_approved, before, after in (
            (False, was, now),
            (True, was if change.was_approved else None, now if change.is_approved else None),
        ):
            summary = part.approved if is_approved else part.filed
            if before:
                summary.add(before, -1)
                lost[is_approved] |= any(key in before.values for key in rollup.extremes)
            if after:
                summary.add(after)
                for key in set(rollup.extremes) & after.values.keys():
                    summary.figure(key).widen(Figure.of(after.values[key], after.at))
    for is_approved in (each for each, is_lost in lost.items() if is_lost):
        _replace_extremes(rollup, part, is_approved=is_approved)


def _replace_extremes(rollup: Rollup, part: Part, *, is_approved: bool) -> None:
    recounted = _recount(rollup, _reports_below(rollup, part.path), is_approved=is_approved)
    summary = part.approved if is_approved else part.filed
    for key in rollup.extremes:
        figure = summary.figure(key)
        figure.forget_extremes()
        if key in recounted.figures:
            figure.widen(recounted.figures[key])
