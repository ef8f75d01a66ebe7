"""Journeys in a real browser: what people do most, on a phone, with axe on every page they pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from braid.contact.actions import NoticeText, draft_notice, send_notice
from braid.contact.actions.receipts import fold_spool
from braid.contact.models import Audience
from braid.kernel.outbox import run_due
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import member, person, tree

from .conftest import Visit, assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    """A nation down to two villages."""
    return tree({"nation": {"province": {"city": {"county": {"township": {"village": {}, "hamlet": {}}}}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    """The head of the county; the villages have liaison officers."""
    for name in ("village", "hamlet"):
        member(units[name], Office.LIAISON, who=person(f"Liaison of {name}"))
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


def test_the_public_home_needs_no_script_and_little_data(visit: Visit, units: dict[str, Unit]) -> None:
    weight: list[int] = []
    page = visit("about:blank", script=False)
    page.on(
        "requestfinished",
        lambda request: weight.append(sum(request.sizes()[k] for k in ("responseBodySize", "responseHeadersSize"))),
    )
    page.goto("/u/county/")
    page.get_by_role("link", name="township").click()
    page.wait_for_url("**/u/township/")
    assert page.get_by_role("heading", level=1).inner_text() == "township"
    page.get_by_label("Levels").get_by_role("link", name="county").click()
    page.wait_for_url("**/u/county/")
    assert sum(weight) < 3 * 60_000, "three views of public pages, their styles sent unpacked by the test server"


def test_the_public_home_passes_axe(visit: Visit, units: dict[str, Unit]) -> None:
    for language in ("zh-hans", "en"):
        assert_accessible(visit("/u/county/", language=language))
    assert_accessible(visit("/u/village/", width="desktop", dark=True))


def test_signing_in_by_keyboard(visit: Visit, head: Person) -> None:
    head.account.password = make_password("three strands")
    head.account.username = "wang"
    head.account.save()
    page = visit("/accounts/login/")
    assert_accessible(page)
    page.get_by_label("User name").focus()
    page.keyboard.type("wang")
    page.keyboard.press("Tab")
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type("three strands")
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")
    assert_accessible(page)


def test_a_wrong_password_is_said_in_the_summary_and_beside_the_field(visit: Visit, head: Person) -> None:
    page = visit("/accounts/login/")
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert_accessible(page)


SIGNED_IN = [
    "/today/",
    "/my-unit/county/",
    "/my-unit/county/record/",
    "/subtree/county/",
    "/people/county/",
    "/notices/",
    "/notices/sent/",
    "/me/",
    "/roles/",
    "/search/?q=vill",
    "/u/county/edit/",
    "/u/county/help/",
    "/units/of/county/",
    "/units/of/county/rename/",
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_signed_in_pages_pass_axe(visit: Visit, head: Person, language: str) -> None:
    """In one window, as she walks from page to page: every second page in Chinese, the others in English."""
    page = visit("/today/", person=head, language=language)
    for path in SIGNED_IN[language == "en" :: 2]:
        page.goto(path)
        assert page.get_by_role("heading", level=1).count() == 1, path
        assert_accessible(page)
        assert_accessible_at_night(page)


def test_switching_the_unit_keeps_the_page(visit: Visit, head: Person) -> None:
    page = visit("/subtree/county/", person=head)
    page.locator(".switch summary").click()
    page.get_by_role("combobox").fill("townsh")
    page.get_by_role("option", name="township").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/subtree/township/")


def test_a_notice_is_written_sent_taken_back_and_sent_again(
    visit: Visit, head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("/notices/new/", person=head)
    assert_accessible(page)
    page.get_by_label("Title", exact=True).fill("Visit every household")
    page.get_by_label("Text (optional)", exact=True).fill("Please visit **every** household this month.")
    page.locator("#preview strong").wait_for()
    page.get_by_role("button", name="Save and choose recipients").click()
    page.get_by_role("heading", name="Who gets it").wait_for()
    assert_accessible(page)
    page.get_by_role("link", name="Check and send").click()
    page.get_by_role("button", name="Send now").wait_for()
    assert_accessible(page)
    undo = page.get_by_role("button", name="Undo")
    with monkeypatch.context() as patient:
        patient.setattr("braid.contact.actions.sending.UNDO_WINDOW", timedelta(minutes=1))
        page.get_by_role("button", name="Send now").click()
        undo.wait_for()
    assert_accessible(page)
    undo.click()
    page.get_by_role("button", name="Save and choose recipients").click()
    page.get_by_role("link", name="Check and send").click()
    page.get_by_role("button", name="Send now").click()
    undo.wait_for()
    undo.wait_for(state="hidden", timeout=40_000)


def test_a_notice_is_read_acknowledged_and_counted(visit: Visit, head: Person, units: dict[str, Unit]) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    words = NoticeText("Visit every household", "Please.", asks_acknowledgement=True)
    notice = draft_notice(units["county"], words, by=head, at=long_ago, audience=[Audience(unit=units["county"])])
    send_notice(notice, by=head, at=long_ago)
    run_due(at=long_ago + timedelta(minutes=1))

    officer = Person.objects.get(name="Liaison of village")
    page = visit("/notices/", person=officer)
    page.get_by_role("link", name="Visit every household").click()
    page.get_by_role("button", name="I acknowledge this").click()
    page.get_by_text("Acknowledged").first.wait_for()
    assert_accessible(page)

    fold_spool(timezone.now())
    for width in ("phone", "desktop"):
        reach = visit(f"/notices/{notice.pk}/reach/", person=head, width=width)
        assert reach.get_by_role("row", name="township").count()
        assert_accessible(reach)


def test_the_subtree_is_sorted_on_a_phone(visit: Visit, head: Person) -> None:
    page = visit("/subtree/county/", person=head)
    page.get_by_role("link", name="Last activity", exact=True).first.click()
    page.wait_for_url("**sort=activity**")
    assert page.locator("th[aria-sort=descending]").is_visible()
