"""A survey in a real browser: made on a phone, answered with its branches, kept as a draft, counted, read; axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.models import SealedAnswer, Survey
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import member, person, tree
from tests.factories.surveys import answers, counted, survey

from .conftest import Visit, assert_accessible
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"province": {"county": {"village": {}}}}})


@pytest.fixture
def people(units: dict[str, Unit]) -> list[Person]:
    return [member(units["village"]) for _ in range(24)]


def test_a_survey_is_made_answered_and_counted(visit: Visit, units: dict[str, Unit], people: list[Person]) -> None:
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    page = visit("/surveys/run/", person=head)
    assert_accessible(page)
    page.get_by_role("link", name="Make a survey").first.click()
    page.get_by_label("Title · English").fill("What do you need?")
    page.get_by_label("First day").fill(timezone.localdate().isoformat())
    page.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("Question · English").fill("Have you children?")
    page.get_by_label("Choices, one a line · English").fill("yes\nno")
    page.get_by_label("It must be answered").check()
    assert_accessible(page)
    shoot(page, "survey-question")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("What is answered").select_option(label="a short text")
    page.get_by_label("Question · English").fill("What would help?")
    page.get_by_text("Ask it only of some").click()
    page.get_by_label("1. Have you children? yes").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Only of those who answered 1. Have you children? yes")).to_be_visible()
    assert_accessible(page)
    shoot(page, "survey-draft")
    page.get_by_role("link", name="Check and open").click()
    assert_accessible(page)
    page.get_by_role("button", name="Open the survey").click()
    expect(page.locator("#messages")).to_contain_text("The survey is open.")

    page = visit("/surveys/", person=people[0])
    assert_accessible(page)
    page.get_by_role("link", name="What do you need?").click()
    expect(page.get_by_label("2. What would help?")).to_be_hidden()
    page.get_by_label("yes").check()
    page.get_by_label("2. What would help?").fill("A crèche")
    page.reload()  # the phone put the page away: what was filled in is still there
    expect(page.get_by_label("2. What would help?")).to_have_value("A crèche")
    assert_accessible(page)
    shoot(page, "survey-answer")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert_accessible(page)
    assert SealedAnswer.objects.count() == 1
    assert page.evaluate("Object.keys(localStorage)") == ["reader"]  # whose device it is, and no answers

    made = Survey.objects.select_related("unit").get()
    answers(made, units["village"], people[1:12], 0, "x")
    answers(made, units["village"], people[12:], 1)
    counted(made)
    page = visit(f"/surveys/{made.pk}/results/", person=head)
    expect(page.locator("svg.chart-bar").first).to_be_visible()
    assert_accessible(page)
    shoot(page, "survey-results")


def test_it_can_be_answered_without_a_script(visit: Visit, units: dict[str, Unit], people: list[Person]) -> None:
    made = survey(units["county"])
    page = visit(f"/surveys/{made.pk}/answer/", person=people[0], script=False)
    page.get_by_label("no").check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_other_pages_pass_axe_in_chinese_and_dark(
    visit: Visit, units: dict[str, Unit], people: list[Person]
) -> None:
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    made = survey(units["county"], title={"zh-hans": "您需要什么？"})
    for path in ("", "print/", "paper/", "preview/"):
        page = visit(f"/surveys/{made.pk}/{path}", person=head, language="zh-hans", dark=True)
        assert_accessible(page)
        shoot(page, "zh-survey-" + path.strip("/"))
    answers(made, units["village"], people, 0)
    counted(made)
    for path in ("results/", "texts/"):
        page = visit(f"/surveys/{made.pk}/{path}", person=head, language="zh-hant", dark=True)
        assert_accessible(page)
