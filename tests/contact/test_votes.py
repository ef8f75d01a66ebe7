"""Votes: the days they go by, one person one vote, nothing told while they come in, bursts, the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.contact import ballot_box, networks
from braid.contact.actions import (
    BallotPlan,
    advance_ballots,
    begin_ballot,
    call_juror,
    cancel_ballot,
    count_ballots,
    fold_votes,
    forget_votes,
    note_bursts,
    publish_result,
    record_votes,
    score_candidates,
    set_burst_aside,
    take_consent_back,
)
from braid.contact.ballot_box import VoteOf, keep_vote, voter_of
from braid.contact.enums import BURST_FROM, OBJECTION, BallotState
from braid.contact.models import Ballot, Burst, Count, Nomination, Trace, Vote
from braid.contact.networks import forget_salts, mark_of, network_of
from braid.contact.queries import votes as queries
from braid.contact.queries.votes import ballot_for, candidates_for, paper_for, result_of, told_by_level
from braid.contact.tokens import read_paper
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.spool import segments
from braid.people.models import Person
from braid.units.actions import merge_units
from tests import factories
from tests.clients import client_of


def vote(person: Person, ballot: Ballot, *choices: Nomination, address: str = "192.0.2.7") -> str:
    """What `person` is told when she sends her paper back with these candidates."""
    client = client_of(person)
    page = client.get(reverse("ballot", args=[ballot.pk])).content.decode()
    found = re.search(r'name="t" value="([^"]+)"', page)
    body = "&".join([f"t={found[1] if found else ''}", *(f"c={one.pk}" for one in choices)])
    answer = client.post("/v/", body, content_type="application/x-www-form-urlencoded", REMOTE_ADDR=address)
    return answer.headers.get("Location", "").rpartition("=")[2] or str(answer.status_code)


def candidates(ballot: Ballot) -> list[Nomination]:
    return list(ballot.nominations.order_by("pk"))


def close(ballot: Ballot) -> datetime:
    """To the end of voting; returns the moment."""
    at = ballot.voting_ends_at + timedelta(minutes=5)
    advance_ballots(at)
    ballot.refresh_from_db()
    return at


def decide(ballot: Ballot) -> None:
    """Publish and count."""
    at = close(ballot)
    publish_result(ballot, by=OPERATOR, at=at)
    fold_votes(at)
    assert count_ballots(at) == 1
    ballot.refresh_from_db()


def votes_of(ballot: Ballot) -> dict[str, int]:
    result = result_of(ballot)
    assert result
    return {line.candidate.name: line.votes for line in result.lines}


def test_a_vote_goes_by_its_days(world: SimpleNamespace, now: datetime) -> None:
    on = timezone.localdate(now)
    days = [on + timedelta(days=number) for number in (1, 3, 5)]
    ballot = begin_ballot(world.county, BallotPlan("A", "B", *days), by=world.heads["county"], at=now)
    states = []
    for day in range(8):
        if day == 3:
            for number in range(2):
                made = Nomination.objects.create(
                    ballot=ballot,
                    name=f"{number}",
                    words="x",
                    state="accepted",
                    nominated_at=now,
                    consented_at=now,
                    consent_key=f"{number:020}",
                )
                assert made.pk
        advance_ballots(now + timedelta(days=day))
        ballot.refresh_from_db()
        states.append(str(ballot.state))
    assert states == ["nominating"] * 2 + ["moderating"] + ["voting"] * 3 + ["counting"] * 2


def test_voting_waits_for_two_candidates(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.MODERATING, candidates=1)
    later = timezone.now() + timedelta(days=2)
    assert advance_ballots(later) == 0
    Nomination.objects.create(
        ballot=ballot,
        name="2",
        words="x",
        state="accepted",
        nominated_at=later,
        consented_at=later,
        consent_key="k" * 20,
    )
    assert advance_ballots(later) == 1


@pytest.mark.parametrize("days", [(-1, 3, 5), (3, 3, 5), (1, 5, 4), (1, 2, 80)])
def test_days_must_be_in_order(days: tuple[int, int, int], world: SimpleNamespace, now: datetime) -> None:
    on = timezone.localdate(now)
    plan = BallotPlan("A", "B", *(on + timedelta(days=day) for day in days))
    with pytest.raises(BadInput):
        begin_ballot(world.county, plan, by=world.heads["county"], at=now)


def test_only_who_runs_votes_there_begins_one(world: SimpleNamespace, now: datetime) -> None:
    on = timezone.localdate(now)
    plan = BallotPlan("A", "B", on, on + timedelta(days=1), on + timedelta(days=2))
    for person in (world.heads["village"], world.heads["other"], world.liaisons["county"]):
        with pytest.raises(NotAllowed):
            begin_ballot(world.county, plan, by=person, at=now)


def test_one_person_one_vote_which_she_may_change(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    first, second, _third = candidates(ballot)
    assert vote(her, ballot, first) == "kept"
    assert vote(her, ballot, first) == "kept"
    assert fold_votes(timezone.now()) == 2
    assert vote(her, ballot, second) == "kept"
    fold_votes(timezone.now())
    assert Vote.objects.count() == 1
    page = client_of(her).get(reverse("ballot", args=[ballot.pk])).content.decode()
    assert f'value="{second.pk}" checked' in page
    assert f'value="{first.pk}" checked' not in page
    decide(ballot)
    assert votes_of(ballot) == {"Candidate 1": 0, "Candidate 2": 1, "Candidate 3": 0}
    assert ballot.voters == 1


def test_too_many_none_and_late_are_told_in_words(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING, choices=2)
    her = factories.member(world.village)
    assert vote(her, ballot) == "none"
    assert vote(her, ballot, *candidates(ballot)) == "many"
    assert vote(her, ballot, *candidates(ballot)[:2]) == "kept"
    page = client_of(her).get(reverse("ballot", args=[ballot.pk]), {"said": "many"}).content.decode()
    assert "You ticked too many" in page
    client = client_of(her)
    body = f"t={paper(her, ballot)}&c={candidates(ballot)[0].pk}"
    Ballot.objects.update(
        voting_until=timezone.localdate() - timedelta(days=1), nominations_until="2026-01-01", voting_from="2026-01-02"
    )
    ballot.refresh_from_db()
    late = f"t={paper(her, ballot)}&c={candidates(ballot)[0].pk}"
    answer = client.post("/v/", late, content_type="application/x-www-form-urlencoded")
    assert answer.headers["Location"].endswith("said=late")
    assert body != late
    assert client.post("/v/", "t=x&c=1", content_type="application/x-www-form-urlencoded").status_code == 403
    assert client.post("/v/", "t=" + "x" * 2000, content_type="application/x-www-form-urlencoded").status_code == 413


def paper(person: Person, ballot: Ballot) -> str:
    _found, standing = ballot_for(person, ballot.pk, on=timezone.localdate())
    return paper_for(person, ballot, standing)


def test_the_answer_needs_no_query(world: SimpleNamespace, django_assert_num_queries: Callable[[int], object]) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    body = f"t={paper(her, ballot)}&c={candidates(ballot)[0].pk}"
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert Client().post("/v/", body, content_type="application/x-www-form-urlencoded").status_code == 303


def test_who_is_not_below_gets_no_paper(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    for stranger in (factories.member(world.other), factories.person()):
        assert client_of(stranger).get(reverse("ballot", args=[ballot.pk])).status_code == 404
    above = client_of(world.heads["province"]).get(reverse("ballot", args=[ballot.pk])).content.decode()
    assert 'name="t" value=""' in above  # she runs votes there, and is not in the county


def test_nothing_kept_names_a_person(world: SimpleNamespace) -> None:
    """The row is kept under a name that only the key of the ballot leads back from, and the key goes with the result."""
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    vote(her, ballot, candidates(ballot)[0])
    fold_votes(timezone.now())
    row = Vote.objects.get()
    assert row.voter == voter_of(ballot, her.pk)
    assert str(her.pk) not in {row.voter, row.choices}
    decide(ballot)
    assert bytes(ballot.voter_key) == b""
    assert voter_of(ballot, her.pk) != row.voter


def test_the_order_is_hers_and_stays(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING, candidates=6)
    people = [factories.member(world.village) for _ in range(6)]
    orders = [[one.pk for one in candidates_for(person, ballot)] for person in people]
    assert orders == [[one.pk for one in candidates_for(person, ballot)] for person in people]
    assert len({tuple(order) for order in orders}) > 3


def test_lines_in_any_order_end_as_the_latest_word(world: SimpleNamespace) -> None:
    """Folded late, twice and backwards; `tests/properties/test_votes.py` takes any order."""
    ballot = factories.ballot(world.county, BallotState.VOTING)
    first, second, _third = candidates(ballot)
    words = [
        VoteOf(ballot.pk, "a" * 22, 5, moment, "-", (one.pk,)) for moment, one in ((3, first), (9, second), (5, first))
    ]
    for batch in (words[1:2], words[:1], words, words[::-1]):
        record_votes(batch)
    row = Vote.objects.get()
    assert (row.said_at, row.choices) == (9, str(second.pk))


def test_broken_lines_and_votes_for_what_is_over_are_left_out(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    vote(her, ballot, candidates(ballot)[0])
    folder = ballot_box.folder()
    (folder / "0-x.lines").write_bytes(b"nonsense\n1 2\n999 aaaa 1 1 - 1\n")
    fold_votes(timezone.now())
    assert Vote.objects.count() == 1
    cancel_ballot(ballot, why="A mistake", by=OPERATOR, at=timezone.now())
    assert forget_votes(timezone.now()) == 1
    keep_vote(ballot.pk, b"b" * 22, 5, [1], network="", seconds=timezone.now().timestamp())
    fold_votes(timezone.now())
    assert not Vote.objects.exists()


def test_a_full_disk_is_told(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdatasync", full)
    assert vote(her, ballot, candidates(ballot)[0]) == "failed"


# Nothing is told while votes come in.

AGGREGATE = re.compile(r"(COUNT|SUM|AVG)\s*\(|GROUP BY", re.I)


def what_pages_ask_of_votes(world: SimpleNamespace, ballot: Ballot) -> list[str]:
    """Every statement about votes or counts that is not "what did I choose", on all pages of everybody."""
    wrong = []
    people = [world.heads["county"], world.heads["nation"], factories.member(world.village), world.liaisons["county"]]
    pages = [("ballot", ballot.pk), ("ballot_run", ballot.pk), ("ballot_jury", ballot.pk), ("votes_mine",), ("today",)]
    pages += [("my_unit", world.county.code), ("subtree", world.county.code)]
    for person in people:
        client = client_of(person)
        for name, *args in pages:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(reverse(name, args=args))
            for query in asked.captured_queries:
                sql = query["sql"]
                of_votes = "contact_vote" in sql or "contact_count" in sql or "contact_trace" in sql
                if of_votes and (AGGREGATE.search(sql) or '"contact_vote"."voter" =' not in sql):
                    wrong.append(f"{name}: {sql}")
    return wrong


def test_nobody_is_told_a_count_while_votes_come_in(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    call_juror(ballot, world.heads["county"], by=OPERATOR)
    for _ in range(3):
        vote(factories.member(world.village), ballot, candidates(ballot)[0])
    fold_votes(timezone.now())
    assert what_pages_ask_of_votes(world, ballot) == []
    at = close(ballot)
    assert count_ballots(at) == 0
    assert result_of(ballot) is None
    assert not Count.objects.exists()
    assert what_pages_ask_of_votes(world, ballot) == []


def test_a_page_that_counted_would_be_found(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: whoever runs the vote is shown how many voted."""
    ballot = factories.ballot(world.county, BallotState.VOTING)
    right = queries.bursts_of

    def counting(found: Ballot) -> list[Burst]:
        Vote.objects.filter(ballot=found).count()
        return right(found)

    monkeypatch.setattr("braid.contact.views.running_votes.bursts_of", counting)
    assert any(said.startswith("ballot_run") for said in what_pages_ask_of_votes(world, ballot))


def test_counts_cannot_be_written_before_the_result(world: SimpleNamespace) -> None:
    """Also by hand: the database does not take a ballot that is counted and not decided."""
    from django.db import IntegrityError, transaction

    ballot = factories.ballot(world.county, BallotState.VOTING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.filter(pk=ballot.pk).update(counted_at=timezone.now())
    with pytest.raises(WrongState):
        publish_result(ballot, by=OPERATOR, at=timezone.now())


# The result.


def test_the_result_stands_beside_the_jury_and_hides_small_numbers(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    first, second, third = candidates(ballot)
    moment = int(timezone.now().timestamp() * 1_000_000)
    record_votes(
        [VoteOf(ballot.pk, f"v{number:021}", 5, moment, "-", (first.pk,)) for number in range(25)]
        + [VoteOf(ballot.pk, f"w{number:021}", 4, moment, "-", (second.pk, first.pk)) for number in range(12)]
        + [VoteOf(ballot.pk, f"x{number:021}", 3, moment, "-", (third.pk, 999_999)) for number in range(4)]
        + [VoteOf(ballot.pk, f"y{number:021}", 3, moment, "-", (999_999,)) for number in range(4)]
    )
    for name, score in (("county", 8), ("nation", 9)):
        score_candidates(call_juror(ballot, world.heads[name], by=OPERATOR), {second.pk: score})
    decide(ballot)
    result = result_of(ballot)
    assert result
    assert [(line.candidate.name, line.votes) for line in result.lines] == [
        ("Candidate 1", 37),
        ("Candidate 2", 12),
        ("Candidate 3", 4),
    ]
    assert result.lines[0].by_level == {3: None, 4: None, 5: 25}
    assert [(line.jury, line.jurors) for line in result.lines] == [(None, 0), (8.5, 2), (None, 0)]
    assert (result.voters, result.set_aside) == (41, 0)
    page = client_of(factories.member(world.village)).get(reverse("ballot", args=[ballot.pk])).content.decode()
    assert "41 people took part" in page
    assert "8.5" in page


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({1: 10, 2: 30}, {1: 10, 2: 30}),
        ({1: 9, 2: 30, 3: 20}, {1: None, 2: 30, 3: None}),
        ({1: 0, 2: 30}, {1: None, 2: None}),
        ({1: 3}, {1: None}),
        ({1: 3, 2: 4, 3: 50}, {1: None, 2: None, 3: 50}),
    ],
)
def test_small_numbers_are_not_told_nor_found_by_subtracting(
    counts: dict[int, int], told: dict[int, int | None]
) -> None:
    assert told_by_level(counts) == told


def test_a_vote_answered_for_is_counted_though_its_line_comes_after_the_result(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    vote(factories.member(world.village), ballot, candidates(ballot)[0])
    at = close(ballot)
    publish_result(ballot, by=OPERATOR, at=at)
    assert count_ballots(at) == 0  # it waits for the spool
    fold_votes(at)
    assert count_ballots(at) == 1
    ballot.refresh_from_db()
    assert ballot.voters == 1


def test_who_takes_her_consent_back_while_voting_runs_is_not_counted(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    first, _second, _third = candidates(ballot)
    vote(factories.member(world.village), ballot, first)
    take_consent_back(first, at=timezone.now())
    decide(ballot)
    assert "Candidate 1" not in votes_of(ballot)
    assert ballot.voters == 0


def test_votes_are_deleted_when_nobody_can_object_any_more(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    vote(factories.member(world.village), ballot, candidates(ballot)[0])
    decide(ballot)
    assert ballot.counted_at
    assert forget_votes(ballot.counted_at + OBJECTION - timedelta(days=1)) == 0
    assert forget_votes(ballot.counted_at + OBJECTION + timedelta(days=1)) == 1
    assert votes_of(ballot)["Candidate 1"] == 1


def test_a_vote_goes_on_at_the_survivor_of_a_merge(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.other, BallotState.VOTING)
    merge_units(world.other, world.county, on=timezone.localdate(), why="x", by=OPERATOR, at=timezone.now())
    ballot.refresh_from_db()
    assert (ballot.unit_id, ballot.unit_path) == (world.county.pk, world.county.path)


# Bursts.


def press(ballot: Ballot, voters: int, network: str, at: datetime, *, start: int = 0) -> None:
    for number in range(start, start + voters):
        name = f"{number:022}".encode()
        keep_vote(ballot.pk, name, 5, [candidates(ballot)[0].pk], network=network, seconds=at.timestamp())
    fold_votes(at)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A burst begins earlier, so that the test need not vote two hundred times."""
    monkeypatch.setattr("braid.contact.actions.counting_votes.BURST_FROM", 5)
    return 5


def test_very_many_networks_are_forgotten_too(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    Trace.objects.bulk_create(Trace(slot=1, ballot=ballot, network="a", voter=f"{n}") for n in range(2_500))
    assert note_bursts(timezone.now()) == 2_500
    assert not Trace.objects.exists()


def test_a_burst_is_seen_by_time_and_number_and_its_network_is_forgotten(world: SimpleNamespace, few: int) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    at = timezone.now()
    press(ballot, few, "0a0000", at)
    press(ballot, few - 1, "0b0000", at, start=100)
    press(ballot, few, "0a0000", at)  # the same voters again are no more voters
    assert Trace.objects.count() == 2 * few - 1
    assert note_bursts(at) == 0
    assert note_bursts(at + timedelta(minutes=13)) == 2 * few - 1
    burst = Burst.objects.get()
    assert (burst.ballot_id, burst.voters) == (ballot.pk, few)
    assert Vote.objects.filter(burst=burst).count() == few
    assert not Trace.objects.exists()
    page = client_of(world.heads["county"]).get(reverse("ballot_run", args=[ballot.pk])).content.decode()
    assert f"{few} votes" in page


def test_votes_set_aside_stay_and_the_reason_stands_in_the_result(world: SimpleNamespace, few: int) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    at = timezone.now()
    press(ballot, few, "0a0000", at)
    note_bursts(at + timedelta(minutes=13))
    burst = Burst.objects.select_related("ballot__unit").get()
    press(ballot, 1, "", at + timedelta(minutes=20))  # one of them votes again, alone: that is hers
    with pytest.raises(BadInput):
        set_burst_aside(burst, why=" ", by=OPERATOR, at=at)
    with pytest.raises(NotAllowed):
        set_burst_aside(burst, why="x", by=world.heads["village"], at=at)
    set_burst_aside(burst, why="One office voted for all", by=world.heads["county"], at=at)
    with pytest.raises(WrongState):
        set_burst_aside(burst, why="Again", by=world.heads["county"], at=at)
    decide(ballot)
    assert Vote.objects.count() == few
    assert (ballot.voters, ballot.set_aside) == (1, few - 1)
    page = client_of(factories.member(world.village)).get(reverse("ballot", args=[ballot.pk])).content.decode()
    assert "One office voted for all" in page
    assert f"{few - 1} votes do not count" in page


def test_nothing_is_left_of_a_day_when_it_is_over(world: SimpleNamespace, settings: object) -> None:
    """Neither salt nor traces, in the database or on disk; and the marks of two days have nothing in common."""
    ballot = factories.ballot(world.county, BallotState.VOTING)
    at = timezone.now()
    press(ballot, 3, "0a0000", at)
    mark = Trace.objects.values_list("network", flat=True).first()
    assert mark == mark_of("0a0000", seconds=at.timestamp())
    assert mark != "0a0000"
    tomorrow = at + timedelta(days=1)
    assert note_bursts(tomorrow) == 3
    fold_votes(tomorrow)
    assert forget_salts(tomorrow) == 1
    networks._salt.cache_clear()
    for segment in segments(ballot_box.folder()):
        lines, _end = segment.read(0, 100_000)  # the segment its writer still holds: folded, and gone with the process
        assert all(mark.encode() not in line for line in lines) or not segment.is_finished()
    assert not Trace.objects.exists()
    assert list(networks.settings.SALTS.glob("*")) == []
    assert mark_of("0a0000", seconds=tomorrow.timestamp()) != mark
    assert mark_of("0a0000", seconds=at.timestamp()) != mark


@pytest.mark.parametrize(
    ("environ", "proxies", "network"),
    [
        ({"REMOTE_ADDR": "192.0.2.200"}, 0, "c00002"),
        ({"REMOTE_ADDR": "::ffff:192.0.2.9"}, 0, "c00002"),
        ({"REMOTE_ADDR": "2001:db8:7:8::1"}, 0, "20010db80007"),
        ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.1"}, 1, "c00002"),
        ({"REMOTE_ADDR": "10.0.0.1"}, 2, ""),
        ({"REMOTE_ADDR": "unix"}, 0, ""),
    ],
)
def test_a_network_is_a_prefix(environ: dict[str, str], proxies: int, network: str, settings: object) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]
    assert network_of(environ) == network


def test_a_village_behind_one_address_is_no_burst() -> None:
    assert BURST_FROM >= 200


def test_a_paper_is_no_receipt_and_names_nobody(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    read = read_paper(paper(her, ballot))
    assert read
    assert read.voter.decode() == voter_of(ballot, her.pk)
    assert (read.ballot, read.level, read.most) == (ballot.pk, world.village.level, 1)
