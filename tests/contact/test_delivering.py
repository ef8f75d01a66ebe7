"""Telling people of a notice: who is told, what it says, what the sender sees; and that millions cost no rows at sending."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from pyroaring import BitMap

from braid.contact.actions import count_deliveries, delivering, go_on_dispatching, withdraw_notice
from braid.contact.enums import Fact
from braid.contact.models import Audience, Dispatch, Notice, Receipt, UnitSet
from braid.contact.queries.reach import sets_of
from braid.kernel.delivery import send_due
from braid.kernel.enums import DeliveryState
from braid.kernel.models import Delivery
from braid.kernel.outbox import run_due
from braid.people.actions import WishPlan, change_wish, choose_channel
from braid.people.enums import Office
from braid.people.models import Membership, Person
from tests import factories
from tests.kernel.test_webpush import BROWSER

Meaning = UnitSet.Meaning


@pytest.fixture
def choosers(world: SimpleNamespace, now: datetime) -> dict[str, Person]:
    """The heads of all units, who chose e-mail."""
    for name, head in world.heads.items():
        Person.objects.filter(pk=head.pk).update(email=f"{name}@example.org")
        choose_channel(head, channel="email", by=head, at=now)
    return dict(world.heads)


def go_out(notice: Notice, at: datetime) -> None:
    """Everything the worker does until the deliveries of `notice` are owed."""
    run_due(at=at)
    while go_on_dispatching(at):
        pass


def told() -> set[str]:
    return {message.to[0].partition("@")[0] for message in mail.outbox}


def units_with(notice: Notice, meaning: UnitSet.Meaning) -> set[int]:
    return set(BitMap.deserialize(bytes(UnitSet.objects.get(notice=notice, meaning=meaning).numbers)))


def test_those_it_means_are_told_once(world: SimpleNamespace, choosers: dict[str, Person], now: datetime) -> None:
    notice = factories.notice(world.county, title="Meeting")
    go_out(notice, now)
    go_out(notice, now)
    send_due(now)
    assert told() == {"county", "township", "village"}
    assert len(mail.outbox) == 3
    assert mail.outbox[0].subject == "Meeting (county)"
    assert f"/notices/{notice.pk}/" in mail.outbox[0].body
    count_deliveries(now)
    assert units_with(notice, Meaning.MAILED) == {world.units[name].pk for name in ("county", "township", "village")}


def test_offices_and_single_units_are_as_the_rules_say(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    liaison = world.liaisons["county"]
    Person.objects.filter(pk=liaison.pk).update(email="liaison@example.org")
    choose_channel(liaison, channel="email", by=liaison, at=now)
    rules = [
        Audience(unit=world.province, offices=1 << Office.LIAISON),
        Audience(unit=world.other, is_subtree=False),
    ]
    go_out(factories.notice(world.province, *rules), now)
    send_due(now)
    assert told() == {"liaison", "other"}


def test_sending_writes_no_row_per_person_and_slices_are_bounded(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SLICE", 2)
    monkeypatch.setattr(delivering, "UNITS_AT_ONCE", 3)
    monkeypatch.setattr(delivering, "MOST_WAITING", 3)
    factories.notice(world.nation)
    assert not Delivery.objects.exists()
    run_due(at=now)
    assert not Delivery.objects.exists()
    most = 0
    for _ in range(40):
        go_on_dispatching(now)
        most = max(most, Delivery.objects.filter(state="owed").count())
        if most >= 3:
            send_due(now, most=1)
    send_due(now)
    assert most <= 4
    assert told() == set(choosers)
    dispatch = Dispatch.objects.get()
    assert (dispatch.owed, dispatch.finished_at) == (6, now)


@pytest.mark.parametrize("what", ["withdrawn", "left", "read", "dropped"])
def test_what_changed_meanwhile_counts(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, what: str
) -> None:
    notice, her = factories.notice(world.village), choosers["village"]
    go_out(notice, now)
    if what == "withdrawn":
        withdraw_notice(notice, why="wrong", by=world.heads["province"], at=now)
    elif what == "left":
        Membership.objects.filter(person=her).update(until=now.date() - timedelta(days=1))
    elif what == "read":
        Receipt.objects.create(notice=notice, person=her, fact=Fact.SEEN, unit_number=world.village.pk, at=now)
    else:
        her.chosen_channels.all().delete()
    send_due(now)
    assert mail.outbox == []
    assert Delivery.objects.get().state == DeliveryState.SKIPPED
    count_deliveries(now)
    assert not units_with(notice, Meaning.MAILED)


def test_an_internal_text_is_not_mailed_and_a_public_one_is(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    go_out(factories.notice(world.village, body="the inner text"), now)
    go_out(factories.notice(world.village, body="the open text", is_public=True), now)
    send_due(now)
    assert ["the inner text" in message.body for message in mail.outbox] == [False, False]
    assert sorted("the open text" in message.body for message in mail.outbox) == [False, True]


def test_each_is_told_in_her_language_and_titles_can_be_hidden(world: SimpleNamespace, now: datetime) -> None:
    from braid.contact.composing import compose_notices

    her, notice = world.heads["village"], factories.notice(world.village, title="Secret")
    choose_channel(her, channel="push", address=BROWSER.text, by=her, at=now)
    go_out(notice, now)
    (row,) = Delivery.objects.all()
    assert "Secret" in compose_notices([row], now)[row.pk].subject  # type: ignore[union-attr]
    change_wish(her, WishPlan(hides_titles=True), by=her, at=now)
    Person.objects.filter(pk=her.pk).update(language="zh-hans")
    message: Any = compose_notices([row], now)[row.pk]
    assert "Secret" not in message.subject + message.body
    assert "有新" in message.subject


def test_words_take_a_fixed_number_of_queries(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, django_assert_num_queries: Any
) -> None:
    from braid.contact.composing import compose_notices

    go_out(factories.notice(world.nation), now)
    rows = list(Delivery.objects.all())
    for some in (rows[:1], rows):
        with django_assert_num_queries(6):
            assert len(compose_notices(some, now)) == len(some)


def test_what_nobody_knows_is_shown(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Breaking"
    notice = factories.notice(world.village)
    go_out(notice, now)
    send_due(now)
    assert Delivery.objects.get().state == DeliveryState.UNKNOWN
    count_deliveries(now)
    assert units_with(notice, Meaning.UNKNOWN) == {world.village.pk}
    assert not units_with(notice, Meaning.MAILED)
    assert count_deliveries(now) == 0
    assert sets_of(notice).units[Meaning.ADDRESSED]


class Breaking:
    """A mail back end whose connection breaks at a moment nobody can name."""

    def __init__(self, **options: object) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        raise ConnectionResetError

    def close(self) -> None:
        pass
