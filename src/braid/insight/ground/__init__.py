"""What the apps below this floor show on the heads' pages; apps beside or above it fill the same hooks in their `ready()`."""

from __future__ import annotations

from braid.insight import hooks
from braid.insight.columns import COLUMNS
from braid.insight.queries.search import find_pages

from . import approvals, contact, groups, head, people, submissions, surveys, units, votes


def fill_hooks() -> None:
    """Called once, when the app is ready."""
    hooks.subtree_columns += [*COLUMNS, *approvals.COLUMNS]
    hooks.today_sources += [
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
        people.waiting_recoveries,
        people.refused_successions,
    ]
    hooks.first_steps += [people.first_steps, contact.first_steps]
    hooks.unit_panels += [
        people.offices,
        contact.sent_and_received,
        groups.groups_of_unit,
        surveys.surveys_of_unit,
        votes.votes_of_unit,
        people.grants,
        units.history,
    ]
    hooks.record_lines += [
        *contact.RECORD,
        *groups.RECORD,
        *surveys.RECORD,
        *votes.RECORD,
        *submissions.RECORD,
        *approvals.RECORD,
        *people.RECORD,
        *units.RECORD,
    ]
    hooks.search_sources += [units.find_units, people.find_people, contact.find_notices, groups.find_groups, find_pages]
    hooks.head_figures += [head.alive, head.vacant]
    hooks.head_waiting += head.WAITING
    hooks.head_series += head.SERIES
