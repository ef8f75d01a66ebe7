"""What a finished demo must be true of, as far as directives, reports, approvals and the burden meter go."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection
from django.utils import timezone

from braid.kernel.checks import Demo, Outcome, demo_check
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.queries import root_unit

from .enums import ApprovalState, HandlingState, ReportState
from .models import Approval, Change, Directive, Period, Rollup
from .queries.approvals import open_parts_below
from .queries.burden import Span, asked_of, minutes_everywhere
from .queries.complaints import outcomes_about
from .queries.counted import counts_for_all
from .queries.recounts import wrong_approvals, wrong_totals
from .queries.rollups import part_below
from .rules import can_hear

_STATES = "SELECT h.state, count(*) FROM work_handling h WHERE h.directive_id = %s AND h.unit_id <> %s GROUP BY h.state"
_LATE = """
SELECT count(*) FROM units_unit u WHERE u.status = 'active' AND NOT u.is_placeholder AND u.kind <> 3 AND u.depth > 0
AND NOT EXISTS (SELECT 1 FROM work_report r WHERE r.period_id = %s AND r.unit_id = u.number AND r.state <> 'draft')
"""
SAMPLE, FEW, MONTHS = 200, 60, 12
"""Rows looked at again; units whose burden is counted one by one, and over how many months."""


@demo_check("work.directive")
def every_receiver_is_accounted_for(demo: Demo) -> Outcome:
    """The states of all receivers, added up by the roll-up, are those of a plain recount; the rest has not opened it."""
    directive, root = _directive(), _root()
    part = part_below(_rollup(directive.rollup), root.path)
    said = {state: part.filed.figure(state).n for state in HandlingState.values if part.filed.figure(state).n}
    counted = dict(_rows(_STATES, [directive.pk, root.pk]))
    seen = sum(said.values())
    detail = f"{seen:,} of {part.expected:,} have opened it, {part.expected - seen:,} have not; recounted {counted}"
    return Outcome(said == counted, detail)


@demo_check("work.rollup")
def totals_are_right(demo: Demo) -> Outcome:
    """All totals of all periods equal a recount of the reports; who is missing is who has no report."""
    period, root = _period(), _root()
    part = part_below(period.rollup, root.path)
    wrong, unfolded = wrong_totals(), Change.objects.count()
    ((late,),) = _rows(_LATE, [period.pk])
    filed = part.filed.n
    detail = (
        f"{filed:,} reports in {period.rollup.totals.count():,} totals, {len(wrong)} wrong, {unfolded} not folded, "
    )
    detail += f"{part.missing:,} missing, {late:,} recounted"
    return Outcome(not wrong and part.missing == late, detail)


@demo_check("work.prefill", at_the_end=True)
def what_was_filled_in_is_what_was_counted(demo: Demo) -> Outcome:
    """The counts kept beside the reports are the journal's, and another number stands only with a reason."""
    period = _period()
    reports = period.reports.exclude(state=ReportState.DRAFT).exclude(counted={}).select_related("unit")
    some = [report for report in reports.order_by("-pk")[: 40 * SAMPLE] if any(report.counted.values())][:SAMPLE]
    counts = counts_for_all(period, [report.unit for report in some])
    wrong = [
        report.pk
        for report in some
        if report.counted != {key: one.value for key, one in counts[report.unit_id].items() if one.value is not None}
    ]
    silent = [
        report.pk
        for report in some
        for key, counted in report.counted.items()
        if report.values.get(key) != counted and not report.reasons.get(key)
    ]
    return Outcome(
        bool(some) and not wrong and not silent,
        f"{len(some)} filled in from the journal looked at, {len(wrong)} wrong, {len(silent)} changed without a reason",
    )


@demo_check("work.approval", at_the_end=True)
def approved_parts_hold_nothing_unapproved(demo: Demo) -> Outcome:
    """No report lies unapproved in an approved part; what a correction reopened waits."""
    states = Counter(Approval.objects.values_list("state", flat=True))
    wrong, period = wrong_approvals(), _period()
    reopened = Approval.objects.filter(state=ApprovalState.REOPENED, period=period).order_by("-counted_path")
    waits = [one.counted_path for one in reopened if open_parts_below(period, one.counted_path)]
    detail = f"{states[ApprovalState.IN_FORCE]} approved, {states[ApprovalState.REOPENED]} reopened by a correction, "
    detail += f"{len(waits)} of them wait for a part below, {len(wrong)} wrong"
    return Outcome(bool(states) and not wrong, detail)


@demo_check("work.burden")
def the_burden_is_the_same_unit_by_unit(demo: Demo) -> Outcome:
    """The minutes asked of all units, from one pass over the tree, are those counted unit by unit for some of them.

    A year at once: of one month the sum would depend on the day on which the demo was begun.
    """
    tree = snapshot.current()
    span = Span.of(timezone.localdate(), months=MONTHS)
    minutes = minutes_everywhere(span)
    places = range(0, len(tree.numbers), max(1, len(tree.numbers) // FEW))
    some = [(int(tree.numbers[place]), int(minutes[place])) for place in places if tree.shown[place]]
    units = Unit.objects.in_bulk([number for number, _ in some])
    wrong = [
        number for number, said in some if said != sum(asked.thing.minutes for asked in asked_of(units[number], span))
    ]
    most = int(minutes.max(initial=0))
    detail = f"{int(minutes.sum()):,} minutes asked in {MONTHS} months, at most {most} of a unit; "
    return Outcome(bool(most) and not wrong, detail + f"{len(some)} units counted again, {len(wrong)} wrong")


@demo_check("work.complaint")
def the_complaint_was_answered_in_time_by_somebody_independent(demo: Demo) -> Outcome:
    """Somebody who could not have asked, and did not complain, answered before the day; who asked reads the answer only."""
    directive = _directive()
    complaint = directive.complaints.select_related("unit", "answered_by").order_by("pk").first()
    if complaint is None or complaint.answered_at is None or complaint.answered_by is None:
        return Outcome(False, "nobody complained, or it was not answered")
    answered_on, hears, sender = timezone.localdate(complaint.answered_at), complaint.answered_by, directive.sent_by
    is_independent = can_hear(hears, complaint) and hears not in (complaint.said_by, sender)
    read = outcomes_about(directive, sender) if sender else []
    detail = f"said on {timezone.localdate(complaint.said_at)}, due on {complaint.due_on}, answered on {answered_on} "
    detail += f"by somebody {'independent' if is_independent else 'who is not independent'}; {len(read)} answer shown"
    return Outcome(answered_on <= complaint.due_on and is_independent and len(read) == 1, detail)


def _directive() -> Directive:
    return Directive.objects.select_related("rollup", "sent_by").order_by("pk")[0]


def _period() -> Period:
    return Period.objects.select_related("rollup", "version", "form").get(directive=_directive())


def _rollup(rollup: Rollup | None) -> Rollup:
    assert rollup is not None  # it was sent
    return rollup


def _root() -> Unit:
    root = root_unit()
    assert root is not None  # a demo has one
    return root


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
