"""Directives in a real browser at 360 px: written, passed on, done step by step, approved; axe on every page."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.models import Directive, DirectiveRule, Handling
from tests import factories
from tests.factories import member, person, tree

from .conftest import Visit, assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"province": {"county": {"township": {"village": {}, "hamlet": {}}}}}})


@pytest.fixture
def officer(units: dict[str, Unit]) -> Person:
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


@pytest.fixture
def villager(units: dict[str, Unit]) -> Person:
    return member(units["village"], Office.LIAISON, who=person("Li Na"))


@pytest.fixture
def directive(units: dict[str, Unit]) -> Directive:
    return factories.directive(
        units["province"],
        DirectiveRule(unit=units["county"], is_subtree=False),
        sent_at=timezone.now() - timedelta(hours=5),
        due_on=timezone.localdate() + timedelta(days=20),
        body="Ask each family what it needs before the winter.",
        why="Last winter eleven families were without coal.",
        basis="Plan of 2026, no. 4",
    )


def shoot(page: Page, name: str) -> None:
    """A picture for people to look at, where `BRAID_SHOTS` names a folder."""
    if folder := os.environ.get("BRAID_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_county_officer_passes_one_on_and_approves(
    visit: Visit, units: dict[str, Unit], officer: Person, villager: Person, directive: Directive
) -> None:
    page = visit("/today", person=officer)
    page.get_by_role("link", name="Visit every family").first.click()
    expect(page.get_by_role("heading", name="Visit every family")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert Handling.objects.get().unit == units["county"], "the page says by itself that it was opened"
    assert_accessible(page)
    shoot(page, "directive")
    page.get_by_role("link", name="Pass on to your units").click()
    assert_accessible(page)
    page.get_by_label("Level 5").check()
    page.get_by_label("What you add").fill("Begin with the families on the hill.")
    shoot(page, "pass")
    page.get_by_role("button", name="Pass on").click()
    expect(page.get_by_text("Passed on.")).to_be_visible()
    factories.directives.count(timezone.now())

    hers = visit(f"/directives/{directive.pk}/", person=villager)
    expect(hers.get_by_text("Begin with the families on the hill.")).to_be_visible()
    hers.get_by_role("button", name="Make a list").click()
    expect(hers.get_by_role("button", name="Make a list", pressed=True)).to_be_visible()
    assert_accessible(hers)
    assert_accessible_at_night(hers)
    shoot(hers, "handling")
    hers.get_by_role("link", name="Report what was done").click()
    assert_accessible(hers)
    hers.get_by_label("What was done").fill("All nine visited.")
    hers.get_by_label("Minutes it really took").fill("90")
    hers.get_by_role("button", name="Report", exact=True).click()
    expect(hers.get_by_text("All nine visited.").first).to_be_visible()

    page.goto("/today")
    expect(page.get_by_text("Look at reports and approve them").first).to_be_visible()
    page.locator("a[href*='what=reported']").first.click()
    expect(page.get_by_text("All nine visited.")).to_be_visible()
    assert_accessible(page)
    shoot(page, "reported")
    page.get_by_role("link", name="village", exact=True).click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved.")).to_be_visible()
    assert Handling.objects.get(unit=units["village"]).state == "approved"


def test_a_directive_is_written_and_followed(visit: Visit, units: dict[str, Unit], officer: Person) -> None:
    page = visit("/directives/new/", person=officer)
    page.get_by_label("Title", exact=True).fill("Count the wells")
    page.get_by_label("Due on").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    page.get_by_label("Expected minutes of work").fill("30")
    assert_accessible(page)
    shoot(page, "write_directive")
    page.get_by_role("button", name="Save and choose the units").click()
    expect(page.locator("#rule")).to_contain_text("This is 4 units.")
    assert_accessible(page)
    shoot(page, "directive_audience")
    page.get_by_role("link", name="Check and send").click()
    assert_accessible(page)
    shoot(page, "directive_send")
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("button", name="Undo sending").wait_for()
    sent = factories.directive(
        units["county"], sent_at=timezone.now() - timedelta(days=3), due_on=timezone.localdate() + timedelta(days=2)
    )
    for path, name in (
        (f"/directives/{sent.pk}/status/", "status"),
        (f"/directives/{sent.pk}/correct/", "correct"),
        ("/directives/", "directives"),
        ("/directives/sent/", "directives_sent"),
    ):
        page.goto(path)
        assert_accessible(page)
        shoot(page, name)
