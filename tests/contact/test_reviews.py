"""Second readers: where one is asked for nothing goes out without her, by whatever way, and any change drops her yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import (
    NewAttachment,
    NoticeText,
    add_recipients,
    agree_to,
    ask_review,
    attach_file,
    change_notice,
    correct_notice,
    draft_notice,
    plan_sending,
    send_back,
    send_notice,
    set_review_rule,
)
from braid.contact.actions import reviews as actions
from braid.contact.enums import UNDO_WINDOW, NoticeState
from braid.contact.models import Audience, Notice, Review
from braid.contact.queries.reviews import reviews_waiting_for, seal_of
from braid.insight.ground.contact import readings_waiting
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.files import prove
from braid.kernel.outbox import run_due
from braid.people.actions import make_token
from braid.people.enums import Office
from braid.people.models import Membership, Person
from tests import factories
from tests.clients import queries_of


@pytest.fixture
def author(world: SimpleNamespace) -> Person:
    return factories.member(world.county, Office.DEPUTY)


@pytest.fixture
def reader(world: SimpleNamespace) -> Person:
    person: Person = world.heads["county"]
    return person


@pytest.fixture
def draft(world: SimpleNamespace, author: Person, now: datetime) -> Notice:
    """A draft to three units, of a unit that asks for a second reader of everything."""
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    rule = Audience(unit=world.county)
    return draft_notice(world.county, NoticeText("Hello"), by=author, at=now, audience=[rule])


def agreed(draft: Notice, author: Person, reader: Person, now: datetime) -> None:
    ask_review(draft, by=author, at=now)
    agree_to(draft, seal=seal_of(draft), by=reader, at=now)


def test_it_goes_out_when_a_second_person_has_agreed(
    draft: Notice, author: Person, reader: Person, now: datetime
) -> None:
    with pytest.raises(WrongState):
        send_notice(draft, by=author, at=now)
    ask_review(draft, by=author, at=now)
    with pytest.raises(WrongState):
        send_notice(draft, by=author, at=now)
    agree_to(draft, seal=seal_of(draft), by=reader, at=now)
    send_notice(draft, by=author, at=now)
    assert draft.state == NoticeState.SENT


def test_nobody_is_her_own_second_reader(
    world: SimpleNamespace, draft: Notice, author: Person, reader: Person, now: datetime
) -> None:
    ask_review(draft, by=reader, at=now)
    for by in (author, reader, world.liaisons["county"], world.heads["township"]):
        with pytest.raises(NotAllowed):
            agree_to(draft, seal=seal_of(draft), by=by, at=now)
        with pytest.raises(NotAllowed):
            send_back(draft, why="x", by=by, at=now)
    agree_to(draft, seal=seal_of(draft), by=world.heads["province"], at=now)
    with pytest.raises(WrongState):
        send_notice(draft, by=world.heads["province"], at=now)  # two persons, and the one who agreed is not the second
    send_notice(draft, by=author, at=now)


CHANGES: dict[str, Callable[[Notice, Person, SimpleNamespace, datetime], object]] = {
    "words": lambda draft, by, world, at: change_notice(draft, NoticeText("Other"), by=by, at=at),
    "public": lambda draft, by, world, at: change_notice(draft, NoticeText("Hello", is_public=True), by=by, at=at),
    "recipients": lambda draft, by, world, at: add_recipients(draft, Audience(unit=world.village), by=by),
    "files": lambda draft, by, world, at: attach_file(
        draft, NewAttachment(prove(factories.upload(factories.picture_bytes())), "x"), by=by, at=at
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_drops_the_yes(
    world: SimpleNamespace, draft: Notice, author: Person, reader: Person, now: datetime, what: str
) -> None:
    agreed(draft, author, reader, now)
    CHANGES[what](draft, author, world, now + timedelta(seconds=1))
    with pytest.raises(WrongState):
        send_notice(draft, by=author, at=now)
    with pytest.raises(WrongState):
        agree_to(draft, seal=Review.objects.get().seal, by=reader, at=now)
    ask_review(draft, by=author, at=now)
    agree_to(draft, seal=seal_of(draft), by=reader, at=now)
    send_notice(draft, by=author, at=now)


def test_without_an_agreement_only_a_series_can_be_planned(
    draft: Notice, author: Person, reader: Person, now: datetime, client: Client
) -> None:
    client.force_login(author.account)
    with time_machine.travel(now, tick=False):
        page = reverse("notice_plan", args=[draft.pk])
        text = client.get(page).content.decode()
        assert "<h1>Repeat it</h1>" in text
        assert 'name="repeat" value=""' not in text
        assert re.search(r"<details[^>]* open *><summary>(?:(?!</summary>).)*Repeat it</summary>", text)
        once = {"day": "2026-11-27", "time": "09:00", "zone": "Asia/Shanghai"}
        assert "#id_repeat" in client.post(page, once).content.decode()
        agreed(draft, author, reader, now)
        text = client.get(page).content.decode()
        assert "<h1>Send later</h1>" in text
        assert 'name="repeat" value=""' in text


def test_what_changed_while_she_read_is_not_agreed_to(
    draft: Notice, author: Person, reader: Person, now: datetime
) -> None:
    ask_review(draft, by=author, at=now)
    shown = seal_of(draft)
    change_notice(draft, NoticeText("Other"), by=author, at=now + timedelta(seconds=1))
    ask_review(draft, by=author, at=now)
    with pytest.raises(WrongState):
        agree_to(draft, seal=shown, by=reader, at=now)


def test_a_plan_needs_it_too_at_both_ends(draft: Notice, author: Person, reader: Person, now: datetime) -> None:
    later = now + timedelta(days=1)
    with pytest.raises(WrongState):
        plan_sending(draft, later, zone="Asia/Shanghai", by=author, at=now)
    agreed(draft, author, reader, now)
    plan_sending(draft, later, zone="Asia/Shanghai", by=author, at=now)
    change_notice(draft, NoticeText("Other"), by=author, at=now + timedelta(hours=1))
    run_due(at=later - UNDO_WINDOW)
    found = Notice.objects.get()
    assert found.state == NoticeState.DRAFT
    assert "second person" in found.not_sent_why


def test_a_correction_does_not_go_round_it(draft: Notice, author: Person, reader: Person, now: datetime) -> None:
    agreed(draft, author, reader, now)
    send_notice(draft, by=author, at=now)
    with pytest.raises(WrongState):
        correct_notice(draft, title="Other", body="", why="x", by=author, at=now + UNDO_WINDOW)


def test_whoever_agreed_must_still_be_allowed_to(draft: Notice, author: Person, reader: Person, now: datetime) -> None:
    agreed(draft, author, reader, now)
    Membership.objects.filter(person=reader).update(until=now.date())
    with pytest.raises(WrongState):
        send_notice(draft, by=author, at=now)


def test_the_api_does_not_go_round_it(draft: Notice, author: Person, client: Client) -> None:
    _token, secret = make_token(author, name="x", permissions=["notices.send"], days=9, by=author, at=timezone.now())
    header = {"authorization": f"Bearer {secret}"}
    said = client.post(f"/api/v1/notices/{draft.pk}/send", content_type="application/json", headers=header)
    assert said.status_code == 409
    assert "second person" in said.json()["title"]


def test_a_planted_hole_is_caught(
    draft: Notice, author: Person, reader: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that looks at the state alone, not at what was agreed to."""
    monkeypatch.setattr(actions, "is_agreed", lambda notice, by: Review.objects.filter(state="agreed").exists())
    with pytest.raises(pytest.fail.Exception):
        test_any_change_drops_the_yes(SimpleNamespace(), draft, author, reader, now, "words")


def test_only_above_a_number_and_from_above(world: SimpleNamespace, author: Person, now: datetime) -> None:
    set_review_rule(world.province, 2, by=world.heads["province"], at=now)

    def ready(*units: str) -> Notice:
        rules = [Audience(unit=world.units[name], is_subtree=False) for name in units]
        return draft_notice(world.county, NoticeText("x"), by=author, at=now, audience=rules)

    send_notice(ready("county", "village"), by=author, at=now)
    many = ready("county", "township", "village")
    with pytest.raises(WrongState):
        send_notice(many, by=author, at=now)
    with pytest.raises(NotAllowed):
        set_review_rule(world.province, None, by=world.heads["county"], at=now)
    with pytest.raises(NotAllowed):
        set_review_rule(world.county, 5, by=author, at=now)
    set_review_rule(world.county, 5, by=world.heads["county"], at=now)
    with pytest.raises(WrongState):
        send_notice(many, by=author, at=now)
    set_review_rule(world.province, None, by=world.heads["province"], at=now)
    send_notice(many, by=author, at=now)


def test_pages_of_a_second_reading(
    world: SimpleNamespace, draft: Notice, author: Person, reader: Person, now: datetime, client: Client
) -> None:
    client.force_login(author.account)
    send = reverse("notice_send", args=[draft.pk])
    assert b"needs a second reader" in client.get(send).content
    assert b"Send now" not in client.get(send).content
    client.post(reverse("notice_review_ask", args=[draft.pk]))
    assert list(readings_waiting(author, now)) == []
    assert b"Ask a second reader" not in client.get(send).content, "once is enough"
    (told,) = readings_waiting(reader, now)
    assert told.what == "Read as second reader"
    client.force_login(reader.account)
    page = reverse("notice_review", args=[draft.pk])
    text = client.get(page).content.decode()
    assert "Hello" in text
    assert "This is 3 units" in text
    assert client.post(page, {"why": ""}).status_code == 422
    client.post(page, {"why": "The date is wrong."})
    client.force_login(author.account)
    (told,) = readings_waiting(author, now)
    assert (told.what, told.href) == ("The second reader sent it back", send)
    assert b"The date is wrong." in client.get(send).content
    client.post(reverse("notice_review_ask", args=[draft.pk]))
    client.force_login(reader.account)
    client.post(reverse("notice_review_agree", args=[draft.pk]), {"seal": seal_of(draft)})
    assert b"You agreed to it as second reader" in client.get(send).content
    client.force_login(author.account)
    (told,) = readings_waiting(author, now)
    assert told.what == "The second reader agreed"
    assert b"Send now" in client.get(send).content
    client.post(send)
    assert list(readings_waiting(author, now)) == []
    assert Notice.objects.get().state == NoticeState.SENT


def test_who_leads_a_unit_says_which_notices(world: SimpleNamespace, reader: Person, client: Client) -> None:
    client.force_login(reader.account)
    page = reverse("review_rule", args=[world.county.code])
    assert client.post(page, {"which": "above"}).status_code == 422
    for sent, shown in (
        ({"which": "above", "above": "3"}, "to more than 3 units"),
        ({"which": "all"}, "all notices"),
        ({"which": "none"}, ""),
    ):
        assert client.post(page, sent).status_code == 302
        text = client.get(page).content.decode()
        assert (shown or "In force") in text or not shown
    assert "In force here now" not in text


def test_sending_back_needs_a_reason(draft: Notice, author: Person, reader: Person, now: datetime) -> None:
    with pytest.raises(WrongState):
        send_back(draft, why="x", by=reader, at=now)
    ask_review(draft, by=author, at=now)
    with pytest.raises(BadInput):
        send_back(draft, why=" ", by=reader, at=now)
    send_back(draft, why="The date.", by=reader, at=now)
    with pytest.raises(WrongState):
        agree_to(draft, seal=seal_of(draft), by=reader, at=now)


def told(person: Person, now: datetime) -> list[str]:
    return [each.what for each in readings_waiting(person, now)]


@pytest.mark.parametrize("what", CHANGES)
def test_today_knows_what_was_changed_since(
    world: SimpleNamespace, draft: Notice, author: Person, reader: Person, now: datetime, what: str, client: Client
) -> None:
    other = draft_notice(world.county, NoticeText("Other"), by=author, at=now, audience=[Audience(unit=world.county)])
    ask_review(other, by=author, at=now)
    agreed(draft, author, reader, now)
    assert (told(author, now), told(reader, now)) == (["The second reader agreed"], ["Read as second reader"])
    CHANGES[what](draft, author, world, now + timedelta(seconds=1))
    assert told(author, now) == ["It was changed since: ask again."]
    ask_review(draft, by=author, at=now)
    assert (told(author, now), told(reader, now)) == ([], ["Read as second reader"] * 2)
    change_notice(Notice.objects.get(pk=draft.pk), NoticeText("Third"), by=author, at=now + timedelta(seconds=2))
    assert (told(author, now), told(reader, now)) == (["It was changed since: ask again."], ["Read as second reader"])
    client.force_login(reader.account)
    page = client.get(reverse("notice_send", args=[draft.pk])).content.decode()
    assert "Read as second reader" not in page
    assert "Ask a second reader" in page


def test_one_that_waits_is_not_hidden_behind_those_that_were_changed(
    world: SimpleNamespace, author: Person, reader: Person, now: datetime
) -> None:
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    said = {"by": author, "at": now}
    drafts = [
        draft_notice(world.county, NoticeText("x"), audience=[Audience(unit=world.county)], **said) for _ in "123"
    ]
    for each in drafts:
        ask_review(each, by=author, at=now)
    for each in drafts[:2]:
        change_notice(each, NoticeText("y"), by=author, at=now + timedelta(seconds=1))
    assert [review.notice for review in reviews_waiting_for(reader, most=1)] == [drafts[2]]


def test_readings_take_a_fixed_number_of_queries(
    world: SimpleNamespace, author: Person, reader: Person, now: datetime
) -> None:
    costs, _warm = [], list(readings_waiting(reader, now))
    for wanted in (2, 12):
        for _ in range(wanted):
            rule = Audience(unit=world.county)
            made = draft_notice(world.county, NoticeText("x"), by=author, at=now, audience=[rule])
            ask_review(made, by=author, at=now)
        Review.objects.filter(pk__gt=Review.objects.first().pk).update(seal="x")
        costs.append([queries_of(lambda who=who: list(readings_waiting(who, now))) for who in (author, reader)])
    assert costs[0] == costs[1]
