"""Forms that an action refuses: the page comes again with what was typed, and says what is wrong at the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import SubmissionPlan, ask_to_join, send_submission
from braid.contact.enums import SubmissionKind
from braid.contact.models import Audience, Survey
from tests import factories
from tests.clients import client_of

Sent = tuple[str, dict[str, str]]
DAY = timedelta(days=1)


def survey(world: SimpleNamespace) -> Sent:
    on = timezone.localdate()
    days = {"opens_on": on.isoformat(), "closes_on": (on - DAY).isoformat()}
    titles = {"title_en": "Typed in the field", "title_zh_hans": "您需要什么？"}
    return reverse("survey_new"), {"unit": "county", "promise": "anonymous", **titles, **days}


def question(world: SimpleNamespace) -> Sent:
    address = reverse("question_new", args=[factories.surveys.draft(world.county).pk])
    return address, {"kind": "one", "text_en": "Typed in the field"}


def vote(world: SimpleNamespace) -> Sent:
    on = timezone.localdate()
    last = {"nominations_until": on + 9 * DAY, "voting_from": on + 8 * DAY, "voting_until": on + 7 * DAY}
    said = {"title": "Typed in the field", "about": "Who helps most", "choices": "1"}
    return reverse("ballot_new", args=["county"]), said | {name: day.isoformat() for name, day in last.items()}


def plan(world: SimpleNamespace) -> Sent:
    draft = factories.notice(world.county, Audience(unit=world.county), sent_at=None)
    day = (timezone.localdate() - 3 * DAY).isoformat()
    return reverse("notice_plan", args=[draft.pk]), {"day": day, "time": "23:17", "zone": "Europe/Paris"}


def request(world: SimpleNamespace) -> Sent:
    group = factories.group(world.county, is_public=True)
    asked = ask_to_join(group, words="Typed in the field", by=factories.person(), at=timezone.now())
    ask_to_join(group, words="", by=factories.person(), at=timezone.now())
    return reverse("join_answer", args=[asked.pk]), {"decline": "1", "answer": ""}


def story(world: SimpleNamespace) -> Sent:
    told = SubmissionPlan(SubmissionKind.STORY, "My village", "Typed in the field")
    made = send_submission(world.county, told, by=factories.member(world.county), at=timezone.now())
    return reverse("submission_answer", args=[made.pk]), {"decline": "1", "answer": ""}


@pytest.mark.parametrize(
    ("made", "field", "typed", "words"),
    [
        (survey, "id_closes_on", "Typed in the field", "The last day comes after the first, within a year."),
        (question, "id_choices_en", "Typed in the field", "Write at least two choices, one a line."),
        (vote, "id_voting_until", "Typed in the field", "The days must follow each other"),
        (plan, "id_day", "23:17", "Choose a moment at least 5 minutes"),
        (request, "answer-", "Typed in the field", "Write a reason."),
        (story, "id_answer", "Typed in the field", "Write a reason."),
    ],
)
def test_it_is_said_at_the_field_and_nothing_typed_is_lost(
    world: SimpleNamespace, made: Callable[[SimpleNamespace], Sent], field: str, typed: str, words: str
) -> None:
    address, said = made(world)
    answer = client_of(world.heads["county"]).post(address, said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert typed in page
    at_field = page.split('_error">')[1].split("</p>")[0]
    assert words in at_field
    assert f'href="#{field}' in page
    assert page.count('class="error-summary"') == 1
    assert page.count(words) == 2, "in the summary and at the field"


def test_a_story_is_declined_with_a_reason_that_is_short_enough(world: SimpleNamespace) -> None:
    address, said = story(world)
    head = client_of(world.heads["county"])
    too_long = head.post(address, {**said, "answer": "x" * 501})
    assert too_long.status_code == 422
    assert "x" * 501 in too_long.content.decode()
    assert head.post(address, {**said, "answer": "x" * 500}).status_code == 302


def test_a_device_that_sends_by_itself_still_gets_problem_details(world: SimpleNamespace) -> None:
    address, said = survey(world)
    client: Client = client_of(world.heads["county"])
    answer = client.post(address, said, headers={"X-Offline": "1"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == ["closes_on"]
    assert not Survey.objects.exists()
