"""Whatever voters do and however lines of the spool come, one person has one vote: her latest word, counted once."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from braid.contact.actions import count_ballots, publish_result, record_votes
from braid.contact.ballot_box import VoteOf
from braid.contact.enums import BallotState
from braid.contact.models import Ballot, Vote
from braid.contact.queries.votes import result_of
from braid.kernel.access import OPERATOR
from tests import factories

words = st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 2))
"""Voter, moment, candidate."""
batches = st.lists(st.lists(words, max_size=5), max_size=6)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(batches=[[(0, 3, 0), (0, 5, 1)], [(0, 4, 2)], [(0, 5, 1), (0, 3, 0)]])
@given(batches=batches)
def test_the_latest_word_of_each_stands_and_is_counted_once(batches: list[list[tuple[int, int, int]]]) -> None:
    with transaction.atomic():
        _run(batches)
        transaction.set_rollback(True)


def _run(batches: list[list[tuple[int, int, int]]]) -> None:
    """Write the batches, all of them once more backwards, as after crashes; compare with a model and count."""
    ballot = factories.ballot(factories.unit(), BallotState.VOTING)
    standing = list(ballot.nominations.order_by("pk").values_list("pk", flat=True))
    model: dict[str, tuple[int, int]] = {}
    said = [[_said(ballot, standing, *word) for word in batch] for batch in batches]
    for batch in [*said, *said[::-1]]:
        record_votes(batch)
        for vote in batch:
            model[vote.voter] = max(model.get(vote.voter, (-1, 0)), (vote.micros, vote.choices[0]))
        kept = {row.voter: (row.said_at, int(row.choices)) for row in Vote.objects.filter(ballot=ballot)}
        assert kept == model
    assert _counted(ballot) == {pk: sum(choice == pk for _at, choice in model.values()) for pk in standing}


def _said(ballot: Ballot, standing: list[int], voter: int, moment: int, candidate: int) -> VoteOf:
    return VoteOf(ballot.pk, f"{voter:022}", 5, moment, "-", (standing[candidate],))


def _counted(ballot: Ballot) -> dict[int, int]:
    """The result, after everything is over."""
    Ballot.objects.filter(pk=ballot.pk).update(state=BallotState.COUNTING)
    decided = publish_result(
        Ballot.objects.select_related("unit").get(pk=ballot.pk), by=OPERATOR, at=ballot.voting_ends_at
    )
    count_ballots(ballot.voting_ends_at)
    decided.refresh_from_db()
    result = result_of(decided)
    assert result
    return {line.candidate.pk: line.votes for line in result.lines}
