"""The burden meter and complaints in a real browser: both sides look, an officer complains, somebody independent answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.people.enums import Office, Reach, Role
from braid.people.models import Grant, Person
from braid.units.models import Level, Unit
from braid.work.models import DirectiveRule
from tests.factories import member, notice, period, person, report_form, tree, unit
from tests.factories.directive_rows import directive
from tests.factories.reports import number

from .conftest import Visit, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

LEVELS = (("全国", "Nation"), ("省", "Province"), ("县", "County"), ("村", "Village"))


@pytest.fixture
def units() -> dict[str, Unit]:
    for level, (name, english) in enumerate(LEVELS, start=1):
        Level.objects.create(number=level, name=name, name_en=english)
    return tree({"nation": {"province": {"county": {"village": {}, "hamlet": {}}}}})


@pytest.fixture
def officer(units: dict[str, Unit]) -> Person:
    """Of a village that is asked much, by a notice, a directive and two forms."""
    at = timezone.now() - timedelta(minutes=5)
    notice(units["province"], sent_at=at, title="Spring festival lanterns", asks_acknowledgement=True)
    rules = (DirectiveRule(unit=units["county"], levels=1 << 4),)
    directive(
        units["county"], *rules, sent_at=at, minutes=210, over_budget_why="After the flood nobody else can count."
    )
    for title, text in (("School", "How many lessons were held?"), ("Training", "Number of lessons held")):
        made = report_form(
            units["nation"],
            title={"en": title, "zh-hans": title},
            minutes=25,
            over_budget_why="Law.",
            fields=(number(text),),
        )
        period(made, at=at)
    return member(units["village"], Office.LIAISON, who=person("Li Na"))


@pytest.fixture
def hearer(units: dict[str, Unit]) -> Person:
    """She hears complaints in the province."""
    who = person("Zhao Min")
    Grant.objects.create(
        person=who,
        unit=units["province"],
        unit_path=units["province"].path,
        role=Role.OVERSEE,
        reach=Reach.UNIT,
        since=timezone.now() - timedelta(days=9),
    )
    return who


def test_an_officer_complains_and_somebody_independent_answers(visit: Visit, officer: Person, hearer: Person) -> None:
    page = visit("/burden/village/", person=officer)
    expect(page.get_by_text("262 of 240 minutes")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("listitem").filter(has_text="Count the wells").get_by_role(
        "link", name="Complain about it"
    ).click()
    assert_accessible(page)
    page.get_by_label("it takes too much time").check()
    page.get_by_label("In your words").fill("Two days of walking.")
    page.get_by_role("button", name="Send the complaint").click()
    expect(page.get_by_text("Nobody else learns that it was you.")).to_be_visible()
    assert_accessible(page)
    page = visit("/today/", person=hearer)
    page.get_by_role("link", name="Count the wells").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    assert_accessible(page)
    page.get_by_label("justified", exact=True).check()
    page.get_by_label("Answer", exact=True).fill("It is withdrawn.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("It is withdrawn.")).to_be_visible()
    page = visit("/complaints/", person=officer, language="zh-hans")
    expect(page.get_by_text("投诉成立")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_head_looks_at_who_asks_what(visit: Visit, units: dict[str, Unit], officer: Person, width: str) -> None:
    unit(units["county"], name="grove", code="grove")
    head = member(units["nation"], Office.HEAD, who=person("Wang Xiuying"))
    page = visit("/burden/nation/below/", person=head, width=width)
    expect(page.get_by_role("heading", name="Who asks most")).to_be_visible()
    assert_accessible(page)
    for path, text in (
        ("over/", "262 of 240 minutes"),
        ("same-questions/", "How many lessons were held?"),
        ("forms/", "nobody answered the last time"),
        ("budgets/", "Minutes a month."),
    ):
        page.goto(f"/burden/nation/{path}")
        expect(page.get_by_text(text).first).to_be_visible()
        assert_accessible(page)
