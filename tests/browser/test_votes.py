"""A vote and a story in a real browser: nominated, accepted, voted on a phone without counts, told; axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.actions import advance_ballots, count_ballots, fold_votes, publish_result
from braid.contact.enums import BallotState
from braid.contact.models import Ballot, Nomination
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import ballot, member, person, tree

from .conftest import Visit, assert_accessible
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"province": {"county": {"village": {}}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying"))


def test_a_vote_from_the_nomination_to_the_result(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    her = member(units["village"], who=person("Li Na"))
    made = ballot(units["county"])
    page = visit(f"/votes/{made.pk}/", person=her)
    assert_accessible(page)
    page.get_by_role("link", name="Nominate").click()
    assert_accessible(page)
    page.get_by_label("Somebody else").check()
    page.get_by_label("Name to be shown").fill("Zhang family")
    page.get_by_label("Why").fill("They feed the school")
    page.get_by_role("button", name="Nominate").click()
    expect(page.get_by_text("Send her this link.")).to_be_visible()
    shoot(page, "vote-nominated")

    page = visit(f"/votes/consent/{Nomination.objects.get().consent_key}/")
    assert_accessible(page)
    page.get_by_role("button", name="I agree").click()
    expect(page.locator("#messages")).to_contain_text("Thank you.")

    page = visit(f"/votes/{made.pk}/run/", person=head)
    assert_accessible(page)
    shoot(page, "vote-run")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#messages")).to_contain_text("Zhang family stands for the vote.")

    running = ballot(units["county"], BallotState.VOTING)
    page = visit(f"/votes/{running.pk}/", person=her)
    assert_accessible(page)
    page.get_by_label("Candidate 2").check()
    shoot(page, "vote-choose")
    page.get_by_role("button", name="Vote").click()
    expect(page.get_by_text("Your vote is in.")).to_be_visible()
    assert_accessible(page)
    fold_votes(timezone.now())
    page.get_by_role("link", name="Change my vote").click()
    expect(page.get_by_label("Candidate 2")).to_be_checked()

    running.refresh_from_db()
    at = running.voting_ends_at + timedelta(minutes=1)
    advance_ballots(at)
    publish_result(Ballot.objects.select_related("unit").get(pk=running.pk), by=OPERATOR, at=at)
    count_ballots(at)
    page = visit(f"/votes/{running.pk}/", person=her)
    expect(page.get_by_text("1 person took part.")).to_be_visible()
    assert_accessible(page)
    shoot(page, "vote-result")


def test_a_story_is_sent_in_published_and_taken_back(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    her = member(units["village"], who=person("Li Na"))
    page = visit("/stories/", person=her)
    assert_accessible(page)
    page.locator("#content").get_by_role("link", name="county").click()
    assert_accessible(page)
    page.get_by_label("Title").fill("Our well")
    page.get_by_label("Text").fill("We dug it together")
    page.get_by_label("no name").check()
    shoot(page, "story-new")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages")).to_contain_text("Thank you.")

    page = visit("/stories/of/county/", person=head)
    assert_accessible(page)
    page.get_by_role("link", name="Our well").click()
    page.get_by_label("Thanks, or why not").fill("Thank you, Li Na")
    assert_accessible(page)
    shoot(page, "story-answer")
    page.get_by_role("button", name="Publish with thanks").click()
    expect(page.locator("#messages")).to_contain_text("Published.")

    page = visit("/u/county/")
    page.get_by_role("link", name="Our well").click()
    expect(page.get_by_text("We dug it together")).to_be_visible()
    assert_accessible(page)

    page = visit("/stories/", person=her)
    expect(page.get_by_text("Thank you, Li Na")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#messages")).to_contain_text("It is shown nowhere any more.")


def test_votes_pass_axe_in_chinese_and_dark(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    running = ballot(units["county"], BallotState.VOTING, choices=2)
    for path in (
        "/votes/",
        f"/votes/{running.pk}/",
        f"/votes/{running.pk}/run/",
        "/votes/of/county/new/",
        "/my-unit/county/",
    ):
        page = visit(path, person=head, language="zh-hans", dark=True)
        assert_accessible(page)
        shoot(page, "zh-" + path.strip("/").replace("/", "-"))
