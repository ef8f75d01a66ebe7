"""Questions on notices: asked by one, answered once, for all, and never with a name."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.contact.actions import answer_question, ask_question, decline_question, withdraw_notice
from braid.contact.enums import MOST_OPEN_QUESTIONS, QuestionState
from braid.contact.models import Notice, NoticeQuestion
from braid.contact.queries.questions import questions_on
from braid.insight.ground.contact import answers_to_her, waiting_of_sender
from braid.journal.models import Entry
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from tests import factories


@pytest.fixture
def sent(world: SimpleNamespace) -> Notice:
    return factories.notice(world.county)


def test_an_addressed_person_asks_and_all_readers_read_the_answer(
    world: SimpleNamespace, sent: Notice, now: datetime
) -> None:
    her, other = world.liaisons["village"], world.liaisons["township"]
    question = ask_question(sent, " May I, Li Na of 3rd Lane, bring my son? ", by=her, at=now)
    assert questions_on(sent, her) == ([], [question])
    assert questions_on(sent, other) == questions_on(sent, None) == ([], [])
    (waits,) = waiting_of_sender(world.heads["county"], now)
    assert waits.what == "Answer 1 question"
    answer_question(question, text="May children come?", answer="Yes.", by=world.heads["county"], at=now)
    for reader in (her, other, None):
        ((shown,), mine) = questions_on(sent, reader)
        assert (shown.text, shown.answer, mine) == ("May children come?", "Yes.", [])
    assert not NoticeQuestion.objects.filter(text__contains="Li Na").exists()
    (told,) = answers_to_her(her, now)
    assert told.what == "Your question was answered"
    assert list(answers_to_her(other, now)) == list(answers_to_her(her, now + timedelta(days=4))) == []
    assert list(waiting_of_sender(world.heads["county"], now)) == []
    assert list(Entry.objects.values_list("kind", flat=True)) == ["notice.answered"]


def test_a_declined_question_is_hers_alone(world: SimpleNamespace, sent: Notice, now: datetime) -> None:
    her = world.liaisons["village"]
    question = ask_question(sent, "Why?", by=her, at=now)
    with pytest.raises(BadInput):
        decline_question(question, why=" ", by=world.heads["county"], at=now)
    decline_question(question, why="It is in the text.", by=world.heads["county"], at=now)
    assert questions_on(sent, her) == ([], [question])
    assert questions_on(sent, world.liaisons["county"]) == questions_on(sent, None) == ([], [])
    (told,) = answers_to_her(her, now)
    assert told.what == "Your question was not answered"
    assert not Entry.objects.exists()


def test_who_may_not_ask_or_answer(world: SimpleNamespace, sent: Notice, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        ask_question(sent, "Why?", by=world.liaisons["other"], at=now)
    question = ask_question(sent, "Why?", by=world.liaisons["village"], at=now)
    for by in (world.liaisons["county"], world.heads["village"], world.heads["other"]):
        with pytest.raises(NotAllowed):
            answer_question(question, text="x", answer="y", by=by, at=now)
        with pytest.raises(NotAllowed):
            decline_question(question, why="x", by=by, at=now)
    for text, answer in (("", "y"), ("x", " ")):
        with pytest.raises(BadInput):
            answer_question(question, text=text, answer=answer, by=world.heads["county"], at=now)


def test_it_is_answered_once(world: SimpleNamespace, sent: Notice, now: datetime) -> None:
    question = ask_question(sent, "Why?", by=world.liaisons["village"], at=now)
    stale = NoticeQuestion.objects.select_related("notice__unit").get()
    answer_question(question, text="Why?", answer="So.", by=world.heads["county"], at=now)
    with pytest.raises(WrongState):
        decline_question(stale, why="x", by=world.heads["county"], at=now)
    with pytest.raises(WrongState):
        answer_question(question, text="Why?", answer="Else.", by=world.heads["county"], at=now)
    assert NoticeQuestion.objects.get().answer == "So."


def test_there_is_an_end_to_asking(world: SimpleNamespace, sent: Notice, now: datetime) -> None:
    her = world.liaisons["village"]
    with pytest.raises(BadInput):
        ask_question(sent, "  ", by=her, at=now)
    for _ in range(MOST_OPEN_QUESTIONS):
        ask_question(sent, "Why?", by=her, at=now)
    with pytest.raises(WrongState):
        ask_question(sent, "Why?", by=her, at=now)
    ask_question(sent, "Why?", by=world.liaisons["township"], at=now)
    withdraw_notice(sent, why="x", by=world.heads["county"], at=now)
    with pytest.raises(WrongState):
        ask_question(sent, "Why?", by=world.liaisons["county"], at=now)


def test_pages_show_no_name(world: SimpleNamespace, sent: Notice, now: datetime, client: Client) -> None:
    her, head = world.liaisons["village"], world.heads["county"]
    client.force_login(her.account)
    assert client.post(reverse("notice_ask", args=[sent.pk]), {"text": ""}).status_code == 422
    client.post(reverse("notice_ask", args=[sent.pk]), {"text": "May children come?"})
    assert b"Your question waits" in client.get(reverse("notice", args=[sent.pk])).content
    client.force_login(head.account)
    assert b"1 question waits" in client.get(reverse("notice", args=[sent.pk])).content
    text = client.get(reverse("notice_questions", args=[sent.pk])).content.decode()
    assert "May children come?" in text
    assert her.name not in text
    question = NoticeQuestion.objects.get()
    page = reverse("question_answer", args=[question.pk])
    assert her.name not in client.get(page).content.decode()
    assert client.post(page, {"text": "x", "answer": ""}).status_code == 422
    client.post(page, {"text": "May children come?", "answer": "Yes, all."})
    client.force_login(world.liaisons["township"].account)
    text = client.get(reverse("notice", args=[sent.pk])).content.decode()
    assert "Yes, all." in text
    assert her.name not in text
    assert NoticeQuestion.objects.get().state == QuestionState.ANSWERED


def test_thirty_questions_take_the_queries_of_three(
    world: SimpleNamespace, sent: Notice, now: datetime, client: Client
) -> None:
    client.force_login(world.heads["county"].account)
    pages = [reverse("notice", args=[sent.pk]), reverse("notice_questions", args=[sent.pk]), reverse("today")]
    for page in pages:  # what is read into memory once is there before counting
        client.get(page)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            question = ask_question(sent, "Why?", by=world.liaisons["village"], at=now)
            answer_question(question, text="Why?", answer="So.", by=world.heads["county"], at=now)
        NoticeQuestion.objects.bulk_create(
            NoticeQuestion(notice=sent, text=f"{place}?", asked_at=now) for place in range(number)
        )
        with CaptureQueriesContext(connection) as asked:
            for page in pages:
                assert client.get(page).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
