"""Nominations: consent before anything is shown, moderation with reasons, and the jury."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import (
    answer_consent,
    answer_nomination,
    call_juror,
    dismiss_juror,
    nominate,
    record_consent,
    score_candidates,
    take_consent_back,
)
from braid.contact.enums import MOST_NOMINATIONS, BallotState, NominationState
from braid.contact.models import Ballot, Nomination, Score
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.models import Person
from tests import factories
from tests.clients import client_of


def page_of(person: Person, name: str, *args: object, **query: str) -> str:
    answer = client_of(person).get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_another_is_asked_by_a_link_and_nothing_is_shown_before(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    neighbour = factories.member(world.village)
    client = client_of(neighbour)
    client.post(
        reverse("ballot_nominate", args=[ballot.pk]),
        {"who": "other", "name": "Li family", "words": "Five foster children"},
    )
    made = Nomination.objects.get()
    link = reverse("nomination_consent", args=[made.consent_key])
    assert link in page_of(neighbour, "ballot", ballot.pk)
    head = world.heads["county"]
    waiting = page_of(head, "ballot_run", ballot.pk, show="asked")
    assert "Li family" in waiting
    assert "Five foster children" not in waiting
    assert "Li family" not in page_of(factories.member(world.village), "ballot", ballot.pk)
    with pytest.raises(WrongState):
        answer_nomination(made, accepts=True, answer="", by=head, at=timezone.now())

    anybody = Client()
    assert "Five foster children" in anybody.get(link).content.decode()
    anybody.post(link, {"agree": "1"})
    made.refresh_from_db()
    assert (made.state, made.nominee, made.consent_how) == (NominationState.CONSENTED, None, "")
    assert "Five foster children" in page_of(head, "ballot_run", ballot.pk)
    answer_nomination(made, accepts=True, answer="", by=head, at=timezone.now())
    assert Entry.objects.filter(kind="nomination.accepted", unit=world.county).count() == 1


def test_she_may_say_no_and_take_her_consent_back(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    at = timezone.now()
    first, second = (factories.nomination(ballot, name, is_self=False) for name in ("A", "B"))
    answer_consent(first, agrees=False, by=None, at=at)
    assert first.state == NominationState.REFUSED
    with pytest.raises(WrongState):
        answer_consent(first, agrees=True, by=None, at=at)
    answer_consent(second, agrees=True, by=None, at=at)
    link = reverse("nomination_consent", args=[second.consent_key])
    Client().post(link, {"back": "1"})
    second.refresh_from_db()
    assert second.state == NominationState.WITHDRAWN
    with pytest.raises(WrongState):
        answer_nomination(second, accepts=True, answer="", by=OPERATOR, at=at)


def test_taken_back_while_voting_runs_she_is_gone_from_the_page_at_once(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    her = factories.member(world.village)
    assert "Candidate 2" in page_of(her, "ballot", ballot.pk)
    take_consent_back(ballot.nominations.get(name="Candidate 2"), at=timezone.now())
    assert "Candidate 2" not in page_of(her, "ballot", ballot.pk)


def test_an_officer_records_how_somebody_without_an_account_agreed(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    made = factories.nomination(ballot, is_self=False)
    at = timezone.now()
    with pytest.raises(BadInput):
        record_consent(made, how=" ", by=world.heads["county"], at=at)
    with pytest.raises(NotAllowed):
        record_consent(made, how="On paper", by=world.liaisons["county"], at=at)
    record_consent(made, how="On paper, 3 May", by=world.heads["county"], at=at)
    assert made.consent_recorded_by == world.heads["county"]
    assert "On paper, 3 May" in page_of(world.heads["county"], "ballot_run", ballot.pk)


def test_the_database_takes_nobody_without_consent(world: SimpleNamespace) -> None:
    made = factories.nomination(factories.ballot(world.county), is_self=False)
    for state in (NominationState.CONSENTED, NominationState.ACCEPTED):
        with pytest.raises(IntegrityError), transaction.atomic():
            Nomination.objects.filter(pk=made.pk).update(state=state)


def test_declining_needs_a_reason_that_she_and_who_nominated_her_read(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    neighbour = factories.member(world.village)
    made = factories.nomination(ballot, by=neighbour)
    at = timezone.now()
    with pytest.raises(BadInput):
        answer_nomination(made, accepts=False, answer="", by=OPERATOR, at=at)
    with pytest.raises(NotAllowed):
        answer_nomination(made, accepts=True, answer="", by=world.heads["village"], at=at)
    answer_nomination(made, accepts=False, answer="Lives elsewhere", by=world.heads["county"], at=at)
    assert "Lives elsewhere" in page_of(neighbour, "ballot", ballot.pk)
    assert "Lives elsewhere" in Client().get(reverse("nomination_consent", args=[made.consent_key])).content.decode()


def test_one_nominates_so_many_and_herself_once(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    her = factories.member(world.village)
    factories.nomination(ballot, by=her)
    with pytest.raises(WrongState, match="yourself"):
        factories.nomination(ballot, by=her)
    for _ in range(MOST_NOMINATIONS - 1):
        factories.nomination(ballot, by=her, is_self=False)
    with pytest.raises(WrongState, match="as many"):
        factories.nomination(ballot, by=her, is_self=False)


def test_who_stands_is_settled_once_voting_runs(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    made, at = ballot.nominations.first(), timezone.now()
    assert made
    with pytest.raises(WrongState):
        answer_nomination(made, accepts=False, answer="x", by=OPERATOR, at=at)
    with pytest.raises(WrongState):
        nominate(ballot, name="A", words="B", is_self=True, by=world.heads["county"], at=at)


def test_the_jury_scores_on_a_page_of_its_own(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING)
    head = world.heads["county"]
    judge = factories.member(world.village, who=factories.person("Judge"))
    client_of(head).post(reverse("juror_call", args=[ballot.pk]), {"person": "Judge"})
    assert "Give your scores" in page_of(judge, "ballot", ballot.pk)
    first, second, _third = ballot.nominations.order_by("pk")
    client = client_of(judge)
    address = reverse("ballot_jury", args=[ballot.pk])
    client.post(address, {str(first.pk): "7", str(second.pk): "4"})
    client.post(address, {str(first.pk): "8", str(second.pk): ""})
    assert dict(Score.objects.values_list("nomination", "score")) == {first.pk: 8, second.pk: 4}
    assert client.post(address, {str(first.pk): "11"}).status_code == 422
    assert client_of(head).get(address).status_code == 403
    juror = ballot.jurors.get()
    with pytest.raises(BadInput):
        score_candidates(juror, {999_999: 5})
    dismiss_juror(juror, by=head)
    assert not Score.objects.exists()
    with pytest.raises(NotAllowed):
        call_juror(ballot, judge, by=judge)


def test_who_is_not_found_is_not_on_the_jury(world: SimpleNamespace) -> None:
    ballot = factories.ballot(world.county)
    client = client_of(world.heads["county"])
    answer = client.post(reverse("juror_call", args=[ballot.pk]), {"person": "Nobody"}, follow=True)
    assert "Nobody of the name" in answer.content.decode()


@pytest.mark.parametrize("name", ["ballot", "ballot_run", "votes_mine"])
def test_pages_take_as_many_queries_for_three_rows_as_for_thirty(world: SimpleNamespace, name: str) -> None:
    ballot = factories.ballot(world.county, BallotState.VOTING, candidates=3)
    head = world.heads["county"]
    args = [] if name == "votes_mine" else [ballot.pk]

    def queries() -> int:
        client = client_of(head)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name, args=args), {"show": "accepted"}).status_code == 200
        return len(asked)

    few = queries()
    _many(ballot)
    assert queries() == few


def _many(ballot: Ballot) -> None:
    kept = Nomination.objects.filter(ballot=ballot).values().first()
    assert kept
    for number in range(27):
        values = kept | {"id": None, "consent_key": f"{number:020}", "nominated_by_id": factories.person().pk}
        Nomination.objects.create(**values)
        Ballot.objects.create(**Ballot.objects.values().get(pk=ballot.pk) | {"id": None})
