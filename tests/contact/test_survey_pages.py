"""Pages of surveys: made on a phone without JavaScript, answered, printed, typed in, counted, shown; and their queries."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.contact.actions import open_survey
from braid.contact.enums import Promise, QuestionKind
from braid.contact.models import NamedAnswer, SealedAnswer, Survey
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Person
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.surveys import answers, counted, draft, question, survey

pytestmark = pytest.mark.django_db

Enter = Callable[[Person], Client]


@pytest.fixture
def enter() -> Enter:
    return client_of


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_survey_is_made_step_by_step(world: SimpleNamespace, enter: Enter) -> None:
    for _ in range(10):
        factories.member(world.village)
    head = enter(world.heads["county"])
    on = timezone.localdate()
    days = {"opens_on": on.isoformat(), "closes_on": (on + timedelta(days=5)).isoformat()}
    assert head.post(reverse("survey_new"), {"unit": "county", "promise": "anonymous", **days}).status_code == 422
    titled = {"title_en": "What do you need?", "title_zh_hans": "您需要什么？", "promise": "anonymous"}
    head.post(reverse("survey_new"), {"unit": "county", **titled, **days})
    made = Survey.objects.get()
    asked = {"kind": "one", "text_en": "Have you children?", "choices_en": "yes\nno", "choices_zh_hans": "有\n没有"}
    assert head.post(reverse("question_new", args=[made.pk]), {"kind": "one", "text_en": "x"}).status_code == 422
    head.post(reverse("question_new", args=[made.pk]), asked)
    first = made.questions.get()
    assert first.choices == [{"en": "yes", "zh-hans": "有"}, {"en": "no", "zh-hans": "没有"}]
    branch = {"kind": "number", "text_en": "How many?", "low": "1", "high": "9", "asked_if": f"{first.pk}:0"}
    head.post(reverse("question_new", args=[made.pk]), branch)
    second = made.questions.get(place=2)
    assert (second.asked_if_id, second.asked_if_choices) == (first.pk, [0])
    page = text_of(head, "survey", made.pk)
    assert "1. Have you children? yes" in page
    head.post(reverse("question_edit", args=[made.pk, second.pk]), {**branch, "text_en": "How many are they?"})
    trial = head.post(reverse("survey_preview", args=[made.pk]), {"form": "x", f"q{first.pk}": "1"})
    assert trial.status_code == 302
    assert not SealedAnswer.objects.exists()
    assert "Nobody can tell which answers are yours" in text_of(head, "survey_open", made.pk)
    head.post(reverse("survey_open", args=[made.pk]))
    assert "Fewer than 10 have answered" in text_of(head, "survey", made.pk)
    assert "How many are they?" in text_of(head, "survey_print", made.pk)
    assert "<svg" in text_of(head, "survey_print", made.pk)


def test_what_is_wrong_with_a_survey_is_listed_as_it_stands_on_the_page(world: SimpleNamespace, enter: Enter) -> None:
    wrong = {"unit": "nowhere", "title_zh_hans": "x" * 200, "promise": "x"}
    answer = enter(world.heads["county"]).post(reverse("survey_new"), wrong)
    listed = re.findall(r'<a href="#id_(\w+)">', answer.content.decode())
    assert listed == ["unit", "title_en", "title_zh_hans", "promise", "opens_on", "closes_on"]


def test_only_those_she_names_are_asked(world: SimpleNamespace, enter: Enter) -> None:
    made = draft(world.county)
    rule = made.audience.get()
    address = reverse("survey_audience", args=[made.pk])
    said = {"unit": "county", "reach": "subtree", "offices": "1"}
    assert (
        "It goes to these alone now." in enter(world.heads["county"]).post(address, said, follow=True).content.decode()
    )
    assert made.audience.get().offices == 1 << Office.HEAD
    assert not made.audience.filter(pk=rule.pk).exists()


def test_she_answers_without_a_script_and_a_form_may_come_twice(world: SimpleNamespace, enter: Enter) -> None:
    for _ in range(10):
        factories.member(world.village)
    made, her = survey(world.county), world.heads["village"]
    client = enter(her)
    assert "What do you need?" in text_of(client, "today")
    assert "What do you need?" in text_of(client, "surveys_mine")
    page = text_of(client, "survey_answer", made.pk)
    assert "Only if you answered 1. Do you have children? yes" in page
    first, second, _third = made.questions.order_by("place")
    address = reverse("survey_answer", args=[made.pk])
    sent = {"form": "offline", f"q{first.pk}": "1", f"q{second.pk}": "4"}
    for _ in range(2):
        answer = client.post(address, sent)
        assert (answer.status_code, answer["Location"]) == (302, reverse("survey_thanks", args=[made.pk]))
    assert SealedAnswer.objects.count() == 1
    assert client.post(address, {**sent, "form": "another"}).status_code == 409
    assert "answered already" in text_of(client, "survey_answer", made.pk)
    assert "Answer the questions" not in text_of(client, "today")


def test_named_answers_are_seen_changed_and_erased(world: SimpleNamespace, enter: Enter) -> None:
    made, her = survey(world.county, promise=Promise.NAMED), world.heads["village"]
    client = enter(her)
    answers(made, world.village, [her], 0, 3, "peace and quiet")
    assert "peace and quiet" in text_of(client, "survey_answer", made.pk)
    client.post(reverse("survey_erase", args=[made.pk]))
    assert not NamedAnswer.objects.exists()


def test_somebody_in_two_units_says_for_which(world: SimpleNamespace, enter: Enter) -> None:
    her = world.heads["village"]
    factories.member(world.township, who=her)
    made = survey(world.county, promise=Promise.NAMED)
    first = made.questions.get(place=1)
    client = enter(her)
    address = reverse("survey_answer", args=[made.pk])
    assert client.post(address, {"form": "x", f"q{first.pk}": "1"}).status_code == 422
    client.post(address, {"form": "x", f"q{first.pk}": "1", "for_unit": str(world.township.pk)})
    assert NamedAnswer.objects.get().unit == world.township


def test_results_as_page_and_as_files(world: SimpleNamespace, enter: Enter) -> None:
    village = [factories.member(world.village) for _ in range(24)]
    township = [factories.member(world.township) for _ in range(12)]
    made = survey(world.county, title={"zh-hans": "=1+1"})
    answers(made, world.village, village, 0, 2, "=HYPERLINK(1)")
    answers(made, world.township, township, 1)
    counted(made)
    head = enter(world.heads["county"])
    address = head.get(reverse("survey_results", args=[made.pk]))["Location"]
    page = head.get(address).content.decode()
    assert '<rect class="chart-value" width="66.7"' in page
    assert ">24<" in page
    assert "=HYPERLINK(1)" in text_of(head, "survey_texts", made.pk)
    file = reverse("survey_results_file", args=[made.pk, "county"])
    lines = head.get(file).getvalue().decode().splitlines()
    assert "county,1,Do you have children?,yes,24" in lines
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(head.get(file, {"form": "xlsx"}).getvalue())).get_sheet_by_index(
        0
    )
    assert ["county", "1", "Do you have children?", "yes", "24"] in sheet.to_python()


def test_words_that_a_spreadsheet_would_run_are_escaped(world: SimpleNamespace, enter: Enter) -> None:
    people = [factories.member(world.village) for _ in range(24)]
    made = draft(world.county)
    question(made, "=HYPERLINK(1)", kind=QuestionKind.ONE, choices=({"en": "=1+1"}, {"en": "@x"}), is_required=True)
    open_survey(made, by=OPERATOR, at=timezone.now())
    answers(made, world.village, people[:12], 0)
    answers(made, world.village, people[12:], 1)
    counted(made)
    head = enter(world.heads["county"])
    lines = head.get(reverse("survey_results_file", args=[made.pk, "county"])).getvalue().decode()
    assert ",'=HYPERLINK(1),'=1+1," in lines
    assert ",=HYPERLINK" not in lines


def queries(client: Client, name: str, *args: object) -> int:
    return queries_of(lambda: text_of(client, name, *args))


def test_pages_take_a_fixed_number_of_queries(world: SimpleNamespace, enter: Enter) -> None:
    people = [factories.member(world.village) for _ in range(36)]
    client, her = enter(world.heads["county"]), enter(world.heads["village"])
    few: dict[str, int] = {}
    for number, wanted in ((1, 3), (2, 30)):
        made = survey(world.county)
        while survey_count() < wanted:
            question(draft(world.county, promise=Promise.NAMED))
        big = draft(world.county)
        for _ in range(wanted):
            question(big)
        villages = [factories.unit(world.township) for _ in range(wanted)]
        closed = _answered_everywhere(world, villages)
        found = {
            "list": queries(client, "surveys_run"),
            "survey": queries(client, "survey", big.pk),
            "preview": queries(client, "survey_preview", big.pk),
            "mine": queries(her, "surveys_mine"),
            "answer": queries(her, "survey_answer", made.pk),
            "results": queries(client, "survey_results_unit", closed.pk, "township"),
        }
        assert number == 1 or found == few
        few = found
    assert people


def survey_count() -> int:
    return Survey.objects.count()


def _answered_everywhere(world: SimpleNamespace, villages: list[Any]) -> Survey:
    asked = [(unit, [factories.member(unit) for _ in range(10)]) for unit in villages]
    made = survey(world.county)
    for unit, people in asked:
        answers(made, unit, people, 0)
    return counted(made)
