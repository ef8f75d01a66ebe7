"""Everything that happens to a vote as a whole: beginning, going on with its days, calling off, publishing; and its votes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.ballot_box import VoteOf, folder, vote_of
from braid.contact.enums import (
    BALLOT_FLOW,
    FEWEST_CANDIDATES,
    LONGEST_VOTE,
    MOST_CHOICES,
    BallotState,
    NominationState,
)
from braid.contact.models import Ballot, Nomination, Trace, Vote
from braid.contact.networks import NOWHERE, slot_of
from braid.contact.rules import can_run_votes_of
from braid.kernel.access import Actor, require
from braid.kernel.bulk import PARAMETERS, insert_rows
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit

from .folding import fold

log = structlog.get_logger(__name__)

BYTES_OF_A_LINE = 80


@dataclass(frozen=True)
class BallotPlan:
    """What a vote is to be. Days are inclusive."""

    title: str
    about: str
    nominations_until: date
    voting_from: date
    voting_until: date
    choices: int = 1


@transaction.atomic
def begin_ballot(unit: Unit, plan: BallotPlan, *, by: Actor, at: datetime) -> Ballot:
    """Begin a vote of `unit`: nominations are open at once.

    Refused when `by` may not run votes there, without title and text, when the days are not in order or past, and when
    voting lasts longer than `LONGEST_VOTE`.
    """
    require(can_run_votes_of(by, unit))
    _check(plan, at=at)
    ballot = Ballot.objects.create(
        unit=unit,
        unit_path=unit.path,
        title=plan.title.strip(),
        about=plan.about.strip(),
        choices=plan.choices,
        nominations_until=plan.nominations_until,
        voting_from=plan.voting_from,
        voting_until=plan.voting_until,
        voter_key=secrets.token_bytes(32),
        begun_at=at,
        begun_by=by if isinstance(by, Person) else None,
    )
    record(unit, Strand.CONTACT, "ballot.begun", by=by, at=at)
    return ballot


@transaction.atomic
def cancel_ballot(ballot: Ballot, *, why: str, by: Actor, at: datetime) -> Ballot:
    """Call `ballot` off for a reason everybody reads; what was voted is never counted and is deleted by a sweep.

    Refused without a reason, once the result is out, and when `by` may not run votes there.
    """
    require(can_run_votes_of(by, ballot.unit))
    if not why.strip():
        raise BadInput(_("Say why: everybody reads it."), fields={"why": _("Write a reason.")})
    BALLOT_FLOW.move(ballot, BallotState.CANCELLED, cancelled_why=why.strip(), voter_key=b"")
    record(ballot.unit, Strand.CONTACT, "ballot.cancelled", by=by, at=at)
    return ballot


@transaction.atomic
def publish_result(ballot: Ballot, *, by: Actor, at: datetime) -> Ballot:
    """Let the votes be counted and the result be seen. The key that leads from a voter to a person is destroyed.

    The counts do not exist before, so whoever publishes, and whoever set votes aside, knew none. Refused before voting is
    over and when `by` may not run votes there.
    """
    require(can_run_votes_of(by, ballot.unit))
    BALLOT_FLOW.move(ballot, BallotState.DECIDED, decided_at=at, voter_key=b"")
    record(ballot.unit, Strand.CONTACT, "ballot.decided", by=by, at=at)
    return ballot


def advance_ballots(at: datetime) -> int:
    """Take every vote to where its days say it is; a round of the worker. Returns how many moved.

    Voting does not begin with fewer than `FEWEST_CANDIDATES`: it waits until a moderator has accepted enough, or calls it off.
    """
    open_ones = Ballot.objects.filter(state__in=_NEXT)
    return sum(_advance(ballot, at) for ballot in open_ones.order_by("pk"))


_NEXT = {
    BallotState.NOMINATING: BallotState.MODERATING,
    BallotState.MODERATING: BallotState.VOTING,
    BallotState.VOTING: BallotState.COUNTING,
}


def _advance(ballot: Ballot, at: datetime) -> bool:
    today = timezone.localdate(at)
    is_due = {
        BallotState.NOMINATING: today > ballot.nominations_until,
        BallotState.MODERATING: today >= ballot.voting_from and _has_candidates(ballot),
        BallotState.VOTING: at >= ballot.voting_ends_at,
    }[BallotState(ballot.state)]
    if is_due:
        BALLOT_FLOW.move(ballot, _NEXT[BallotState(ballot.state)])
    return is_due


def _has_candidates(ballot: Ballot) -> bool:
    standing = Nomination.objects.filter(ballot=ballot, state=NominationState.ACCEPTED)
    return standing.order_by()[:FEWEST_CANDIDATES].count() == FEWEST_CANDIDATES


def merge_ballots(unit: Unit, into: Unit, at: datetime) -> None:
    """In a merge of the tree: the votes of a unit go on at the survivor."""
    Ballot.objects.filter(unit=unit).update(unit=into, unit_path=into.path)


def _check(plan: BallotPlan, *, at: datetime) -> None:
    if not plan.title.strip() or not plan.about.strip():
        raise BadInput(_("Give the vote a title, and say what it is about."), fields={"title": _("Write a title.")})
    if not 1 <= plan.choices <= MOST_CHOICES:
        words = _("Choose a number from 1 to %(most)s.") % {"most": MOST_CHOICES}
        raise BadInput(words, fields={"choices": words})
    in_order = timezone.localdate(at) <= plan.nominations_until < plan.voting_from <= plan.voting_until
    if not in_order or plan.voting_until - plan.voting_from >= LONGEST_VOTE:
        words = _("The days must follow each other: nominations from today on, then voting for at most 60 days.")
        raise BadInput(words, fields={"voting_until": words})


def record_votes(batch: Iterable[VoteOf]) -> int:
    """Write the votes of `batch` that a ballot takes, and return how many; call it inside a transaction.

    Of one voter the later word stands, in whatever order words come and however often: so one person has one vote. Votes
    for a ballot that was counted or called off are left out, and logged. Who may vote was asked when the paper was made.
    """
    latest = {(vote.ballot, vote.voter): vote for vote in sorted(batch, key=_moment_of)}
    taking = _taking({ballot for ballot, _voter in latest})
    votes = [vote for key, vote in sorted(latest.items()) if vote.ballot in taking]
    if len(votes) < len(latest):
        log.warning("votes.left_out", votes=len(latest) - len(votes))
    _write(votes)
    return len(votes)


def fold_votes(at: datetime) -> int:
    """Put what waits in the spool of votes into the database; a round of the worker. Returns the lines it took."""

    def prepare(lines: list[bytes]) -> Callable[[], object]:
        votes = [vote for vote in map(vote_of, lines) if vote]
        return lambda: record_votes(votes)

    return fold(folder(), prepare, line_bytes=BYTES_OF_A_LINE, at=at)


def _moment_of(vote: VoteOf) -> tuple[int, tuple[int, ...]]:
    """What decides between two words of one voter; the choices only where both came within a microsecond."""
    return vote.micros, vote.choices


def _taking(ballots: set[int]) -> set[int]:
    """Those of `ballots` that still take votes: voting has begun, and they are not counted yet.

    Read in the transaction that writes: a vote that was answered for is counted though its line came late.
    """
    begun = (BallotState.VOTING, BallotState.COUNTING, BallotState.DECIDED)
    rows = Ballot.objects.filter(pk__in=ballots, state__in=begun, counted_at=None)
    return set(rows.select_for_update().values_list("pk", flat=True))


def _write(votes: list[VoteOf]) -> None:
    rows = [(v.ballot, v.voter, " ".join(map(str, v.choices)), v.level, v.micros) for v in votes]
    together = PARAMETERS // 5
    with connection.cursor() as cursor:
        for start in range(0, len(rows), together):
            part = rows[start : start + together]
            cursor.execute(
                _UPSERT.format(values=", ".join([_ROW] * len(part))), [value for row in part for value in row]
            )
    traces = ((slot_of(v.micros), v.ballot, v.network, v.voter) for v in votes if v.network != NOWHERE)
    insert_rows(Trace, ("slot", "ballot_id", "network", "voter"), traces, ignore_conflicts=True)


_ROW = "(%s, %s, %s, %s, %s, NULL)"
_UPSERT = f"""
    INSERT INTO {Vote._meta.db_table} AS kept (ballot_id, voter, choices, level, said_at, burst_id) VALUES {{values}}
    ON CONFLICT (ballot_id, voter) DO UPDATE
    SET choices = excluded.choices, level = excluded.level, said_at = excluded.said_at, burst_id = NULL
    WHERE excluded.said_at > kept.said_at OR (excluded.said_at = kept.said_at AND excluded.choices > kept.choices)
"""  # noqa: S608 (own names)
