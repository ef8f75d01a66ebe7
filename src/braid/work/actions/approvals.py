"""Approving a part of the tree, and reopening what was approved when a report below it changes.

A unit approves the reports right below it once the units there have approved theirs. Who files holds all parts above each
report together with others who file; who approves holds her part alone. So nobody approves while something below is being
filed, and who files afterwards sees the approval and reopens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zlib import crc32

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.prepared import prepared, together
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import ancestor_paths, number_of
from braid.units.queries.history import path_at
from braid.work.enums import APPROVAL_FLOW, ApprovalState, ReportState
from braid.work.models import Approval, ApprovalEvent, Period, Report
from braid.work.queries.approvals import approved_among, open_parts_below, seal_of
from braid.work.queries.rollups import Note, answer_of, reports_right_below
from braid.work.rules import can_approve_at

from .handlings import follow_approval, follow_reopening
from .rollups import note_changes

LOCKS = 256
"""Advisory locks for the parts of one period."""


@transaction.atomic
def approve_part(period: Period, unit: Unit, *, seal: str, by: Actor, at: datetime) -> Approval:
    """Approve and lock, for `unit`, what the units right below it reported, as it was shown under `seal` (`seal_of`).

    Refused when `by` may not approve for `unit`, while a unit below has reports and has not approved its own part, when
    nothing is there to approve, and when anything changed since the page was shown.
    """
    require(can_approve_at(by, unit))
    path = path_at(unit, period.opened_at)
    _hold(period, {path: True})
    if seal != seal_of(period, path):
        raise WrongState(_("Something changed since you looked. Look at it again, then approve."))
    waiting = open_parts_below(period, path)
    if waiting:
        raise WrongState(
            ngettext(
                "%(count)d unit below has reports and has not approved its part yet.",
                "%(count)d units below have reports and have not approved their parts yet.",
                len(waiting),
            )
            % {"count": len(waiting)}
        )
    approval = _approval(period, unit, path, by=by, at=at)
    _approve_reports(period, path, by=by, at=at)
    record(unit, Strand.WORK, "reports.approved", by=by, at=at)
    return approval


@transaction.atomic
def reopen_part(period: Period, unit: Unit, *, why: str, by: Actor, at: datetime) -> None:
    """Reopen, for `why`, what was approved for `unit`: its reports count as reported again, and so do the parts above.

    Refused when `by` may not approve for `unit`, without a reason, and when nothing is approved there.
    """
    require(can_approve_at(by, unit))
    if not why.strip():
        raise BadInput(_("Say why it is reopened."), fields={"why": _("Write a reason.")})
    path = path_at(unit, period.opened_at)
    held = _hold(period, dict.fromkeys(ancestor_paths(path), False) | {path: True})
    approval = Approval.objects.filter(period=period, unit=unit, state=ApprovalState.IN_FORCE).first()
    if approval is None:
        raise WrongState(_("Nothing is approved here."))
    reports = list(reports_right_below(period.rollup, path).filter(state=ReportState.APPROVED))
    Report.objects.filter(pk__in=[each.pk for each in reports]).update(state=ReportState.FILED, approved_at=None)
    notes = [Note(each.counted_path, answer_of(each), answer_of(each), was_approved=True) for each in reports]
    note_changes(period.rollup_id, notes, at=at)
    follow_reopening(period, [each.unit_id for each in reports], by=by, at=at)
    (approved,) = together(approved_among(period, held))
    reopen_parts(period, dict.fromkeys(approved, why.strip()), by=by, at=at)


def hold_parts(period: Period, paths: Iterable[str]) -> list[int]:
    """Hold the parts that reports at `paths` belong to, up to the root, together with others who file there: nobody approves
    them meanwhile. Returns the numbers of their units; which of them were approved before, a later statement can read."""
    return _hold(period, {above: False for path in paths for above in ancestor_paths(path)})


def reopen_parts(period: Period, whys: Mapping[int, str], *, by: Actor, at: datetime) -> None:
    """Reopen the approvals of the units whose numbers stand in `whys`, whose parts are held, each for its reason there (empty: a
    report came late), and no others: from the leaves to the root, as a part above is approved only while all parts below it
    are."""
    if not whys:
        return
    in_force = Approval.objects.filter(period=period, unit__in=list(whys), state=ApprovalState.IN_FORCE)
    reopened = list(in_force.order_by("-counted_path__length", "counted_path").select_for_update(of=("self",)))
    for row in reopened:
        APPROVAL_FLOW.move(row, ApprovalState.REOPENED, changed_at=at)
    ApprovalEvent.objects.bulk_create(
        ApprovalEvent(approval=row, state=ApprovalState.REOPENED, at=at, by=_person(by), why=whys[row.unit_id])
        for row in reopened
    )


def _approval(period: Period, unit: Unit, path: str, *, by: Actor, at: datetime) -> Approval:
    approval = Approval.objects.filter(period=period, unit=unit).first()
    if approval is None:
        approval = Approval.objects.create(
            period=period, unit=unit, unit_path=unit.path, counted_path=path, changed_at=at
        )
    else:
        APPROVAL_FLOW.move(approval, ApprovalState.IN_FORCE, changed_at=at)
    n = reports_right_below(period.rollup, path).exclude(state=ReportState.DRAFT).count()
    ApprovalEvent.objects.create(approval=approval, state=ApprovalState.IN_FORCE, at=at, by=_person(by), n=n)
    return approval


def _approve_reports(period: Period, path: str, *, by: Actor, at: datetime) -> None:
    filed = list(reports_right_below(period.rollup, path).filter(state=ReportState.FILED))
    Report.objects.filter(pk__in=[each.pk for each in filed]).update(state=ReportState.APPROVED, approved_at=at)
    notes = [Note(each.counted_path, answer_of(each), answer_of(each), is_approved=True) for each in filed]
    note_changes(period.rollup_id, notes, at=at)
    follow_approval(period, [each.unit_id for each in filed], by=by, at=at)


def _hold(period: Period, parts: Mapping[str, bool]) -> list[int]:
    """Hold `parts` until the transaction ends, those that are True alone; returns the numbers of their units. SQLite has one
    writer anyway.

    Parts share `LOCKS` locks, so that a large batch does not use up the server's; everybody takes them in the same order.
    """
    locks: dict[int, bool] = {}
    for path, is_alone in parts.items():
        lock = crc32(path.encode()) % LOCKS
        locks[lock] = locks.get(lock, False) or is_alone
    if connection.vendor == "postgresql":
        numbers = sorted(locks)
        with prepared(), connection.cursor() as cursor:
            cursor.execute(_LOCK_ON_POSTGRESQL, [period.pk, period.pk, numbers, [locks[each] for each in numbers]])
    return list(map(number_of, parts))


_LOCK_ON_POSTGRESQL = """
    SELECT CASE WHEN is_alone THEN pg_advisory_xact_lock(%s::int, lock) ELSE pg_advisory_xact_lock_shared(%s::int, lock) END
    FROM unnest(%s::int[], %s::boolean[]) AS held (lock, is_alone)
"""


def _person(by: Actor) -> Person | None:
    return by if isinstance(by, Person) else None
