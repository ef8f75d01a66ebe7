"""Votes: 3.4 million in 20 days, peaks of 200 a second: the address they are sent to, the fold behind it, and the count."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from bench.goal05_receipts import _peer
from braid.config.servers import default_workers
from braid.contact.actions import (
    BallotPlan,
    advance_ballots,
    answer_nomination,
    begin_ballot,
    count_ballots,
    fold_votes,
    nominate,
    note_bursts,
    publish_result,
)
from braid.contact.ballot_box import folder, keep_vote, voter_of
from braid.contact.models import Ballot, Nomination, Vote
from braid.contact.tokens import Paper, paper_of
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit

from .report import Line
from .serving import Pressed, Request, press, served
from .timing import say, took
from .world import World

CANDIDATES = 40
PAPERS = 20_000
VOTES = 3_400_000
DAYS = 20
PEAK = 200
"""Votes a second at the busiest."""


def run(world: World) -> Iterator[Line]:
    world.people()
    path = Path(os.environ["BRAID_VAR"])
    ballot, choices = _begin()
    seconds = world.scale.http_seconds
    ours, peer = _ours(_asked(ballot, choices), seconds, path), _peer(seconds, path)
    yield Line(
        "votes",
        "the address votes are sent to, against session + get_or_create",
        str(ours),
        str(peer),
        ours.rate / peer.rate,
        ">= 4",
        "each answered when it is on disk",
    )
    yield Line("votes", "that address against the peak", str(ours), f"{PEAK}/s", ours.rate / PEAK, ">= 5")
    total = VOTES if world.scale.facts >= 100_000 else 20_000
    rate = _fold(ballot, choices, total)
    note = "all of them folded, none extrapolated" if total == VOTES else f"{total:,} folded"
    yield Line("votes", f"fold of {total:,} votes", f"{rate:,.0f}/s", f"{PEAK}/s", rate / PEAK, ">= 10", note)
    both = 1 / (1 / ours.rate + 1 / rate)
    yield Line(
        "votes",
        f"{VOTES:,} votes taken in and folded one after the other, against the {DAYS} days they come in",
        f"{VOTES / both / 3600:.1f} h",
        f"{DAYS * 24} h",
        VOTES / both / 3600 / (DAYS * 24),
        "<= 0.1",
        f"from the two rates above: {both:,.0f}/s; the peak is {PEAK}/s",
    )
    with took() as taken:
        _count(ballot, total)
    yield Line("votes", f"count of {total:,} votes", f"{taken.seconds:.1f} s", "60 s", taken.seconds / 60, "<= 1")


def _begin() -> tuple[Ballot, list[int]]:
    """A vote of the whole federation that runs."""
    now = datetime.now(UTC)
    at = now - timedelta(days=3)
    on = timezone.localdate(at)
    days = [on, on + timedelta(days=1), on + timedelta(days=1 + DAYS)]
    ballot = begin_ballot(Unit.objects.get(depth=0), BallotPlan("Bench", "x", *days, choices=3), by=OPERATOR, at=at)
    people = Person.objects.order_by("pk")[:CANDIDATES]
    made = [nominate(ballot, name=f"{one}", words="x", is_self=True, by=one, at=at) for one in people]
    for one in made:
        answer_nomination(one, accepts=True, answer="", by=OPERATOR, at=at)
    for day in range(4):
        advance_ballots(at + timedelta(days=day))
    return Ballot.objects.get(pk=ballot.pk), list(Nomination.objects.filter(ballot=ballot).values_list("pk", flat=True))


def _asked(ballot: Ballot, choices: list[int]) -> list[Request]:
    until = int(ballot.voting_ends_at.timestamp())
    return [
        Request("/v/", "POST", f"t={_paper(ballot, number, until)}&c={choices[number % CANDIDATES]}")
        for number in range(PAPERS)
    ]


def _paper(ballot: Ballot, number: int, until: int) -> str:
    return paper_of(Paper(ballot.pk, voter_of(ballot, number).encode(), 5, ballot.choices, until))


def _ours(asked: list[Request], seconds: int, path: Path) -> Pressed:
    say("the product's address for votes")
    with served("braid.config.wsgi:application", workers=default_workers(), threads=4) as address:
        return press(address, asked, seconds=seconds, folder=path)


def _fold(ballot: Ballot, choices: list[int], total: int) -> float:
    """Votes folded a second, from the spool into rows and traces; what was pressed is folded before."""
    while fold_votes(datetime.now(UTC)):
        pass
    Vote.objects.filter(ballot=ballot).delete()
    spent = 0.0
    for start in range(0, total, 100_000):
        end = min(start + 100_000, total)
        _spool(ballot, choices, start, end)
        with took() as taken:
            while fold_votes(datetime.now(UTC)):
                pass
            note_bursts(datetime.now(UTC) + timedelta(hours=1))
        spent += taken.seconds
        say(f"folded {end:,}: {(end - start) / taken.seconds:,.0f}/s")
    written = Vote.objects.filter(ballot=ballot).count()
    assert written == total, (written, total)
    return total / spent


def _spool(ballot: Ballot, choices: list[int], start: int, end: int) -> None:
    """Lines as web processes leave them, without waiting for the disk at each."""
    now = time.time()
    keep_vote(ballot.pk, voter_of(ballot, start).encode(), 5, choices[:1], network="0a0000", seconds=now)
    path = folder() / f"0-bench-{start}.lines"
    with path.open("w") as file:
        for number in range(start, end):
            picked = sorted({choices[number * step % 97 % CANDIDATES] for step in (1, 2, 3)})
            said = ",".join(map(str, picked))
            name = voter_of(ballot, number)
            file.write(
                f"{ballot.pk} {name} {2 + number % 5} {int(now * 1_000_000) + 1} {number % 30_000:016x} {said}\n"
            )


def _count(ballot: Ballot, total: int) -> None:
    """The one pass over all votes, as the worker makes it when the result is published."""
    at = ballot.voting_ends_at + timedelta(minutes=1)
    advance_ballots(at)
    publish_result(Ballot.objects.select_related("unit").get(pk=ballot.pk), by=OPERATOR, at=at)
    while fold_votes(at):
        pass
    assert count_ballots(at) == 1
    ballot.refresh_from_db()
    assert ballot.voters == total, ballot.voters
