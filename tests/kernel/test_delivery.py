"""Messages on their way out: sent by the worker outside of transactions, by their keys, and never repeated blindly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from braid.kernel import delivery
from braid.kernel.addresses import address_of
from braid.kernel.delivery import Channel, Message, Outcome, Parcel, Result, Skip, owe_deliveries, send_due, send_later
from braid.kernel.delivery.channels import Send
from braid.kernel.delivery.owing import KEPT, KEPT_COUNTED, forget_deliveries
from braid.kernel.delivery.sending import MOST_ATTEMPTS, PATIENCE
from braid.kernel.enums import DeliveryState
from braid.kernel.models import Delivery
from braid.kernel.sms import ConsoleSms

State = DeliveryState


class Kept(Channel):
    """Keeps what it is given, under its key, and answers what it is told to."""

    name = "kept"
    words = "kept"
    answers: Outcome | BaseException = Outcome(Result.SENT)

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.was_in_transaction = False

    @contextmanager
    def opened(self) -> Iterator[Send]:
        def send(to: str, message: Message, key: str) -> Outcome:
            self.was_in_transaction |= connection.in_atomic_block
            self.sent.append((to, message.subject, key))
            if isinstance(self.answers, BaseException):
                raise self.answers
            return self.answers

        yield send


class Keyed(Kept):
    """The same, and it offers a key."""

    name = "keyed"
    offers_key = True


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> dict[str, Kept]:
    """Two channels, and words and addresses for a kind of delivery of this test."""
    made = {"kept": Kept(), "keyed": Keyed()}
    for name, channel in made.items():
        monkeypatch.setitem(delivery.CHANNELS, name, channel)
    monkeypatch.setitem(
        delivery.COMPOSERS, "test", lambda rows, at: {row.pk: Message(f"about {row.thing}") for row in rows}
    )
    book = lambda channel, numbers: {number: [f"{channel} of {number}"] for number in numbers}  # noqa: E731
    monkeypatch.setattr(delivery.sending, "ADDRESSES", [book])
    monkeypatch.setattr(delivery.sending, "RESTS", [])
    return made


def owe(channel: str, at: datetime, person: int = 7, thing: int = 1) -> None:
    owe_deliveries([Parcel("test", thing, person, channel, at)])


def only() -> Delivery:
    return Delivery.objects.get()


def only_of(person: int) -> Delivery:
    return Delivery.objects.get(person_number=person)


@pytest.mark.django_db
def test_mail_leaves_and_is_gone(at: datetime) -> None:
    send_later("email", "ada@example.org", subject="Two\nlines", body="text", at=at)
    assert send_due(at) == 1
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Two lines", "text", ["ada@example.org"])
    assert send_due(at) == 0
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_who_is_not_to_be_disturbed_is_told_later_and_the_others_now(
    at: datetime, channels: dict[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked when it is sent: a worker that comes late, and a second attempt, disturb nobody either."""
    morning = at + timedelta(hours=8)

    def rest(persons: Iterable[int], at: datetime) -> dict[int, datetime]:
        return {number: morning for number in persons if number == 7 and at < morning}

    monkeypatch.setattr(delivery.sending, "RESTS", [rest])
    owe("kept", at)
    owe("kept", at, person=8)
    send_later("email", "ada@example.org", subject="Code", body="123", person=7, at=at)
    assert send_due(at) == 3
    assert [to for to, _, _ in channels["kept"].sent] == ["kept of 8"]
    assert len(mail.outbox) == 1
    assert (only_of(7).state, only_of(7).due_at, only_of(7).attempts) == (State.OWED, morning, 0)
    assert send_due(morning - timedelta(minutes=1)) == 0
    send_due(morning)
    assert [to for to, _, _ in channels["kept"].sent] == ["kept of 8", "kept of 7"]


@pytest.mark.django_db
def test_some_kinds_go_at_any_hour(at: datetime, channels: dict[str, Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery.sending, "RESTS", [lambda persons, at: dict.fromkeys(persons, at + PATIENCE)])
    monkeypatch.setattr(delivery.sending, "AT_ANY_HOUR", {"test"})
    owe("kept", at)
    send_due(at)
    assert channels["kept"].sent


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_it_sends(at: datetime, channels: dict[str, Kept]) -> None:
    owe("kept", at)
    send_due(at)
    assert channels["kept"].sent == [("kept of 7", "about 1", "test.1.7.kept")]
    assert not channels["kept"].was_in_transaction
    assert (only().state, only().settled_at) == (State.SENT, at)


@pytest.mark.django_db
def test_owed_twice_is_sent_once(at: datetime, channels: dict[str, Kept]) -> None:
    owe("kept", at)
    owe("kept", at)
    send_due(at)
    owe("kept", at)
    assert send_due(at) == 0
    assert len(channels["kept"].sent) == 1


@pytest.mark.django_db
def test_nothing_is_sent_before_it_is_due_and_direct_messages_go_first(at: datetime, channels: dict[str, Kept]) -> None:
    owe("kept", at)
    owe("kept", at + timedelta(minutes=1), thing=2)
    send_later("kept", "direct", body="code", at=at)
    assert send_due(at, most=1) == 1
    assert [to for to, _, _ in channels["kept"].sent] == ["direct"]
    assert send_due(at) == 1
    assert send_due(at + timedelta(minutes=1)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["kept", "keyed"])
def test_what_surely_did_not_arrive_is_tried_again_then_given_up(
    at: datetime, channels: dict[str, Kept], name: str
) -> None:
    channels[name].answers = Outcome(Result.LATER, "busy")
    owe(name, at)
    for number in range(MOST_ATTEMPTS):
        assert (only().attempts, only().state) == (number, State.OWED)
        assert send_due(at) == 1
        assert send_due(at) == 0  # not at once
        at += timedelta(hours=1)
    assert (only().state, only().why) == (State.FAILED, "busy")
    assert send_due(at) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("result", [Result.REFUSED, Result.GONE])
def test_what_never_will_arrive_is_not_tried_again(
    at: datetime, channels: dict[str, Kept], result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[str, str]] = []
    monkeypatch.setattr(delivery.sending, "GONE", [lambda channel, address: gone.append((channel, address))])
    channels["kept"].answers = Outcome(result, "no such person")
    owe("kept", at)
    send_due(at)
    assert (only().state, only().why) == (State.FAILED, "no such person")
    assert gone == ([("kept", "kept of 7")] if result is Result.GONE else [])


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [Outcome(Result.UNKNOWN, "no answer"), ValueError("a bug")])
def test_an_uncertain_end_is_unknown_without_a_key_and_sent_again_under_one(
    at: datetime, channels: dict[str, Kept], answer: Any
) -> None:
    for name in channels:
        channels[name].answers = answer
        owe(name, at)
    send_due(at)
    assert Delivery.objects.get(channel="kept").state == State.UNKNOWN
    for channel in channels.values():
        channel.answers = Outcome(Result.SENT)
    send_due(at + timedelta(hours=1))
    assert len(channels["kept"].sent) == 1
    assert {key for _, _, key in channels["keyed"].sent} == {"test.1.7.keyed"}
    assert len(channels["keyed"].sent) == 2
    assert Delivery.objects.get(channel="keyed").state == State.SENT


@pytest.mark.django_db
def test_a_worker_that_dies_while_it_sends(at: datetime, channels: dict[str, Kept]) -> None:
    """As the kill does it: the row is begun and nobody settles it. The crash test kills real processes."""
    for name in channels:
        channels[name].answers = KeyboardInterrupt()
        owe(name, at)
    for _ in channels:
        with pytest.raises(KeyboardInterrupt):
            send_due(at, most=1)
    for channel in channels.values():
        channel.answers = Outcome(Result.SENT)
    assert send_due(at) == 0
    assert send_due(at + PATIENCE) == 2
    kept, keyed = Delivery.objects.get(channel="kept"), Delivery.objects.get(channel="keyed")
    assert (kept.state, keyed.state) == (State.UNKNOWN, State.SENT)
    assert (len(channels["kept"].sent), len(channels["keyed"].sent)) == (1, 2)


@pytest.mark.django_db
def test_what_a_killed_run_had_in_hand_is_free_at_once(at: datetime, channels: dict[str, Kept]) -> None:
    channels["keyed"].answers = KeyboardInterrupt()
    owe("keyed", at)
    owe("kept", at + PATIENCE + timedelta(seconds=1))
    with pytest.raises(KeyboardInterrupt):
        send_due(at)
    channels["keyed"].answers = Outcome(Result.SENT)
    assert send_due(at) == 0
    assert delivery.free_taken(at) == 1
    assert send_due(at) == 1
    assert Delivery.objects.get(channel="keyed").state == State.SENT
    assert not channels["kept"].sent


@pytest.mark.django_db
def test_skipped_are_those_without_words_address_or_channel(
    at: datetime, channels: dict[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    owe("kept", at, person=1)
    owe("kept", at, person=2)
    owe("kept", at, person=3)
    owe("gone", at, person=4)
    words = {1: Message("x"), 2: Skip("she has read it"), 4: Message("x")}
    monkeypatch.setitem(
        delivery.COMPOSERS,
        "test",
        lambda rows, at: {row.pk: words[row.person_number] for row in rows if row.person_number in words},
    )
    monkeypatch.setattr(delivery.sending, "ADDRESSES", [])
    send_due(at)
    assert dict(Delivery.objects.values_list("person_number", "why")) == {
        1: "there is no address",
        2: "she has read it",
        3: "there is nothing to tell any more",
        4: "the channel is not installed",
    }
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SKIPPED}


@pytest.mark.django_db
def test_several_addresses_are_one_delivery(
    at: datetime, channels: dict[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery.sending, "ADDRESSES", [lambda channel, numbers: {7: ["phone", "computer"]}])
    owe("keyed", at)
    send_due(at)
    assert [to for to, _, _ in channels["keyed"].sent] == ["phone", "computer"]
    assert only().state == State.SENT


@pytest.mark.django_db
def test_what_is_settled_is_forgotten_in_time(at: datetime, channels: dict[str, Kept]) -> None:
    channels["kept"].answers = Outcome(Result.REFUSED)
    send_later("kept", "direct", body="code", at=at)
    owe("kept", at)
    send_due(at)
    assert forget_deliveries(at + KEPT) == 0
    assert forget_deliveries(at + KEPT + timedelta(seconds=1)) == 1
    later = at + KEPT_COUNTED + timedelta(seconds=1)
    assert forget_deliveries(later) == 0  # nobody counted it yet
    Delivery.objects.update(is_counted=True)
    assert forget_deliveries(later) == 1


def test_the_console_is_the_default_gateway(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    assert settings.SMS_BACKEND == "braid.kernel.sms.ConsoleSms"
    assert not delivery.CHANNELS["sms"].is_ready()
    ConsoleSms().send("+8613900000000", "hello")
    assert capsys.readouterr().out == "SMS to +8613900000000: hello\n"


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"SITE_URL": "https://home.example.org/"}, "https://home.example.org/x/"),
        ({"CSRF_TRUSTED_ORIGINS": ["https://a.example.org"]}, "https://a.example.org/x/"),
        ({"ALLOWED_HOSTS": ["b.example.org"], "BEHIND_TLS": True}, "https://b.example.org/x/"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "http://localhost/x/"),
    ],
)
def test_whole_addresses(settings: Any, values: dict[str, Any], address: str) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert address_of("/x/") == address
