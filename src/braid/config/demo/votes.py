"""The demo's votes: one that is decided, with tens of thousands of votes and a burst, and one that runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from braid.contact.actions import (
    BallotPlan,
    advance_ballots,
    answer_nomination,
    begin_ballot,
    call_juror,
    count_ballots,
    nominate,
    note_bursts,
    publish_result,
    record_votes,
    score_candidates,
    set_burst_aside,
)
from braid.contact.ballot_box import VoteOf, voter_of
from braid.contact.models import Ballot, Burst
from braid.kernel.access import AFTER_DESCENDANTS, OPERATOR
from braid.people.models import Membership, Person
from braid.units.models import Unit

from .people import is_chinese
from .stages import Stage, in_slices
from .texts import VoteTexts, vote_texts_for

VOTERS = 20_000
SLICE = 4_000
ONE_HALL = 300
"""So many of them vote from one network within a few minutes."""
BEGAN = timedelta(days=45)
"""How long ago the decided one began: nominations took 10 days, voting 20."""


def hold_votes(stage: Stage, *, line: list[int], at: datetime) -> None:
    """A vote of the whole federation, decided, and one of the second level that runs now."""
    began = at - BEGAN
    texts = vote_texts_for(chinese=is_chinese())
    if not stage["ballot"]:
        with transaction.atomic():
            _begin(Unit.objects.get(pk=line[min(1, len(line) - 1)]), texts, texts.running, at=at - timedelta(days=15))
            stage.remember(ballot=_begin(Unit.objects.get(pk=line[0]), texts, texts.decided, at=began).pk)
    ballot = Ballot.objects.select_related("unit").get(pk=stage["ballot"])
    voters = list(_voters(ballot))
    choices = list(ballot.nominations.order_by("pk").values_list("pk", flat=True))
    opened = ballot.voting_begins_at
    for moment in (opened - timedelta(days=1), opened):  # nominations are looked through, then voting begins
        advance_ballots(moment)

    def write(start: int, end: int) -> None:
        record_votes(_vote(ballot, number, *voters[number], choices, opened) for number in range(start, end))

    in_slices(stage, len(voters), SLICE, write)
    if not stage["decided"]:
        with transaction.atomic():
            _decide(ballot, texts, at=ballot.voting_ends_at)
            stage.remember(decided=True)
    for day in range(16):
        advance_ballots(at - timedelta(days=15 - day))


def _begin(unit: Unit, texts: VoteTexts, title: str, *, at: datetime) -> Ballot:
    """Begun with its candidates accepted, so that voting begins by its days."""
    on = timezone.localdate(at)
    nominations, first, last = (on + timedelta(days=number) for number in (8, 11, 30))
    ballot = begin_ballot(unit, BallotPlan(title, texts.about, nominations, first, last, choices=3), by=OPERATOR, at=at)
    people = (
        Person.objects.filter(memberships__unit_path__gte=unit.path).order_by("pk").distinct()[: len(texts.families)]
    )
    for person, (name, words) in zip(people, texts.families, strict=False):
        made = nominate(ballot, name=name, words=words, is_self=True, by=person, at=at)
        answer_nomination(made, accepts=True, answer="", by=OPERATOR, at=at)
    return ballot


def _voters(ballot: Ballot) -> Iterator[tuple[int, int]]:
    """Person and level of those who vote, the same in every run."""
    top = ballot.unit_path
    held = Membership.objects.filter(
        unit_path__gte=top, unit_path__lt=top + AFTER_DESCENDANTS, until=None, person__account__isnull=False
    )
    yield from held.order_by("pk").values_list("person", "unit__level")[:VOTERS]


def _vote(ballot: Ballot, number: int, person: int, level: int, choices: list[int], opened: datetime) -> VoteOf:
    """What somebody chose: early candidates are liked a little better, and the first voters stand in one hall."""
    in_hall = number < ONE_HALL
    seconds = number % 60 if in_hall else 7_200 + number * 7_919 % 1_600_000
    mark = "hall" if in_hall else f"{number % 5_000:x}"
    chosen = {choices[number * number * step % 97 % len(choices)] for step in (1, 2, 3)}
    micros = int((opened + timedelta(seconds=seconds)).timestamp() * 1_000_000)
    return VoteOf(ballot.pk, voter_of(ballot, person), level, micros, mark, tuple(sorted(chosen)))


def _decide(ballot: Ballot, texts: VoteTexts, *, at: datetime) -> None:
    """Voting ends, the hall is set aside, the jury scores, and everything is counted."""
    note_bursts(at)
    for day in range(40):
        advance_ballots(at - timedelta(days=30 - day))
    ballot.refresh_from_db()
    for burst in Burst.objects.filter(ballot=ballot, set_aside_at=None).select_related("ballot__unit"):
        set_burst_aside(burst, why=texts.aside, by=OPERATOR, at=at)
    standing = list(ballot.nominations.order_by("pk").values_list("pk", flat=True))
    judges = Person.objects.filter(memberships__unit=ballot.unit).order_by("pk").distinct()[:3]
    for place, person in enumerate(judges):
        scores = {pk: 6 + (pk * 3 + place) % 5 for pk in standing}
        score_candidates(call_juror(ballot, person, by=OPERATOR), scores)
    publish_result(ballot, by=OPERATOR, at=at)
    count_ballots(at)
