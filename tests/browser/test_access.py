"""Every journey's page for everybody: axe in light and dark, text at 200 %, no motion, and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from braid.people.enums import Office
from braid.people.models import Person
from tests.factories import chat, group, member, notice, person, relay, tree

from .conftest import Visit, assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def head() -> Person:
    """The head of a county with a notice, a draft, a group, a chat group, and a call to carry."""
    units = tree({"nation": {"county": {"village": {}}}})
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    relay(notice(units["county"], title="Lanterns", body="Bring one.", asks_acknowledgement=True, is_public=True))
    notice(units["county"], sent_at=None, title="A draft with a rather long title about the coming spring festival")
    group(units["county"], name="Readers", head=head, is_public=True)
    chat(units["county"], head)
    return head


def journeys(head: Person) -> list[str]:
    """The pages that journeys pass which no other journey runs axe on in both schemes."""
    from braid.contact.models import Group, Notice

    call, draft = Notice.objects.get(title="Lanterns"), Notice.objects.exclude(title="Lanterns").get()
    code = Group.objects.get().unit.code
    return [
        *("/today/", "/notices/", "/notices/sent/", "/notices/new/", "/me/", "/me/devices/", "/offline/"),
        *(
            f"/notices/{call.pk}/",
            f"/notices/{call.pk}/relay/",
            f"/notices/{call.pk}/reach/",
            f"/notices/{call.pk}/pyramid/",
        ),
        *(f"/notices/{draft.pk}/edit/", f"/notices/{draft.pk}/audience/", f"/notices/{draft.pk}/send/"),
        *("/my-unit/county/", "/subtree/county/", "/people/county/", f"/groups/at/{code}/", "/chats/of/county/"),
        *("/u/county/", "/u/county/help/", "/search/?q=vill"),
    ]


def test_axe_in_both_schemes_text_at_200_percent_and_nothing_moves(visit: Visit, head: Person) -> None:
    page = visit("/today/", person=head, language="zh-hans")
    wide: list[str] = []
    for path in journeys(head):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert_accessible(page)
        assert_accessible_at_night(page, "phone")
        assert moving(page) == [], path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [f"{path}: {each}" for each in sticking_out(page)]
    assert wide == []


def test_axe_on_what_anybody_reads(visit: Visit, head: Person) -> None:
    from braid.contact.models import Group, Notice

    shared = Notice.objects.get(title="Lanterns").pk, Group.objects.get().unit.code
    page = visit("/stories/at/county/", language="zh-hant")
    for path in ("/stories/at/county/", f"/notices/{shared[0]}/", f"/groups/at/{shared[1]}/"):
        page.goto(path)
        expect(page.get_by_role("navigation", name="層級").get_by_role("link", name="county")).to_be_visible()
        assert_accessible(page)
        assert_accessible_at_night(page)


def sticking_out(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :"
        " [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right >"
        " document.documentElement.clientWidth + 1).map((each) => each.tagName + '.' + each.className)"
    )
    return found


def moving(page: Page) -> list[str]:
    """What has an animation or a transition that takes time."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('body *')].filter((each) => { const style = getComputedStyle(each);"
        " return [style.transitionDuration, style.animationDuration].some((all) => all.split(', ').some("
        "(time) => parseFloat(time) > 0.02)); }).map((each) => each.tagName + '.' + each.className)"
    )
    return found


def test_a_notice_is_found_read_and_acknowledged_by_keyboard_alone(visit: Visit, head: Person) -> None:
    page = visit("/today/", person=head)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "Lanterns")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/*/")
    tab_to(page, "I acknowledge this")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Noted: you have acknowledged this.")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says `words`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"Tab never comes to {words}")


def test_a_web_view_of_2018_shows_a_plain_page(visit: Visit, head: Person) -> None:
    """What Chrome 66 makes of the styles: it skips layers, and takes the sheet for browsers without them."""
    page = visit("about:blank", person=head)
    page.route(
        "**/*.css",
        lambda route: (
            route.abort()
            if "plain" not in route.request.url
            else route.fulfill(
                body=route.fetch().text().replace("not (inset: 0)", "(inset: 0)"), content_type="text/css"
            )
        ),
    )
    for path in ("/today/", "/notices/", "/notices/new/", "/u/county/"):
        page.goto(path)
        assert_accessible(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
