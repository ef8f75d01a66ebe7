"""A notice that puts units over their budget of time goes out with a reason only, by whatever way, and they read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from braid.contact.actions import (
    NoticeText,
    Repetition,
    agree_to,
    ask_review,
    change_notice,
    draft_notice,
    plan_sending,
    repeat_notice,
    send_notice,
    set_review_rule,
    undo_sending,
)
from braid.contact.enums import UNDO_WINDOW, Every, NoticeState
from braid.contact.models import Audience, Notice
from braid.contact.queries.reviews import seal_of
from braid.contact.recurrence import Recurrence
from braid.contact.views.sending import SHOWN_FOR
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.outbox import run_due
from braid.people.actions import make_token
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Level
from braid.work.models import DirectiveRule
from braid.work.queries.burden import month_of
from braid.work.queries.unit_burden import burden_of
from tests import factories
from tests.factories import directive_rows

ZONE = "Asia/Shanghai"
WHY = "The river rises tonight."
ASKED = "Why may it take more time than their budget?"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def author(world: SimpleNamespace) -> Person:
    return factories.member(world.county, Office.DEPUTY)


@pytest.fixture
def draft(world: SimpleNamespace, author: Person, now: datetime) -> Notice:
    """Of one minute, to three units; the village has 240 a month."""
    for level, name in enumerate(("Nation", "Province", "County", "Township", "Village"), start=1):
        Level.objects.create(number=level, name=name)
    return draft_notice(world.county, NoticeText("Hello"), by=author, at=now, audience=[Audience(unit=world.county)])


@pytest.fixture
def full(world: SimpleNamespace, draft: Notice, now: datetime) -> Notice:
    """The same draft; nothing is left of the time of the village."""
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=240)
    return draft


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def page(person: Person, address: str) -> str:
    return client_of(person).get(address).content.decode()


def assert_needs_reason(act: Callable[[], object]) -> None:
    with pytest.raises(BadInput) as refused:
        act()
    assert set(refused.value.fields) == {"over_budget_why"}


def test_it_is_sent_with_a_reason_that_those_asked_read(
    world: SimpleNamespace, full: Notice, author: Person, now: datetime
) -> None:
    sent_at = now - UNDO_WINDOW
    assert_needs_reason(lambda: send_notice(full, over_budget_why=" ", by=author, at=sent_at))
    send_notice(full, over_budget_why=f" {WHY} ", by=author, at=sent_at)
    for reader in (world.liaisons["village"], world.heads["county"]):
        for address in (f"/notices/{full.pk}/", "/burden/village/"):
            assert WHY in page(reader, address)
    lines = burden_of(world.village, month_of(now), reader=world.liaisons["village"]).lines
    assert sorted((line.minutes, line.why) for line in lines) == [(1, WHY), (240, "")]
    hidden = burden_of(world.village, month_of(now), reader=world.heads["other"]).lines
    assert {line.why for line in hidden} == {""}, "no more than the title for whom it is not meant"


def shown(person: Person, draft: Notice) -> str:
    """What the page before sending signs where nobody goes beyond."""
    found = re.search('name="shown" value="([^"]+)"', page(person, f"/notices/{draft.pk}/send/"))
    return found[1] if found else ""


def use_up(world: SimpleNamespace, now: datetime) -> None:
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=240)


def test_what_was_shown_a_moment_ago_goes_out_without_asking_the_meter_again(
    world: SimpleNamespace, draft: Notice, author: Person, now: datetime
) -> None:
    token = shown(author, draft)
    use_up(world, now)
    assert client_of(author).post(f"/notices/{draft.pk}/send/", {"shown": token}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == NoticeState.SENT


@pytest.mark.parametrize("how", ["it was changed", "it was long ago", "it is another's", "it is made up"])
def test_what_was_shown_otherwise_is_asked_about_again(
    world: SimpleNamespace, draft: Notice, author: Person, now: datetime, how: str
) -> None:
    token, moment = shown(author, draft), now
    use_up(world, now)
    if how == "it was changed":
        change_notice(draft, NoticeText("Hello again"), by=author, at=now)
    elif how == "it was long ago":
        moment = now + SHOWN_FOR + timedelta(seconds=2)
    elif how == "it is another's":
        other = draft_notice(
            world.county, NoticeText("Hello"), by=author, at=now, audience=[Audience(unit=world.county)]
        )
        draft = other
    else:
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    with time_machine.travel(moment):
        answer = client_of(author).post(f"/notices/{draft.pk}/send/", {"shown": token})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.state == NoticeState.DRAFT


def test_what_puts_some_over_budget_is_not_signed(full: Notice, author: Person) -> None:
    assert shown(author, full) == ""


def test_within_the_budget_none_is_asked(draft: Notice, author: Person, now: datetime) -> None:
    assert ASKED not in page(author, f"/notices/{draft.pk}/send/")
    assert client_of(author).post(f"/notices/{draft.pk}/send/").status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.over_budget_why) == (NoticeState.SENT, "")


def test_the_page_asks_for_it(full: Notice, author: Person, now: datetime) -> None:
    client, address = client_of(author), f"/notices/{full.pk}/send/"
    shown = page(author, address)
    assert "It puts 1 unit over its budget of time." in shown
    assert ASKED in shown
    assert client.post(address).status_code == 422
    assert client.post(address, {"over_budget_why": WHY}).status_code == 302
    full.refresh_from_db()
    assert (full.state, full.over_budget_why) == (NoticeState.SENT, WHY)
    undo_sending(full, by=author, at=now)
    assert WHY in page(author, address), "a draft again, it keeps its reason"


def test_a_plan_asks_for_it(full: Notice, author: Person, now: datetime) -> None:
    later = now + timedelta(hours=2)
    assert_needs_reason(lambda: plan_sending(full, later, zone=ZONE, by=author, at=now))
    plan_sending(full, later, zone=ZONE, over_budget_why=WHY, by=author, at=now)
    run_due(at=later - UNDO_WINDOW)
    full.refresh_from_db()
    assert (full.state, full.over_budget_why) == (NoticeState.SENT, WHY)


def test_the_page_of_a_plan_asks_for_it(full: Notice, author: Person, now: datetime) -> None:
    client, address = client_of(author), f"/notices/{full.pk}/plan/"
    assert ASKED in page(author, address)
    day = timezone.localdate(now) + timedelta(days=2)
    said = {"day": day.isoformat(), "time": "09:00", "zone": ZONE}
    assert client.post(address, said).status_code == 422
    assert client.post(address, {**said, "over_budget_why": WHY}).status_code == 302
    full.refresh_from_db()
    assert (full.send_at is not None, full.over_budget_why) == (True, WHY)
    weekly = {**said, "repeat": "week", "times": "3", "over_budget_why": "Each week."}
    assert client.post(address, weekly).status_code == 302
    full.refresh_from_db()
    assert (full.repeats is not None, full.over_budget_why) == (True, "Each week.")


def test_time_used_up_meanwhile_keeps_a_plan_back_and_says_why(
    world: SimpleNamespace, draft: Notice, author: Person, now: datetime
) -> None:
    later = now + timedelta(minutes=6)  # in the same month
    plan_sending(draft, later, zone=ZONE, by=author, at=now)
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=240)
    run_due(at=later - UNDO_WINDOW)
    draft.refresh_from_db()
    assert draft.state == NoticeState.DRAFT
    assert "Say why it may be." in draft.not_sent_why


def test_each_of_a_series_has_the_reason(full: Notice, author: Person, now: datetime) -> None:
    first = timezone.localdate(now) + timedelta(days=2)
    plan = Repetition(Recurrence(Every.WEEK, first, first + timedelta(days=7)), time(9), ZONE)
    assert_needs_reason(lambda: repeat_notice(full, plan, by=author, at=now))
    series = repeat_notice(full, plan, over_budget_why=WHY, by=author, at=now)
    assert series.next_at is not None
    run_due(at=series.next_at - UNDO_WINDOW)
    one = Notice.objects.get(occurrence_of=series)
    assert (one.state, one.over_budget_why) == (NoticeState.SENT, WHY)


def test_the_second_reader_reads_it(world: SimpleNamespace, full: Notice, author: Person, now: datetime) -> None:
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    assert_needs_reason(lambda: ask_review(full, by=author, at=now))
    assert client_of(author).post(f"/notices/{full.pk}/review/ask/").status_code == 422
    assert client_of(author).post(f"/notices/{full.pk}/review/ask/", {"over_budget_why": WHY}).status_code == 302
    full.refresh_from_db()
    assert WHY in page(world.heads["county"], f"/notices/{full.pk}/review/")
    read = seal_of(full)
    ask_review(full, over_budget_why="Another reason.", by=author, at=now)
    with pytest.raises(WrongState, match="changed since you read it"):
        agree_to(full, seal=read, by=world.heads["county"], at=now)
    ask_review(full, over_budget_why=WHY, by=author, at=now)
    agree_to(full, seal=seal_of(full), by=world.heads["county"], at=now)
    with pytest.raises(WrongState, match="has not read this reason"):
        send_notice(full, over_budget_why="Because.", by=author, at=now)
    assert client_of(author).post(f"/notices/{full.pk}/send/").status_code == 302
    full.refresh_from_db()
    assert (full.state, full.over_budget_why) == (NoticeState.SENT, WHY)


def test_agreed_to_before_the_time_was_used_up_it_is_read_again(
    world: SimpleNamespace, draft: Notice, author: Person, now: datetime
) -> None:
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    ask_review(draft, by=author, at=now)
    agree_to(draft, seal=seal_of(draft), by=world.heads["county"], at=now)
    assert "Send now" in page(author, f"/notices/{draft.pk}/send/")
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=240)
    shown = page(author, f"/notices/{draft.pk}/send/")
    assert "Send now" not in shown
    assert ASKED in shown
    assert_needs_reason(lambda: send_notice(draft, by=author, at=now))
    ask_review(draft, over_budget_why=WHY, by=author, at=now)
    with pytest.raises(WrongState):
        send_notice(draft, by=author, at=now)


def test_the_api_asks_for_it(full: Notice, author: Person, now: datetime, client: Client) -> None:
    _token, secret = make_token(author, name="x", permissions=["notices.send"], days=9, by=author, at=now)
    given = {"content_type": "application/json", "headers": {"authorization": f"Bearer {secret}"}}
    refused = client.post(f"/api/v1/notices/{full.pk}/send", {}, **given)
    assert refused.status_code == 422
    assert [wrong["field"] for wrong in refused.json()["errors"]] == ["over_budget_why"]
    plan = {"send_at": (now + timedelta(hours=2)).isoformat()}
    assert client.post(f"/api/v1/notices/{full.pk}/plan", plan, **given).status_code == 422
    planned = client.post(f"/api/v1/notices/{full.pk}/plan", {**plan, "over_budget_why": "Later."}, **given)
    assert planned.json()["over_budget_why"] == "Later."
    sent = client.post(f"/api/v1/notices/{full.pk}/send", {"over_budget_why": WHY}, **given)
    assert (sent.json()["state"], sent.json()["over_budget_why"]) == ("sent", WHY)


def test_who_is_not_signed_in_does_not_read_it(full: Notice, author: Person, now: datetime, client: Client) -> None:
    change_notice(full, NoticeText("Hello", is_public=True), by=author, at=now)
    send_notice(full, over_budget_why=WHY, by=author, at=now - UNDO_WINDOW)
    shown = client.get(f"/notices/{full.pk}/").content.decode()
    assert "Hello" in shown
    assert WHY not in shown
