"""A group in a real browser: begun on a phone, found on the Home, asked, let in, its rota kept, left; axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.enums import JoinRule
from braid.contact.models import Group
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import group, member, person, tree

from .conftest import Visit, assert_accessible
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"province": {"county": {"village": {}}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


def test_a_group_begins_is_found_and_joined_and_left(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    page = visit("/groups/of/county/", person=head)
    assert_accessible(page)
    page.get_by_role("link", name="Begin a group").first.click()
    assert_accessible(page)
    page.get_by_label("Name of the group").fill("Readers")
    page.get_by_label("What it is for").fill("One book a week")
    page.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.get_by_label("Public:").check()
    shoot(page, "group-new")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("The group has begun.")
    assert_accessible(page)
    shoot(page, "group-head")
    page.get_by_role("link", name="Invite people").click()
    expect(page.locator("svg.qr")).to_be_visible()
    assert_accessible(page)
    shoot(page, "group-invite")
    code = Group.objects.get().unit.code

    page = visit("/u/county/")
    page.get_by_role("link", name="Readers").click()
    expect(page.get_by_role("link", name="Sign in to join")).to_be_visible()
    assert_accessible(page)
    her = person("Li Na")
    page = visit(f"/groups/at/{code}/", person=her)
    page.get_by_label("Why you want to join").fill("I like books")
    page.get_by_role("button", name="Ask to join").click()
    assert_accessible(page)

    page = visit("/today/", person=head)
    expect(page.get_by_role("button", name="Go on for a year")).to_be_visible()
    assert_accessible(page)
    shoot(page, "group-today")
    page.get_by_role("button", name="Go on for a year").click()
    expect(page.locator("#messages")).to_contain_text("It goes on for another year.")
    page.get_by_role("button", name="Let her in").click()
    expect(page.locator("#messages")).to_contain_text("Li Na is in the group now.")

    page = visit("/groups/", person=her)
    assert_accessible(page)
    shoot(page, "groups-mine")
    page.get_by_role("button", name="Leave").click()
    expect(page.locator("#messages")).to_contain_text("You have left Readers.")


def test_a_rota_and_the_other_pages_pass_axe_in_chinese_and_dark(
    visit: Visit, units: dict[str, Unit], head: Person
) -> None:
    made = group(units["county"], name="读书会", purpose="每周一起读一本书", head=head, join_rule=JoinRule.OPEN)
    member(made.unit, who=person("李娜"))
    page = visit(f"/chats/of/{made.unit.code}/new/", person=head)
    page.get_by_label("Platform").fill("WeChat")
    page.get_by_label("What it is called there").fill("Readers")
    page.get_by_label("Who owns it").fill("Wang Xiuying\n李娜")
    page.get_by_label("Days of a turn").fill("7")
    page.get_by_label("First day of the first turn").fill(timezone.localdate().isoformat())
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Owner now: Wang Xiuying")).to_be_visible()
    code = made.unit.code
    paths = ("/groups/of/county/", f"/groups/at/{code}/", f"/groups/at/{code}/close/", f"/groups/at/{code}/hand-over/")
    for path in (*paths, f"/chats/of/{code}/", "/affiliations/of/county/", "/my-unit/county/"):
        page = visit(path, person=head, language="zh-hans", dark=True)
        assert_accessible(page)
        shoot(page, "zh-" + path.strip("/").replace("/", "-"))
