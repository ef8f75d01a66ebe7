"""Digests: what is new in one message, at the hour she chose, and never twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import Client

from braid.contact.actions import count_deliveries, go_on_dispatching, owe_due_digests, withdraw_notice
from braid.contact.enums import Fact
from braid.contact.models import Receipt
from braid.contact.queries import told_within
from braid.contact.queries.reach import Part
from braid.kernel.delivery import send_due
from braid.kernel.models import Delivery
from braid.kernel.outbox import run_due
from braid.people.actions import WishPlan, change_wish, choose_channel
from braid.people.enums import Pace
from braid.people.models import Person, Wish
from tests import factories

from .test_delivering import Meaning, units_with

SOON = timedelta(minutes=1)
NOON = timedelta(hours=1)
"""Now is noon there; digests of this test are due at one."""


@pytest.fixture
def her(world: SimpleNamespace, now: datetime) -> Person:
    her: Person = world.heads["village"]
    Person.objects.filter(pk=her.pk).update(email="her@example.org")
    choose_channel(her, channel="email", by=her, at=now)
    change_wish(her, WishPlan(Pace.DAILY, hour=13), by=her, at=now)
    return her


def work(at: datetime) -> None:
    run_due(at=at)
    while go_on_dispatching(at) + owe_due_digests(at) + send_due(at) + count_deliveries(at):
        pass


def test_what_is_new_comes_in_one_message_at_her_hour(world: SimpleNamespace, her: Person, now: datetime) -> None:
    notices = [factories.notice(world.village, sent_at=now + SOON, title=title) for title in ("One", "Two")]
    work(now + SOON)
    assert mail.outbox == []
    assert not Delivery.objects.exists()
    work(now + NOON)
    (sent,) = mail.outbox
    assert sent.subject == "2 new notices"
    assert all(f"{title} (village)" in sent.body for title in ("One", "Two"))
    for notice in notices:
        assert units_with(notice, Meaning.MAILED) == {world.village.pk}
    work(now + NOON)
    work(now + NOON + timedelta(days=1))
    assert len(mail.outbox) == 1
    assert Wish.objects.get().digest_at == now + NOON + timedelta(days=2)


def test_what_she_read_what_is_old_and_what_was_withdrawn_stands_in_none(
    world: SimpleNamespace, her: Person, now: datetime
) -> None:
    factories.notice(world.village, title="Old")
    read, gone = (factories.notice(world.village, sent_at=now + SOON, title=title) for title in ("Read", "Gone"))
    Receipt.objects.create(notice=read, person=her, fact=Fact.SEEN, unit_number=world.village.pk, at=now)
    run_due(at=now + SOON)
    owe_due_digests(now + NOON)
    withdraw_notice(gone, why="x", by=world.heads["province"], at=now + NOON)
    work(now + NOON)
    assert mail.outbox == []
    assert [row.why for row in Delivery.objects.all()] == ["nothing is new any more"]


def test_without_a_channel_there_is_none_but_the_next_is_due(
    world: SimpleNamespace, her: Person, now: datetime
) -> None:
    her.chosen_channels.all().delete()
    factories.notice(world.village, sent_at=now + SOON)
    work(now + NOON)
    assert not Delivery.objects.exists()
    assert Wish.objects.get().digest_at == now + NOON + timedelta(days=1)


def test_the_sender_sees_in_how_many_units_somebody_was_told(
    world: SimpleNamespace, her: Person, now: datetime, client: Client
) -> None:
    notice = factories.notice(world.province, sent_at=now + SOON)
    work(now + NOON)
    assert told_within(notice, Part(world.province)) == [(Meaning.MAILED, 1)]
    assert told_within(notice, Part(world.other)) == []
    client.force_login(world.heads["province"].account)
    page = client.get(f"/notices/{notice.pk}/reach/province/").content.decode()
    assert "Units told beyond the inbox" in page
    assert "Mailed" in page
    assert "her@example.org" not in page
