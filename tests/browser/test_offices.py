"""Offices in a real browser: a successor planned, vacancies and roster looked at, a slip made and used on another phone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.kernel import outbox
from braid.kernel.access import OPERATOR
from braid.people.actions import begin_term
from braid.people.enums import CameBy, Office
from braid.people.models import Membership, Person
from braid.units.models import Unit
from tests.factories import member, person, tree

from .conftest import Visit, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"county": {"village": {}, "hamlet": {}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    begin_term(units["county"], number=12, begins_on=date(2024, 3, 8), by=OPERATOR, at=timezone.now())
    member(units["village"], Office.HEAD, who=person("Acting Li"), came_by=CameBy.ACTING)
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


def test_a_successor_is_planned_and_follows(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    member(units["county"], Office.DEPUTY, who=person("Li Na"))
    page = visit("/offices/county/", person=head)
    expect(page.get_by_text("Term 12")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Plan a successor").first.click()
    assert_accessible(page)
    page.get_by_role("link", name="Li Na").click()
    page.get_by_label("Her first day").fill((timezone.localdate() + timedelta(days=7)).isoformat())
    page.get_by_label("How she comes to it").select_option(label="by-election")
    assert_accessible(page)
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("until then you can call it off")).to_be_visible()
    assert_accessible(page)
    outbox.run_due(at=timezone.now() + timedelta(days=7))
    page.reload()
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    assert Membership.objects.get(office=Office.HEAD, unit=units["county"], until=None).person.name == "Li Na"


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_vacancies_and_roster(visit: Visit, head: Person, width: str) -> None:
    page = visit("/offices/county/vacancies/", person=head, width=width)
    expect(page.get_by_role("link", name="Acting Li")).to_be_visible()
    assert_accessible(page)
    page = visit("/offices/county/roster/", person=head, width=width)
    expect(page.get_by_role("link", name="Wang Xiuying")).to_be_visible()
    assert_accessible(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="CSV")).to_be_hidden()
    expect(page.get_by_role("rowheader", name="Wang Xiuying")).to_be_visible()


def test_a_slip_is_made_and_used_on_another_phone(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    member(units["village"], Office.LIAISON, who=person("Ada", with_account=False))
    page = visit("/people/county/slips/", person=head)
    assert_accessible(page)
    page.get_by_label("Acting Li").uncheck()
    page.get_by_role("button", name="Make the slips").click()
    expect(page.locator(".slip")).to_have_count(1)
    assert_accessible(page)
    code = page.locator(".slip-code").inner_text()
    other = visit("/join/")
    assert_accessible(other)
    other.get_by_label("Your code").fill(code.lower())
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
    assert_accessible(other)
    other.get_by_label("New password", exact=True).fill("long-enough-for-her")
    other.get_by_label("New password confirmation").fill("long-enough-for-her")
    other.get_by_label("I am 14 or older").check()
    other.get_by_role("button", name="Set it and come in").click()
    other.wait_for_url("**/today/")
