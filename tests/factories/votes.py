"""Votes at any point of their way, taken there by the product's own actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from braid.contact.actions import BallotPlan, advance_ballots, answer_nomination, begin_ballot, nominate
from braid.contact.enums import BallotState
from braid.contact.models import Ballot, Nomination
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit

from .people import member


def ballot(
    unit: Unit,
    state: BallotState = BallotState.NOMINATING,
    *,
    candidates: int = 3,
    choices: int = 1,
    at: datetime | None = None,
) -> Ballot:
    """A vote of `unit` that has come to `state` by `at` (now), with `candidates` standing once it is moderated."""
    at = at or timezone.now()
    ago = {"nominating": 1, "moderating": 3, "voting": 5, "counting": 13}[state]
    begun = at - timedelta(days=ago)
    first = timezone.localdate(begun)
    days = [first + timedelta(days=number) for number in (2, 4, 11)]
    made = begin_ballot(unit, BallotPlan("Families", "Who is kind", *days, choices=choices), by=OPERATOR, at=begun)
    for number in range(candidates if state != BallotState.NOMINATING else 0):
        candidate(made, f"Candidate {number + 1}", at=begun)
    for day in range(ago + 1):
        advance_ballots(begun + timedelta(days=day))
    made.refresh_from_db()
    assert made.state == state, (made.state, state)
    return made


def nomination(
    ballot: Ballot,
    name: str = "Li family",
    *,
    by: Person | None = None,
    is_self: bool = True,
    at: datetime | None = None,
) -> Nomination:
    """Somebody put forward, by herself unless said otherwise."""
    at = at or ballot.begun_at
    by = by or member(ballot.unit)
    return nominate(ballot, name=name, words=f"{name} helps", is_self=is_self, by=by, at=at)


def candidate(ballot: Ballot, name: str, *, at: datetime | None = None) -> Nomination:
    """Somebody who stands."""
    at = at or ballot.begun_at
    made = nomination(ballot, name, at=at)
    return answer_nomination(made, accepts=True, answer="", by=OPERATOR, at=at)
