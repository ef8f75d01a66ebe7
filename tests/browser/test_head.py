"""The head's page and the visits of an officer, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from braid.people.enums import Office
from braid.people.models import Person
from braid.work.models import Visit
from tests.factories import member, person, tree

from .conftest import Visit as Open
from .conftest import assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def head() -> Person:
    units = tree({"nation": {"county": {"east": {"v1": {}}, "west": {}}}})
    member(units["east"], Office.HEAD)
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


def test_a_visit_is_logged_in_three_taps_and_stands_in_her_record(visit: Open, head: Person) -> None:
    page = visit("/today/", person=head)
    page.get_by_role("link", name="Log a visit").click()
    assert_accessible(page)
    page.get_by_label("by phone").check()
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("1 person")).to_be_visible()
    assert Visit.objects.get().kind == "phone"
    page.goto("/me/duty/")
    expect(page.get_by_role("link", name="Visits and contacts: 1")).to_be_visible()
    assert_accessible(page)


def test_the_head_sees_her_subtree_on_one_screen(visit: Open, head: Person) -> None:
    page = visit("/head/", person=head)
    expect(page.get_by_role("heading", level=1)).to_have_text("county")
    vacant = page.get_by_role("link", name="Units without a head: 2")
    box = vacant.bounding_box()
    assert box
    assert box["y"] < 740, "all four groups stand on the first screen of a phone"
    assert_accessible(page)
    assert_accessible_at_night(page)
    vacant.click()
    expect(page.get_by_role("link", name="v1")).to_be_visible()
