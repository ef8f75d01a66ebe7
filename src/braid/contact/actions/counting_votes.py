"""What happens to votes around their counting: bursts noted and set aside, the count made once, votes forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from braid.contact.ballot_box import folder
from braid.contact.enums import BURST_FROM, LATE_LINES, OBJECTION, BallotState, NominationState
from braid.contact.models import Ballot, Burst, Count, Nomination, Trace, Vote
from braid.contact.networks import slot_began, slot_of
from braid.contact.rules import can_run_votes_of
from braid.kernel.access import Actor, require
from braid.kernel.bulk import insert_rows
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person

from .folding import is_all_folded

SLICE = 2_000
"""Rows deleted in one transaction, so that nobody waits for it on SQLite."""


def note_bursts(at: datetime) -> int:
    """Note which networks unusually many voters came from in slots that are over, and forget all networks of these slots.

    A round of the worker; returns how many traces it deleted. A burst keeps when and how many, and its votes know that they
    belong to it; the network is in neither.
    """
    over = slot_of(int((at - LATE_LINES).timestamp() * 1_000_000))
    done = sum(_note(*group) for group in _groups(over))
    while deleted := _forget_traces(over):
        done += deleted
    return done


def _forget_traces(over: int) -> int:
    """Delete at most `SLICE` traces of slots before `over`; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_TRACES, [over, SLICE])
        return int(cursor.rowcount)


_FORGET_TRACES = """
    DELETE FROM contact_trace WHERE (slot, ballot_id, network, voter) IN
    (SELECT slot, ballot_id, network, voter FROM contact_trace WHERE slot < %s LIMIT %s)
"""
"""By hand: a list of keys of four columns is more than SQLite takes in one expression."""


def _groups(over: int) -> list[tuple[int, int, str, int]]:
    """Slot, ballot, network and number of voters, wherever there are unusually many."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [over, BURST_FROM])
        return [(slot, ballot, network, voters) for slot, ballot, network, voters in cursor.fetchall()]


_GROUPS = """
    SELECT slot, ballot_id, network, COUNT(*) FROM contact_trace WHERE slot < %s
    GROUP BY slot, ballot_id, network HAVING COUNT(*) >= %s ORDER BY slot, ballot_id
"""


@transaction.atomic
def _note(slot: int, ballot: int, network: str, voters: int) -> int:
    """One burst, its votes marked, its traces gone, all at once; a vote that was changed since belongs to it no more."""
    begins_at = datetime.fromtimestamp(slot_began(slot), UTC)
    burst = Burst.objects.create(ballot_id=ballot, begins_at=begins_at, voters=voters)
    traces = Trace.objects.filter(slot=slot, ballot=ballot, network=network)
    until = slot_began(slot + 1) * 1_000_000
    marked = Vote.objects.filter(ballot=ballot, voter__in=traces.values("voter"), said_at__lt=until)
    marked.update(burst=burst)
    return traces.delete()[0]


@transaction.atomic
def set_burst_aside(burst: Burst, *, why: str, by: Actor, at: datetime) -> Burst:
    """Let the votes of a burst not count, for a reason that stands in the result. They stay where they are.

    Refused without a reason, when it is set aside already, once the result is out, and when `by` may not run votes there.
    """
    require(can_run_votes_of(by, burst.ballot.unit))
    if not why.strip():
        raise BadInput(_("Say why: it stands in the result."), fields={"why": _("Write a reason.")})
    open_ones = Burst.objects.filter(pk=burst.pk, set_aside_at=None, ballot__state__in=_UNDECIDED)
    said = {"set_aside_at": at, "set_aside_by": by if isinstance(by, Person) else None, "why": why.strip()}
    if not open_ones.update(**said):
        raise WrongState(_("These votes cannot be set aside any more."))
    burst.refresh_from_db()
    return burst


_UNDECIDED = (BallotState.VOTING, BallotState.COUNTING)


def count_ballots(at: datetime) -> int:
    """Count the votes whose result was published, once nothing of them waits in the spool; a round of the worker.

    Returns how many ballots it counted. Reading millions of votes holds nobody up: only the counts are written.
    """
    waiting = list(Ballot.objects.filter(state=BallotState.DECIDED, counted_at=None))
    if not waiting or not is_all_folded(folder()):
        return 0
    for ballot in waiting:
        _count(ballot, at)
    return len(waiting)


def _count(ballot: Ballot, at: datetime) -> None:
    standing = set(
        Nomination.objects.filter(ballot=ballot, state=NominationState.ACCEPTED).values_list("pk", flat=True)
    )
    counted: Counter[tuple[int, int]] = Counter()
    voters = aside = 0
    for choices, level, is_aside, votes in _chosen(ballot):
        chosen = standing.intersection(map(int, choices.split()))
        if is_aside:
            aside += votes
        elif chosen:
            voters += votes
            counted.update({(nomination, level): votes for nomination in chosen})
    rows = [(nomination, level, votes) for (nomination, level), votes in sorted(counted.items())]
    with transaction.atomic():
        free = Ballot.objects.filter(pk=ballot.pk, counted_at=None)
        if free.update(counted_at=at, voters=voters, set_aside=aside):
            insert_rows(Count, ("nomination_id", "level", "votes"), rows)


def _chosen(ballot: Ballot) -> Iterator[tuple[str, int, bool, int]]:
    """What was chosen, by which level, whether it is set aside, and how often."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, [ballot.pk])
        while rows := cursor.fetchmany(SLICE):
            yield from rows


_CHOSEN = """
    SELECT choices, level, set_aside_at IS NOT NULL AS aside, COUNT(*)
    FROM contact_vote LEFT JOIN contact_burst ON contact_burst.id = burst_id
    WHERE contact_vote.ballot_id = %s GROUP BY choices, level, aside
"""


def forget_votes(at: datetime) -> int:
    """Delete the votes of ballots that were decided so long ago that nobody counts again, or called off; a sweep.

    Returns how many it deleted. Counts and result stay.
    """
    over = Ballot.objects.filter(state=BallotState.DECIDED, counted_at__lt=at - OBJECTION)
    done = 0
    for ballot in [*over, *Ballot.objects.filter(state=BallotState.CANCELLED)]:
        while voters := list(Vote.objects.filter(ballot=ballot).values_list("voter", flat=True)[:SLICE]):
            done += Vote.objects.filter(ballot=ballot, voter__in=voters).delete()[0]
    return done
