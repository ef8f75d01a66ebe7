"""Without a connection, in a real browser: reading, answering, drafts and their conflicts, signing out, slow networks."""

from __future__ import annotations

import re

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from braid.contact.actions import NoticeText, change_notice
from braid.contact.models import Notice, Receipt
from braid.people.enums import Office
from braid.people.models import Person
from tests.factories import member, notice, person, tree

from .conftest import Visit, assert_accessible, session_of
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def head() -> Person:
    units = tree({"nation": {"county": {"village": {}}}})
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


KEPT = """(async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("pages-"));
  return names.length && navigator.serviceWorker.controller ? (await (await caches.open(names[0])).keys()).length : 0;
})()"""


def settled(page: Page) -> Page:
    """The page, once the service worker answers for it and has fetched Today and the inbox."""
    until(page, f"{KEPT}.then((pages) => pages >= 2)")
    return page


def until(page: Page, expression: str, about: object = None) -> None:
    """Wait for what a promise comes to be (Playwright's own `wait_for_function` takes the promise itself for an answer)."""
    for _ in range(1200):
        if page.evaluate(expression, about):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")


def waiting(page: Page) -> int:
    """How many forms wait on the device; the page's heading may be there before its scripts are."""
    until(page, "Boolean(window.braidQueue)")
    return int(page.evaluate("braidQueue.all().then((all) => all.length)"))


def marked(page: Page) -> None:
    """Wait until the page has marked its form as one that may wait: on a loaded machine a click can be quicker than scripts."""
    page.locator('form[data-offline] [name="_slot"]').wait_for(state="attached")


def left_once_online(page: Page) -> int:
    """How many forms the device still has once it has sent all; the open page asks nothing meanwhile (SQLite would be locked)."""
    page.context.set_offline(False)
    page.evaluate("navigator.serviceWorker.ready.then((ready) => ready.active.postMessage('send'))")
    until(page, "window.braidQueue && braidQueue.all().then((all) => all.every((one) => one.state !== 'waiting'))")
    return waiting(page)


def test_reading_answering_and_sending_later(visit: Visit, head: Person) -> None:
    call = notice(head.memberships.get().unit, title="Lanterns", body="Bring one.", asks_acknowledgement=True)
    page = settled(visit("/today/", person=head, worker=True))
    page.goto(f"/notices/{call.pk}/")
    page.context.set_offline(True)
    page.goto("/notices/")
    expect(page.get_by_text("No connection: you see this page as it was")).to_be_visible()
    page.get_by_role("link", name="Lanterns").click()
    expect(page.get_by_text("Bring one.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="I acknowledge this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    expect(page.locator("[data-waiting-list]").get_by_text("Lanterns")).to_be_visible()
    expect(page.get_by_text("waiting to send").first).to_be_visible()
    assert_accessible(page)
    shoot(page, "offline-waiting")
    page.goto("/today/")
    expect(page.get_by_role("link", name="1 waiting to send")).to_be_visible()
    assert not Receipt.objects.filter(fact=2).exists()
    page.goto("/people/county/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")

    assert left_once_online(page) == 0
    page.goto("/today/")
    expect(page.get_by_role("link", name="1 waiting to send")).to_be_hidden()
    assert Receipt.objects.filter(fact=2, person=head).count() == 1


def test_a_draft_written_offline_meets_another_hand_and_nothing_is_lost(visit: Visit, head: Person) -> None:
    draft = notice(head.memberships.get().unit, sent_at=None, title="Begun")
    page = settled(visit(f"/notices/{draft.pk}/edit/", person=head, worker=True))
    page.goto(f"/notices/{draft.pk}/edit/")
    page.context.set_offline(True)
    for words in ("First thought.", "Written on the bus."):
        page.goto(f"/notices/{draft.pk}/edit/")
        page.get_by_label("Text (optional)", exact=True).fill(words)
        page.get_by_role("button", name="Save and choose recipients").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    assert waiting(page) == 1, "the newer words take the older ones' place"
    page.goto(f"/notices/{draft.pk}/edit/")
    expect(page.get_by_label("Text (optional)", exact=True)).to_have_value("Written on the bus.")
    expect(page.get_by_text("You see what you wrote on this device.")).to_be_visible()

    change_notice(draft, NoticeText("Begun", "Another hand."), by=head, at=timezone.now())
    connections.close_all()
    assert left_once_online(page) == 1
    page.goto("/today/")
    page.get_by_role("link", name="1 could not be sent: please look").click()
    expect(page.get_by_text("somebody may have changed it meanwhile")).to_be_visible()
    expect(page.get_by_label("What you wrote")).to_have_value(re.compile("Written on the bus."))
    assert_accessible(page)
    shoot(page, "offline-conflict")
    assert Notice.objects.get(pk=draft.pk).body == "Another hand."
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()


def test_what_was_refused_just_now_is_not_covered_by_older_words_of_the_device(visit: Visit, head: Person) -> None:
    draft = notice(head.memberships.get().unit, sent_at=None, title="Begun")
    address = f"/notices/{draft.pk}/edit/"
    page = settled(visit(address, person=head, worker=True))
    page.goto(address)
    page.context.set_offline(True)
    page.goto(address)
    page.get_by_label("Text (optional)", exact=True).fill("Written on the bus.")
    page.get_by_role("button", name="Save and choose recipients").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    change_notice(draft, NoticeText("Begun", "Another hand."), by=head, at=timezone.now())
    connections.close_all()
    assert left_once_online(page) == 1
    page.goto("/today/")
    expect(page.get_by_role("link", name="1 could not be sent: please look")).to_be_visible()
    page.goto(address)
    text = page.get_by_label("Text (optional)", exact=True)
    expect(text).to_have_value("Written on the bus.")
    text.fill("Written at home.")
    page.get_by_role("button", name="Save and choose recipients").click()
    expect(page.get_by_role("heading", name="How it is now")).to_be_visible()
    marked(page)
    expect(text).to_have_value("Written at home.")
    page.get_by_role("button", name="Save and choose recipients").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who gets it")
    assert Notice.objects.get(pk=draft.pk).body == "Written at home."
    assert waiting(page) == 0


def test_signing_out_wipes_the_device_and_asks_before_it_loses_anything(visit: Visit, head: Person) -> None:
    page = settled(visit("/notices/new/", person=head, worker=True))
    page.goto("/notices/new/")
    page.context.set_offline(True)
    page.get_by_label("Title", exact=True).fill("Not sent")
    page.get_by_role("button", name="Save and choose recipients").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    page.goto("/today/")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Sign out").click()
    assert asked == ["Something was not sent yet. If you sign out now it is thrown away."]
    assert waiting(page) == 1
    page.evaluate("braidQueue.all().then((all) => braidQueue.put({...all[0], state: 'refused', status: 409}))")
    page.context.set_offline(False)
    page.goto("/today/")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/today/" not in url)
    page.goto("/accounts/login/")
    kept = "caches.keys().then((names) => names.filter((name) => name.startsWith('pages-')).length)"
    assert page.evaluate(kept) == 0
    page.goto("/offline/")
    assert waiting(page) == 0
    assert not page.evaluate("braidQueue.who()")


def test_another_person_on_the_same_device_finds_nothing(visit: Visit, head: Person, live_server: LiveServer) -> None:
    hers = f"/notices/{notice(head.memberships.get().unit, title='Lanterns').pk}/"
    page = settled(visit("/today/", person=head, worker=True))
    page.goto(hers)
    other = member(head.memberships.get().unit, Office.DEPUTY, who=person("Li Na"))
    before = page.evaluate("braidQueue.who()")
    page.context.add_cookies([session_of(live_server.url, other)])
    page.goto("/today/")
    until(page, "(before) => window.braidQueue && braidQueue.who().then((who) => who !== before)", before)
    page.context.set_offline(True)
    page.goto(hers)
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    assert len(page.evaluate("caches.keys().then((names) => names.filter((name) => name.startsWith('pages-')))")) == 1


def test_the_inbox_becomes_readable_at_50_kbit(visit: Visit, head: Person) -> None:
    """The first visit of all, nothing kept yet: 50 kbit/s, 400 ms; the test server sends styles unpacked."""
    notice(head.memberships.get().unit, title="Lanterns")
    page = visit("about:blank", person=head, worker=True)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    rate = 50_000 / 8
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": rate, "uploadThroughput": rate},
    )
    page.goto("/notices/", wait_until="commit", timeout=30_000)
    page.get_by_role("link", name="Lanterns").wait_for(timeout=25_000)
