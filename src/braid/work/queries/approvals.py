"""What a part of the tree that is to be approved looks like."""

from __future__ import annotations

import hashlib

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.enums import STEP
from braid.work.enums import ApprovalState, ReportState
from braid.work.models import Approval, Period

from .rollups import parts_below, reports_right_below, totals_right_below


def seal_of(period: Period, path: str) -> str:
    """What stands for the part below `path` as it is now: any change of a report or an approval in it gives another seal."""
    reports = reports_right_below(period.rollup, path).exclude(state=ReportState.DRAFT).order_by("pk")
    said = [*reports.values_list("pk", "version", "state"), *_approvals_right_below(period, path)]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def open_parts_below(period: Period, path: str) -> list[str]:
    """The paths right below `path` with reports below them that are not approved as a part."""
    approved = {
        at for _pk, at, state, _changed in _approvals_right_below(period, path) if state == ApprovalState.IN_FORCE
    }
    paths = totals_right_below(period.rollup, path).values_list("path", flat=True)
    waiting = sorted(set(paths) - approved)
    parts = parts_below(period.rollup, waiting)
    return [each for each in waiting if parts[each].filed.n]


def _approvals_right_below(period: Period, path: str) -> list[tuple[int, str, str, str]]:
    rows = Approval.objects.filter(period=period, counted_path__gt=path, counted_path__lt=path + AFTER_DESCENDANTS)
    rows = rows.filter(counted_path__length=len(path) + STEP).order_by("pk")
    return [(row.pk, row.counted_path, row.state, row.changed_at.isoformat()) for row in rows]
