"""Reminders: only to the silent, in the moment they are sent; not in quiet hours, not too often, and never twice."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from braid.contact.actions import (
    begin_dispatch,
    count_deliveries,
    delivering,
    go_on_dispatching,
    record_facts,
    remind_silent,
    withdraw_notice,
)
from braid.contact.composing import compose_reminders
from braid.contact.enums import REMINDER, Fact
from braid.contact.models import Dispatch, Notice, UnitSet
from braid.contact.queries.reach import sets_of
from braid.contact.queries.silence import reminding_of, silences_of, units_silent_on
from braid.contact.receiving import FactOf
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import NotAllowed, WrongState
from braid.kernel.models import Delivery
from braid.kernel.outbox import run_due
from braid.kernel.personal import HOLDINGS, Traces
from braid.people.actions import WishPlan, change_wish, choose_channel, set_quiet_hours
from braid.people.enums import Office, Pace
from braid.people.models import Membership, Person
from tests import factories
from tests.kernel.test_webpush import BROWSER

DAY = timedelta(days=1)


@pytest.fixture
def choosers(world: SimpleNamespace, now: datetime) -> dict[str, Person]:
    """The heads of all units, who chose e-mail."""
    for name, head in world.heads.items():
        Person.objects.filter(pk=head.pk).update(email=f"{name}@example.org")
        choose_channel(head, channel="email", by=head, at=now)
    return dict(world.heads)


@pytest.fixture
def notice(world: SimpleNamespace, choosers: dict[str, Person], now: datetime) -> Notice:
    """It went out at `now` to county, township and village, and its three heads were mailed."""
    made = factories.notice(world.county, title="Meeting", sent_at=now, asks_acknowledgement=True)
    run_due(at=now)
    work(now)
    assert told() == ["county", "township", "village"]
    mail.outbox.clear()
    return made


def work(at: datetime) -> None:
    """All that the worker does about deliveries."""
    while go_on_dispatching(at) + send_due(at) + count_deliveries(at):
        pass


def told() -> list[str]:
    return sorted(message.to[0].partition("@")[0] for message in mail.outbox)


def say(notice: Notice, person: Person, fact: Fact, at: datetime) -> None:
    unit = Membership.objects.get(person=person, until=None).unit_id
    assert record_facts([FactOf(person.pk, notice.pk, unit, fact.value, at)], at=at)


def test_only_the_silent_are_reminded(
    notice: Notice, world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    say(notice, choosers["township"], Fact.SEEN, now)
    say(notice, world.liaisons["village"], Fact.ACKNOWLEDGED, now)
    dispatch = remind_silent(notice, Fact.ACKNOWLEDGED, by=world.heads["province"], at=now + DAY)
    work(now + DAY)
    assert told() == ["county", "township"], "the liaison officer of the village answered for all of it"
    assert mail.outbox[0].subject == "Reminder: Meeting (county)"
    assert "Once one of you does" in mail.outbox[0].body
    dispatch.refresh_from_db()
    assert (dispatch.by, dispatch.owed, dispatch.finished_at) == (world.heads["province"], 2, now + DAY)
    assert Entry.objects.filter(kind="notice.reminded", unit=notice.unit).count() == 1


def test_who_answers_before_her_turn_is_left_in_peace(
    notice: Notice, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the slices that are still to come, and among the deliveries that wait already."""
    monkeypatch.setattr(delivering, "SLICE", 1)
    later = now + DAY
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=later)
    while not Delivery.objects.filter(kind=REMINDER).exists():
        go_on_dispatching(later)
    assert Delivery.objects.get(kind=REMINDER).person_number == choosers["county"].pk
    say(notice, choosers["county"], Fact.SEEN, later)
    say(notice, choosers["township"], Fact.SEEN, later)
    work(later)
    assert told() == ["village"]
    assert Delivery.objects.get(kind=REMINDER, person_number=choosers["county"].pk).why == "it was answered already"
    assert not Delivery.objects.filter(kind=REMINDER, person_number=choosers["township"].pk).exists()


def test_who_answered_for_another_unit_is_not_reminded(
    notice: Notice, world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    factories.member(world.township, Office.DEPUTY, who=choosers["village"])
    record_facts([FactOf(choosers["village"].pk, notice.pk, world.village.pk, Fact.SEEN.value, now)], at=now)
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    work(now + DAY)
    assert told() == ["county", "township"]


def test_not_oftener_than_policy(
    notice: Notice, world: SimpleNamespace, choosers: dict[str, Person], now: datetime, settings: Any
) -> None:
    head = world.heads["county"]
    with pytest.raises(WrongState, match="not long ago"):
        remind_silent(notice, Fact.SEEN, by=head, at=now + DAY - timedelta(minutes=1))
    for day in (1, 2, 3):
        remind_silent(notice, Fact.SEEN, by=head, at=now + DAY * day)
        with pytest.raises(WrongState, match="not long ago" if day < 3 else "only the telephone"):
            remind_silent(notice, Fact.SEEN, by=head, at=now + DAY * day + timedelta(hours=23))
        work(now + DAY * day)
    with pytest.raises(WrongState, match="only the telephone"):
        remind_silent(notice, Fact.SEEN, by=head, at=now + DAY * 9)
    assert reminding_of(notice).left == 0
    assert len(told()) == 3 * 3
    settings.MOST_REMINDERS = 4
    assert reminding_of(notice).left == 1


def test_nobody_is_told_twice_within_the_pause(
    notice: Notice, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice itself came to the village late, so the reminder passes her by; one that is still on its way does too."""
    rows = Delivery.objects.filter(person_number=choosers["village"].pk)
    rows.update(settled_at=now + timedelta(hours=3))
    Delivery.objects.filter(person_number=choosers["township"].pk).update(
        state="owed", settled_at=None, is_counted=False, due_at=now + 2 * DAY
    )
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    work(now + DAY)
    assert told() == ["county"]
    mail.outbox.clear()
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + 2 * DAY + timedelta(hours=1))
    work(now + 2 * DAY + timedelta(hours=1))
    assert [message.subject for message in mail.outbox if "township" in message.to[0]] == ["Meeting (county)"]
    assert told() == ["county", "township", "village"]


def test_each_reminder_is_a_step_of_her_ladder(
    notice: Notice, choosers: dict[str, Person], now: datetime, world: SimpleNamespace
) -> None:
    her = choosers["village"]
    choose_channel(her, channel="push", address=BROWSER.text, by=her, at=now)
    made = factories.notice(world.village, sent_at=now)
    run_due(at=now)
    go_on_dispatching(now)
    for day in (1, 2):
        Delivery.objects.filter(state="owed").update(state="sent", settled_at=now + DAY * (day - 1))
        remind_silent(made, Fact.SEEN, by=OPERATOR, at=now + DAY * day)
        while go_on_dispatching(now + DAY * day):
            pass
    hers = Delivery.objects.filter(person_number=her.pk).exclude(kind="notice", thing=notice.pk).order_by("pk")
    assert list(hers.values_list("kind", "channel")) == [
        ("notice", "push"),
        ("reminder", "email"),
        ("reminder", "email"),
    ]


def test_who_wants_digests_is_not_reminded(notice: Notice, choosers: dict[str, Person], now: datetime) -> None:
    change_wish(choosers["county"], WishPlan(Pace.DAILY, hour=9), by=choosers["county"], at=now)
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    work(now + DAY)
    assert told() == ["township", "village"]


def test_quiet_hours_are_kept(
    notice: Notice, world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    """It is noon there at `now`: ten hours later it is night, and eight in the morning after ten more."""
    night, morning = now + DAY + timedelta(hours=10), now + DAY + timedelta(hours=20)
    set_quiet_hours(world.village, (time(0), time(0)), by=OPERATOR, at=now)
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=night)
    work(night)
    assert told() == ["village"]
    work(morning - timedelta(minutes=1))
    assert told() == ["village"]
    say(notice, choosers["county"], Fact.SEEN, morning)
    work(morning)
    assert told() == ["township", "village"]


def test_the_night_does_not_stop_the_others(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once enough wait for the morning a dispatch rests until then; where nobody sleeps people are told all the same."""
    monkeypatch.setattr(delivering, "MOST_WAITING", 2)
    night, morning = now + timedelta(hours=10), now + timedelta(hours=20)
    set_quiet_hours(world.other, (time(0), time(0)), by=OPERATOR, at=now)
    first = factories.notice(world.county, sent_at=night)
    second = factories.notice(world.county, sent_at=night)
    awake = factories.notice(world.other, sent_at=night)
    for notice in (first, second, awake):
        begin_dispatch(notice, at=night)
    for _ in range(9):
        go_on_dispatching(night)
    send_due(night)
    assert told() == ["other"]
    assert Delivery.objects.filter(state="owed").count() == 3
    assert Dispatch.objects.get(notice=second).rests_until == morning
    for minute in range(9):
        work(morning + timedelta(minutes=minute))
    assert len(told()) == 7


def test_a_reminder_waits_until_the_notice_has_come_to_everybody(
    notice: Notice, choosers: dict[str, Person], now: datetime
) -> None:
    """It rests until the morning while the reminder of it is due: nobody gets the reminder first."""
    first = Dispatch.objects.filter(notice=notice, number=0)
    first.update(finished_at=None, after_unit=0, rests_until=now + 2 * DAY)
    Delivery.objects.all().delete()
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    work(now + DAY)
    assert told() == []
    work(now + 2 * DAY)
    assert [message.subject for message in mail.outbox] == ["Meeting (county)"] * 3, "told now, so not reminded now"


def test_a_withdrawn_notice_reminds_nobody(
    notice: Notice, world: SimpleNamespace, choosers: dict[str, Person], now: datetime
) -> None:
    later, head = now + DAY, world.heads["county"]
    remind_silent(notice, Fact.SEEN, by=head, at=later)
    go_on_dispatching(later)
    assert Delivery.objects.filter(kind=REMINDER).count() == 3
    withdraw_notice(notice, why="wrong", by=head, at=later)
    work(later)
    assert told() == []
    with pytest.raises(WrongState):
        remind_silent(notice, Fact.SEEN, by=head, at=later + DAY)


def test_who_may(notice: Notice, world: SimpleNamespace, now: datetime) -> None:
    for person in (world.heads["township"], world.liaisons["county"], world.heads["other"]):
        with pytest.raises(NotAllowed):
            remind_silent(notice, Fact.SEEN, by=person, at=now + DAY)
    with pytest.raises(WrongState, match="Nobody is silent"):
        remind_silent(notice, Fact.DONE, by=world.heads["county"], at=now + DAY)
    draft = factories.notice(world.county, sent_at=None)
    with pytest.raises(WrongState):
        remind_silent(draft, Fact.SEEN, by=world.heads["county"], at=now + DAY)


def test_worked_off_twice_it_tells_once(
    notice: Notice, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers in the same slice; and one that died after its commit and begins again from where it had read."""
    monkeypatch.setattr(delivering, "UNITS_AT_ONCE", 2)
    later = now + DAY
    dispatch = remind_silent(notice, Fact.SEEN, by=OPERATOR, at=later)
    before = Dispatch.objects.select_related("notice").get(pk=dispatch.pk)
    same = delivering._slice(before, later)
    go_on_dispatching(later)
    owed = list(Delivery.objects.filter(kind=REMINDER).values_list("key", flat=True))
    delivering._owe(before, same, later)
    assert list(Delivery.objects.filter(kind=REMINDER).values_list("key", flat=True)) == owed
    assert Dispatch.objects.get(pk=dispatch.pk).owed == len(owed) == 2
    Dispatch.objects.filter(pk=dispatch.pk).update(after_unit=0, after_membership=0)
    work(later)
    assert told() == ["county", "township", "village"]


def test_asked_for_twice_it_is_one(notice: Notice, now: datetime) -> None:
    """A second click comes to the policy, and two at the same moment to the same number."""
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    with pytest.raises(WrongState):
        remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    begin_dispatch(notice, number=1, at=now + DAY)
    assert Dispatch.objects.filter(notice=notice, number=1).count() == 1


def test_set_when_sending(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = factories.notice(world.county, sent_at=now, asks_acknowledgement=True, remind_after_days=2)
    run_due(at=now)
    work(now)
    say(made, choosers["county"], Fact.SEEN, now)
    say(made, choosers["village"], Fact.ACKNOWLEDGED, now)
    mail.outbox.clear()
    run_due(at=now + DAY)
    work(now + DAY)
    assert told() == []
    run_due(at=now + 2 * DAY)
    run_due(at=now + 2 * DAY)
    work(now + 2 * DAY)
    assert told() == ["county", "township"]
    reminder = Dispatch.objects.get(notice=made, number=1)
    assert (reminder.by, reminder.awaits) == (None, Fact.ACKNOWLEDGED)


UNWANTED = ["withdrawn", "answered", "no rights", "erased", "erased at once", "without a name", "reminded by hand"]


@pytest.mark.parametrize("what", UNWANTED)
def test_set_when_sending_and_not_wanted_any_more(
    world: SimpleNamespace, choosers: dict[str, Person], now: datetime, what: str
) -> None:
    head = world.heads["county"]
    made = factories.notice(world.village, sent_at=now, remind_after_days=2)
    Notice.objects.filter(pk=made.pk).update(sent_by=head)
    if what == "erased at once":
        erase_sender(head, now)
    run_due(at=now)
    work(now)
    if what == "erased":
        erase_sender(head, now)
    elif what == "without a name":
        Notice.objects.filter(pk=made.pk).update(sent_by=None)
    elif what == "withdrawn":
        withdraw_notice(made, why="wrong", by=OPERATOR, at=now)
    elif what == "answered":
        say(made, choosers["village"], Fact.SEEN, now)
    elif what == "no rights":
        Membership.objects.filter(person=head).update(until=now.date())
    elif what == "reminded by hand":
        remind_silent(made, Fact.SEEN, by=head, at=now + 2 * DAY - timedelta(hours=1))
    run_due(at=now + 2 * DAY)
    assert Dispatch.objects.filter(notice=made, number__gt=0).count() == (what == "reminded by hand")


def erase_sender(person: Person, at: datetime) -> None:
    """What erasing `person` does to the notices she sent."""
    (holding,) = [one for one in HOLDINGS if one.label == "contact.Notice.sent_by"]
    assert holding.erase(holding.rows_of(person.pk), Traces(person.pk, (), at)) == 1
    assert not holding.rows_of(person.pk).exists()


def test_what_the_sender_is_told_before(notice: Notice, choosers: dict[str, Person], now: datetime) -> None:
    say(notice, choosers["village"], Fact.SEEN, now)
    seen, acknowledged = silences_of(notice, on=now.date())
    assert (seen.fact, seen.size.units, seen.size.people) == (Fact.SEEN, 2, 4)
    assert (acknowledged.fact, acknowledged.size.units, acknowledged.size.people) == (Fact.ACKNOWLEDGED, 3, 6)
    assert set(units_silent_on(notice, Fact.SEEN)) == set(
        sets_of(notice).units[UnitSet.Meaning.ADDRESSED] - sets_of(notice).units[UnitSet.Meaning.SEEN]
    )


def test_words_take_a_fixed_number_of_queries(notice: Notice, now: datetime, django_assert_num_queries: Any) -> None:
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    go_on_dispatching(now + DAY)
    rows = list(Delivery.objects.filter(kind=REMINDER))
    assert len(rows) == 3
    for some in (rows[:1], rows):
        with django_assert_num_queries(7):
            assert len(compose_reminders(some, now + DAY)) == len(some)


def test_each_is_reminded_in_her_language(notice: Notice, choosers: dict[str, Person], now: datetime) -> None:
    Person.objects.filter(pk=choosers["village"].pk).update(language="zh-hans")
    change_wish(choosers["county"], WishPlan(hides_titles=True), by=choosers["county"], at=now)
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=now + DAY)
    work(now + DAY)
    (hers,) = [message for message in mail.outbox if "village" in message.to[0]]
    assert hers.subject == "催办：Meeting（county）"
