"""What is read about people: persons in scope, lists newest first, headcounts."""

from .headcounts import Headcounts, headcounts, units_with_account
from .lists import count_in, memberships_in, people_named
from .offices import history_of, roster_in, roster_rows, vacancies_in, with_acting
from .persons import (
    grant_for,
    grants_at,
    grants_of,
    holders_at,
    membership_for,
    memberships_of,
    memberships_seen,
    paths_of,
    person_for,
)
from .successions import planned_at, refused_of, succession_for, work_to_pass
from .terms import term_at, term_for, terms_of

__all__ = [
    "Headcounts",
    "count_in",
    "grant_for",
    "grants_at",
    "grants_of",
    "headcounts",
    "history_of",
    "holders_at",
    "membership_for",
    "memberships_in",
    "memberships_of",
    "memberships_seen",
    "paths_of",
    "people_named",
    "person_for",
    "planned_at",
    "refused_of",
    "roster_in",
    "roster_rows",
    "succession_for",
    "term_at",
    "term_for",
    "terms_of",
    "units_with_account",
    "vacancies_in",
    "with_acting",
    "work_to_pass",
]
