"""What the apps below this floor show on the heads' pages; apps beside or above it fill the same hooks in their `ready()`."""

from __future__ import annotations

from braid.insight import hooks
from braid.insight.columns import COLUMNS
from braid.insight.queries.search import find_pages

from . import (
    approvals,
    burden,
    contact,
    directives,
    groups,
    head,
    late,
    people,
    reports,
    submissions,
    surveys,
    units,
    votes,
)


def fill_hooks() -> None:
    """Called once, when the app is ready."""
    hooks.subtree_columns += [*COLUMNS, *approvals.COLUMNS, *burden.COLUMNS]
    hooks.today_sources += [
        directives.waiting_directives,
        directives.directive_reports_to_judge,
        directives.late_units,
        directives.waiting_of_directive_sender,
        directives.directive_answers_to_her,
        contact.waiting_notices,
        contact.waiting_of_sender,
        contact.readings_waiting,
        contact.answers_to_her,
        contact.calls_to_make,
        contact.calls_to_carry,
        groups.waiting_groups,
        votes.waiting_votes,
        submissions.waiting_submissions,
        surveys.waiting_surveys,
        approvals.waiting_approvals,
        reports.waiting_reports,
        reports.forms_held,
        burden.waiting_complaints,
        burden.complaints_nobody_hears,
        people.waiting_recoveries,
        people.refused_successions,
    ]
    hooks.first_steps += [people.first_steps, contact.first_steps]
    hooks.unit_panels += [
        people.offices,
        directives.directives_of_unit,
        contact.sent_and_received,
        reports.reports_of_unit,
        groups.groups_of_unit,
        surveys.surveys_of_unit,
        votes.votes_of_unit,
        burden.burden_of_unit,
        people.grants,
        units.history,
    ]
    hooks.record_lines += [
        *contact.RECORD,
        *directives.RECORD,
        *groups.RECORD,
        *surveys.RECORD,
        *votes.RECORD,
        *submissions.RECORD,
        *approvals.RECORD,
        *reports.RECORD,
        *burden.RECORD,
        *people.RECORD,
        *units.RECORD,
    ]
    hooks.head_figures += [head.alive, late.late, late.approvals, head.vacant]
    hooks.head_waiting += head.WAITING
    hooks.head_behind += late.BEHIND
    hooks.head_series += head.SERIES
    hooks.search_sources += [
        units.find_units,
        people.find_people,
        contact.find_notices,
        directives.find_directives,
        groups.find_groups,
        find_pages,
    ]
