"""How somebody is told: channels and pace are hers alone, and everything that tells her goes by them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from braid.kernel.delivery import send_due
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.models import Delivery
from braid.people.actions import WishPlan, change_wish, choose_channel, drop_channel, lock_account
from braid.people.enums import MOST_CHANNELS, Pace
from braid.people.models import ChosenChannel, Person, Wish
from braid.people.queries.channels import addresses_by
from braid.people.telling import next_digest_at, tell_chosen
from tests import factories
from tests.kernel.test_webpush import BROWSER

pytestmark = pytest.mark.django_db


@pytest.fixture
def her() -> Person:
    return factories.person("Li Na", email="li@example.org", phone="13900000000")


def choose(person: Person, channel: str, now: datetime, address: str = "") -> ChosenChannel:
    return choose_channel(person, channel=channel, address=address, by=person, at=now)


def browser(number: int) -> str:
    return BROWSER._replace(endpoint=f"https://push.example.net/{number}").text


def tell(persons: list[Person], now: datetime, **how: Any) -> int:
    """How many deliveries are new."""
    before = Delivery.objects.count()
    tell_chosen([one.pk for one in persons], "notice", 17, at=now, **how)
    return Delivery.objects.count() - before


def test_who_chose_nothing_costs_nothing(her: Person, now: datetime, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert tell_chosen([her.pk], "notice", 17, at=now) == set()
    assert not Delivery.objects.exists()


def test_she_is_told_by_the_first_then_the_next_of_her_channels(her: Person, now: datetime) -> None:
    choose(her, "email", now)
    choose(her, "push", now, browser(1))
    choose(her, "push", now, browser(2))
    assert [tell([her], now, step=0), tell([her], now, step=0)] == [1, 0]
    assert Delivery.objects.get().channel == "push"
    assert tell([her], now, step=1) == 1
    assert tell([her], now, step=2) == 0  # her last way has this already
    assert set(Delivery.objects.values_list("key", flat=True)) == {
        f"notice.17.{her.pk}.push",
        f"notice.17.{her.pk}.email",
    }


def test_choosing_twice_is_once_and_dropping_ends_it(her: Person, now: datetime) -> None:
    chosen = choose(her, "email", now)
    assert choose(her, "email", now) == chosen
    drop_channel(chosen, by=her)
    drop_channel(chosen, by=her)
    assert tell([her], now) == 0


def test_only_she_chooses(her: Person, now: datetime) -> None:
    other = factories.person()
    with pytest.raises(NotAllowed):
        choose_channel(her, channel="email", by=other, at=now)
    with pytest.raises(NotAllowed):
        drop_channel(choose(her, "email", now), by=other)
    with pytest.raises(NotAllowed):
        change_wish(her, WishPlan(), by=other, at=now)


def test_what_cannot_be_chosen(her: Person, now: datetime) -> None:
    for channel, address in (("carrier pigeon", ""), ("sms", ""), ("push", ""), ("push", "x"), ("email", "no address")):
        with pytest.raises(BadInput):
            choose(her, channel, now, address)
    for number in range(MOST_CHANNELS):
        choose(her, "push", now, browser(number))
    with pytest.raises(WrongState):
        choose(her, "email", now)


def test_a_device_is_whose_it_was_last(her: Person, now: datetime) -> None:
    """Two people share a telephone: who signs out and lets the other subscribe is not told there any more."""
    other = factories.person()
    choose(her, "push", now, browser(1))
    choose(other, "push", now, browser(1))
    assert list(ChosenChannel.objects.values_list("person", flat=True)) == [other.pk]


def test_addresses_are_those_of_the_moment(her: Person, now: datetime) -> None:
    choose(her, "email", now)
    assert addresses_by("email", [her.pk]) == {her.pk: ["li@example.org"]}
    her.account.email = "new@example.org"
    her.account.save()
    assert addresses_by("email", [her.pk]) == {her.pk: ["new@example.org"]}
    assert addresses_by("push", [her.pk]) == {}


def test_a_locked_account_is_not_told(her: Person, now: datetime) -> None:
    from braid.kernel.access import OPERATOR

    choose(her, "email", now)
    lock_account(her.account, by=OPERATOR, at=now)
    assert tell([her], now) == 0


def test_who_wants_a_digest_is_not_told_at_once(her: Person, now: datetime) -> None:
    choose(her, "email", now)
    change_wish(her, WishPlan(Pace.DAILY, hour=8), by=her, at=now)
    assert tell([her], now) == 0
    change_wish(her, WishPlan(), by=her, at=now)
    assert (Wish.objects.get().digest_at, Wish.objects.get().told_until) == (None, None)
    assert tell([her], now) == 1


@pytest.mark.parametrize(
    ("pace", "hour", "due"),
    [
        (Pace.AT_ONCE, 8, None),
        (Pace.DAILY, 13, datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
        (Pace.DAILY, 12, datetime(2026, 11, 24, 4, 0, tzinfo=UTC)),
        (Pace.WEEKLY, 13, datetime(2026, 11, 25, 5, 0, tzinfo=UTC)),
        (Pace.WEEKLY, 12, datetime(2026, 11, 25, 4, 0, tzinfo=UTC)),
    ],
)
def test_digests_are_due_by_the_clock_of_the_federation(
    now: datetime, pace: Pace, hour: int, due: datetime | None
) -> None:
    """It is noon of a Monday there; the week's is on Wednesday."""
    assert next_digest_at(pace, hour=hour, weekday=2, after=now) == due


def test_the_page_chooses_and_drops_and_wishes(her: Person, client: Client) -> None:
    client.force_login(her.account)
    assert "li@example.org" in client.get("/me/telling/").content.decode()
    assert client.post("/me/telling/choose/", {"channel": "email"}).status_code == 302
    page = client.get("/me/telling/").content.decode()
    assert f"/me/telling/{ChosenChannel.objects.get().pk}/drop/" in page
    wish = {"pace": "weekly", "hour": "9", "weekday": "4", "hides_titles": "on"}
    assert client.post("/me/telling/", wish).status_code == 302
    kept = Wish.objects.get()
    assert (kept.pace, kept.hour, kept.weekday, kept.hides_titles) == ("weekly", 9, 4, True)
    assert client.post("/me/telling/", {**wish, "hour": "24"}).status_code == 422
    client.post(f"/me/telling/{ChosenChannel.objects.get().pk}/drop/")
    assert not ChosenChannel.objects.exists()


def test_a_browser_subscribes_and_takes_it_back(her: Person, client: Client) -> None:
    client.force_login(her.account)
    values = json.loads(BROWSER.text)
    agent = "Mozilla/5.0 (Linux; Android 14) Chrome/120"
    for _ in range(2):
        assert client.post("/push/subscribe/", values, headers={"user-agent": agent}).status_code == 204
    assert ChosenChannel.objects.get().label == "Chrome, Android"
    assert client.post("/push/subscribe/", {**values, "endpoint": "https://10.0.0.1 /"}).status_code in (204, 422)
    assert client.post("/push/subscribe/", {**values, "auth": "x"}).status_code == 422
    assert client.post("/push/unsubscribe/", {"endpoint": "https://elsewhere.example/"}).status_code == 204
    client.post("/push/unsubscribe/", {"endpoint": values["endpoint"]})
    assert not ChosenChannel.objects.filter(address=BROWSER.text).exists()


def test_what_is_about_her_account_reaches_every_address_whatever_she_chose(her: Person, now: datetime) -> None:
    from braid.people.telling import tell_of_change

    tell_of_change(her.account, "x", at=now)
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["email", "sms"]
    send_due(now)
    assert [message.to for message in mail.outbox] == [["li@example.org"]]
    assert not Delivery.objects.exists()
