"""What the killed processes of `test_votes_crash` do; see `tests/killing.py`."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from braid.contact.actions import count_ballots, fold_votes, forget_segments, publish_result
from braid.contact.ballot_box import folder, keep_vote
from braid.contact.enums import BallotState
from braid.contact.models import Ballot, Count, FoldedSegment, Nomination, Vote
from braid.kernel import spool
from braid.kernel.access import OPERATOR
from braid.kernel.spool import segments
from tests import factories

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VOTERS = 60


def prepare() -> None:
    """A vote with three candidates; every voter changes her mind again and again."""
    factories.ballot(factories.unit(), BallotState.VOTING, at=NOW)


def vote_and_fold(number: int) -> None:
    """Half of the processes are web workers, half fold what these answered for; all until they are killed."""
    spool.SEGMENT_BYTES = 600
    ballot = Ballot.objects.get()
    choices = list(Nomination.objects.order_by("pk").values_list("pk", flat=True))
    turn = 0
    while True:
        turn += 1
        if number % 2:
            fold_votes(NOW)
        else:
            voter, choice, seconds = (number * 37 + turn) % VOTERS, choices[(number + turn) % 3], time.time()
            keep_vote(ballot.pk, b"%022d" % voter, 5, [choice], network="0a0000", seconds=seconds)
            _tell(voter, int(seconds * 1_000_000), choice)


def judge() -> None:
    """Fold the rest undisturbed: each who was answered has one vote, her latest word or one that was not answered any more."""
    fold_votes(NOW)
    fold_votes(NOW)
    forget_segments(NOW + timedelta(days=2))
    answered: dict[int, tuple[int, int]] = {}
    for line in _log().read_text().splitlines():
        voter, micros, choice = map(int, line.split())
        answered[voter] = max(answered.get(voter, (0, 0)), (micros, choice))
    kept = {int(row.voter): (row.said_at, int(row.choices)) for row in Vote.objects.all()}
    assert Vote.objects.count() == len(kept) <= VOTERS
    for voter, word in answered.items():
        assert kept[voter] == word or kept[voter][0] > word[0], (voter, kept[voter], word)
    assert list(segments(folder())) == []
    assert not FoldedSegment.objects.exists()
    ballot = Ballot.objects.get()
    Ballot.objects.update(state=BallotState.COUNTING)
    publish_result(Ballot.objects.get(), by=OPERATOR, at=NOW)
    count_ballots(NOW)
    counted = dict(Count.objects.values_list("nomination", "votes"))
    assert counted == {
        pk: sum(choice == pk for _at, choice in kept.values()) for pk in {choice for _at, choice in kept.values()}
    }
    ballot.refresh_from_db()
    assert ballot.voters == len(kept)
    print("right", len(answered))


def _tell(*said: int) -> None:
    descriptor = os.open(_log(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, b"%d %d %d\n" % said)
    os.close(descriptor)


def _log() -> Path:
    return Path(os.environ["BRAID_VAR"]) / "told"
