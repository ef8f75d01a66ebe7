"""A notice in a real browser: written, addressed, sent, undone, read and answered on a phone, with axe on every page."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from braid.contact.actions import fold_spool, freeze_due
from braid.contact.models import Notice, Receipt
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import member, notice, person, tree

from .conftest import Visit, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"province": {"county": {"township": {"village": {}}}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


@pytest.fixture
def liaison(units: dict[str, Unit]) -> Person:
    return member(units["village"], Office.LIAISON, who=person("Li Na"))


def shoot(page: Page, name: str) -> None:
    """A picture for people to look at, where `BRAID_SHOTS` names a folder."""
    if folder := os.environ.get("BRAID_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_head_writes_addresses_sends_and_takes_back(
    visit: Visit, head: Person, liaison: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("braid.contact.actions.sending.UNDO_WINDOW", timedelta(minutes=1))  # axe may take its time
    page = visit("/notices/new/", person=head)
    page.get_by_label("Title", exact=True).fill("Meeting on Friday")
    page.get_by_label("Text (optional)", exact=True).fill("Bring the **lists**.")
    expect(page.locator("#preview strong")).to_have_text("lists")
    assert_accessible(page)
    shoot(page, "write")
    page.get_by_role("button", name="Save and choose recipients").click()
    expect(page.locator("#rule")).to_contain_text("This is 3 units and about 2 people.")
    assert_accessible(page)
    shoot(page, "audience")
    page.get_by_role("link", name="Check and send").click()
    assert_accessible(page)
    shoot(page, "send")
    page.get_by_role("button", name="Send now").click()
    assert_accessible(page)
    shoot(page, "undo")
    page.get_by_role("button", name="Undo sending").click()
    page.wait_for_url("**/edit/")
    assert Notice.objects.get().state == "draft"


def test_a_liaison_officer_reads_and_answers_on_a_phone(
    visit: Visit, units: dict[str, Unit], head: Person, liaison: Person
) -> None:
    at = timezone.now()
    notice(
        units["county"],
        title="Report the numbers",
        body="By Friday.",
        asks_acknowledgement=True,
        asks_done=True,
        sent_at=at,
    )
    freeze_due(at)
    page = visit("/notices/", person=liaison)
    assert_accessible(page)
    shoot(page, "inbox")
    with page.expect_response("**/r/") as said:
        page.get_by_role("link", name="Report the numbers").click()
    assert said.value.status == 204
    page.get_by_role("button", name="I acknowledge this").click()
    expect(page.locator("#messages")).to_contain_text("Noted: you have acknowledged this.")
    expect(page.get_by_role("button", name="I acknowledge this")).to_have_count(0)
    assert_accessible(page)
    shoot(page, "notice")
    fold_spool(at + timedelta(seconds=1))
    assert sorted(Receipt.objects.values_list("fact", flat=True)) == [1, 2]
    page = visit("/notices/", person=head, width="desktop")
    page.goto(f"/notices/{Notice.objects.get().pk}/reach/")
    assert_accessible(page)
    shoot(page, "reach")
    page.get_by_role("link", name="not seen").click()
    assert_accessible(page)


def test_a_double_click_sends_once_and_when_the_time_is_over_the_page_says_how_things_are(
    visit: Visit, units: dict[str, Unit], head: Person
) -> None:
    draft = notice(units["county"], sent_at=None)
    page = visit(f"/notices/{draft.pk}/send/", person=head)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if request.url.endswith("/send/") else None)
    page.get_by_role("button", name="Send now").dblclick()
    expect(page.get_by_role("button", name="Undo sending")).to_be_visible()
    assert asked == ["POST"]
    expect(page.get_by_text("It goes out in a few seconds")).to_have_count(0, timeout=40_000)
    expect(page.get_by_role("link", name="Withdraw")).to_be_visible()


def test_a_wrong_clock_does_not_shorten_the_time_to_undo(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    sent = notice(units["county"], sent_at=timezone.now() + timedelta(minutes=1))
    page = visit("/notices/", person=head)
    page.clock.set_system_time(timezone.now() + timedelta(minutes=5))
    page.goto(f"/notices/{sent.pk}/")
    expect(page.get_by_role("button", name="Undo sending")).to_be_visible()


def test_without_script_she_can_say_that_she_has_read_it(visit: Visit, units: dict[str, Unit], liaison: Person) -> None:
    sent = notice(units["county"], sent_at=timezone.now())
    page = visit(f"/notices/{sent.pk}/", person=liaison, script=False)
    page.get_by_role("button", name="I have read this").click()
    expect(page.locator("#messages")).to_contain_text("Noted: you have read this.")
    assert Receipt.objects.count() == 1


def test_in_chinese_and_dark_the_pages_pass_axe(
    visit: Visit, units: dict[str, Unit], head: Person, liaison: Person
) -> None:
    sent = notice(units["county"], sent_at=timezone.now(), title="关于召开会议的通知", asks_done=True)
    for path in ("/notices/", f"/notices/{sent.pk}/", "/notices/sent/", f"/notices/{sent.pk}/withdraw/"):
        page = visit(path, person=head, language="zh-hans", dark=True)
        assert_accessible(page)
        shoot(page, "zh-" + path.strip("/").replace("/", "-"))
