"""Notices that repeat: each is one of its own, sent once, with the rights and the text of that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.contact.actions import (
    NewAttachment,
    NoticeText,
    Repetition,
    agree_to,
    ask_review,
    attach_file,
    change_notice,
    delete_draft,
    draft_notice,
    plan_sending,
    repeat_notice,
    send_notice,
    send_occurrence,
    set_review_rule,
    skip_day,
    stop_series,
    undo_sending,
)
from braid.contact.actions import series as actions
from braid.contact.actions.handing import hand_over_drafts
from braid.contact.enums import UNDO_WINDOW, Every, NoticeState, SeriesState
from braid.contact.forms import PlanForm
from braid.contact.models import Audience, Notice, Review, Series
from braid.contact.queries import inbox_for
from braid.contact.queries.attachments import attachments_of
from braid.contact.queries.reviews import seal_of
from braid.contact.recurrence import Recurrence
from braid.insight.ground.contact import waiting_of_sender
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.files import prove
from braid.kernel.models import Owed
from braid.kernel.outbox import failed_work, run_due
from braid.people.enums import Office
from braid.people.models import Grant, Person
from tests import factories

ZONE = "Europe/Paris"
MONDAY = date(2026, 11, 30)
WEEK = timedelta(weeks=1)


@pytest.fixture
def draft(world: SimpleNamespace, by: Person, now: datetime) -> Notice:
    text = NoticeText("Hello", "All", language="en", translations={"zh-hans": {"title": "你好", "body": "大家"}})
    return draft_notice(world.county, text, by=by, at=now, audience=[Audience(unit=world.county, offices=1 << 4)])


def weekly(times: int = 3, *, first: date = MONDAY) -> Repetition:
    return Repetition(Recurrence(Every.WEEK, first, first + WEEK * (times - 1)), time(9), ZONE)


def moment(week: int) -> datetime:
    """The Monday so many weeks later, nine o'clock in Paris in winter."""
    return datetime(2026, 11, 30, 8, tzinfo=UTC) + WEEK * week


def sent() -> list[datetime]:
    out = Notice.objects.exclude(state=NoticeState.DRAFT).order_by("pk")
    return [notice.sent_at for notice in out if notice.sent_at]


def run_all(*weeks: int) -> None:
    for week in weeks:
        run_due(at=moment(week) - UNDO_WINDOW)


def test_each_is_a_notice_of_its_own(world: SimpleNamespace, draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    assert (series.next_on, series.next_at) == (MONDAY, moment(0))
    run_due(at=moment(0) - UNDO_WINDOW - timedelta(seconds=1))
    assert sent() == []
    run_all(0)
    first = Notice.objects.exclude(pk=draft.pk).get()
    assert (first.sent_at, first.sent_by, first.author, first.occurrence_of) == (moment(0), by, by, series)
    assert [text.title for text in first.texts] == ["Hello", "你好"]
    assert [(rule.unit, rule.offices) for rule in first.audience.all()] == [(world.county, 1 << 4)]
    assert [letter.notice for letter in inbox_for(world.liaisons["village"], at=moment(0)).rows] == [first]
    change_notice(draft, NoticeText("Hello again", language="en"), by=by, at=moment(0))
    run_all(1, 2, 3, 4)
    assert sent() == [moment(0), moment(1), moment(2)]
    titles = Notice.objects.filter(occurrence_of=series).order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["Hello", "Hello again", "Hello again"]
    series.refresh_from_db()
    assert (series.state, series.next_on) == (SeriesState.ENDED, None)
    draft.refresh_from_db()
    assert draft.state == NoticeState.DRAFT
    run_due(at=moment(9))
    assert not Owed.objects.exists()
    assert not failed_work()


def test_a_worker_that_dies_in_between_sends_once(draft: Notice, by: Person, now: datetime) -> None:
    """What a killed worker wrote is gone with its transaction; what it had done is not done again."""
    series = repeat_notice(draft, weekly(), by=by, at=now)
    at = moment(0) - UNDO_WINDOW
    with transaction.atomic():
        send_occurrence(series.pk, moment(0).isoformat(), at=at)
        transaction.set_rollback(True)
    assert sent() == []
    for _worker in range(3):
        send_occurrence(series.pk, moment(0).isoformat(), at=at)
    run_all(0)
    assert sent() == [moment(0)]
    run_all(1)
    assert sent() == [moment(0), moment(1)]


def test_of_several_missed_only_the_latest_goes_out(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(4), by=by, at=now)
    back = moment(2) + timedelta(days=3)
    run_due(at=back)
    assert sent() == [back + UNDO_WINDOW]
    series.refresh_from_db()
    assert series.next_at == moment(3)
    run_all(3)
    assert len(sent()) == 2


def test_rights_are_those_of_the_day(world: SimpleNamespace, draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    Grant.objects.filter(person=by).update(revoked_at=now)
    run_all(0)
    draft.refresh_from_db()
    assert sent() == []
    assert "Your role does not allow this" in draft.not_sent_why
    (told,) = waiting_of_sender(world.heads["county"], now)
    assert told.what == "It did not go out as planned"
    Grant.objects.filter(person=by).update(revoked_at=None)
    run_all(1)
    draft.refresh_from_db()
    assert sent() == [moment(1)]
    assert draft.not_sent_why == ""
    Series.objects.update(planned_by=None)
    run_all(2)
    draft.refresh_from_db()
    assert "not with us any more" in draft.not_sent_why
    assert not failed_work()
    assert Series.objects.get(pk=series.pk).state == SeriesState.ENDED


def test_it_passes_on_with_the_office(world: SimpleNamespace, draft: Notice, by: Person, now: datetime) -> None:
    """In the name and with the rights of whoever came after her; what others planned there stays theirs."""
    series = repeat_notice(draft, weekly(), by=by, at=now)
    after = factories.member(world.county, Office.DEPUTY, who=factories.person("After her"))
    Grant.objects.filter(person=by).delete()
    assert hand_over_drafts(world.heads["county"], after, world.county, now) == 0
    assert hand_over_drafts(by, after, world.county, now) == 1
    run_all(0)
    series.refresh_from_db()
    assert (series.state, series.planned_by) == (SeriesState.RUNNING, after)
    assert [notice.sent_by for notice in Notice.objects.filter(occurrence_of=series)] == [after]


def test_skipping_a_day_and_taking_it_back(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    series = skip_day(series, MONDAY, skips=True, by=by, at=now)
    assert series.next_at == moment(1)
    run_all(0)
    assert sent() == []
    series = skip_day(series, MONDAY + 2 * WEEK, skips=True, by=by, at=moment(0))
    skip_day(series, MONDAY + 2 * WEEK, skips=False, by=by, at=moment(0))
    run_all(1, 2)
    assert sent() == [moment(1), moment(2)]


def test_the_next_one_taken_back_goes_out_once(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    for skips in (True, False, True, False):
        series = skip_day(series, MONDAY, skips=skips, by=by, at=now)
    run_all(0)
    assert sent() == [moment(0)]


def test_skipping_all_ends_it(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(1), by=by, at=now)
    series = skip_day(series, MONDAY, skips=True, by=by, at=now)
    assert series.state == SeriesState.ENDED
    run_all(0)
    assert sent() == []


def test_what_cannot_be_skipped(world: SimpleNamespace, draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    with pytest.raises(BadInput):
        skip_day(series, MONDAY + timedelta(days=1), skips=True, by=by, at=now)
    with pytest.raises(BadInput):
        skip_day(series, MONDAY, skips=True, by=by, at=moment(0) - UNDO_WINDOW)
    with pytest.raises(NotAllowed):
        skip_day(series, MONDAY, skips=True, by=world.liaisons["county"], at=now)
    with pytest.raises(NotAllowed):
        stop_series(series, by=world.liaisons["county"])
    stale = Series.objects.get()
    run_all(0)
    with pytest.raises(WrongState):
        skip_day(stale, MONDAY + WEEK, skips=True, by=by, at=moment(0))


def test_a_late_worker_still_sends_what_was_due_when_another_day_is_skipped(
    draft: Notice, by: Person, now: datetime
) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    late = moment(0) + timedelta(minutes=1)
    skip_day(series, MONDAY + WEEK, skips=True, by=by, at=late)
    run_due(at=late)
    assert sent() == [late + UNDO_WINDOW]
    run_all(1, 2)
    assert sent()[1:] == [moment(2)]


def test_stopped_it_is_a_draft_that_can_begin_again(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    stop_series(stop_series(series, by=by), by=by)
    run_all(0, 1)
    assert sent() == []
    again = repeat_notice(draft, weekly(first=MONDAY + 2 * WEEK), by=by, at=moment(1))
    assert (again.pk, again.state) == (series.pk, SeriesState.RUNNING)
    run_all(2)
    assert sent() == [moment(2)]


def test_a_new_plan_takes_the_place_of_the_old(draft: Notice, by: Person, now: datetime) -> None:
    plan_sending(draft, moment(0) - timedelta(days=1), zone=ZONE, by=by, at=now)
    repeat_notice(draft, weekly(), by=by, at=now)
    repeat_notice(draft, weekly(first=MONDAY + timedelta(days=1)), by=by, at=now)
    run_due(at=moment(0))
    assert sent() == []
    run_due(at=moment(0) + timedelta(days=1) - UNDO_WINDOW)
    assert sent() == [moment(0) + timedelta(days=1)]


def test_a_repeating_draft_is_not_sent_alone(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    with pytest.raises(WrongState):
        send_notice(draft, by=by, at=now)
    with pytest.raises(WrongState):
        plan_sending(draft, moment(0), zone=ZONE, by=by, at=now)
    stop_series(series, by=by)
    send_notice(draft, by=by, at=now)
    with pytest.raises(WrongState):
        repeat_notice(draft, weekly(), by=by, at=now)


def test_deleting_the_draft_ends_it_and_keeps_what_went_out(draft: Notice, by: Person, now: datetime) -> None:
    repeat_notice(draft, weekly(), by=by, at=now)
    run_all(0)
    delete_draft(draft, by=by)
    run_all(1)
    assert sent() == [moment(0)]
    assert not Series.objects.exists()
    assert not failed_work()


def test_one_can_be_undone_and_the_next_comes(draft: Notice, by: Person, now: datetime) -> None:
    series = repeat_notice(draft, weekly(), by=by, at=now)
    run_all(0)
    undo_sending(Notice.objects.get(occurrence_of=series), by=by, at=moment(0) - timedelta(seconds=1))
    run_all(0, 1)
    assert sent() == [moment(1)]


def test_what_cannot_be_sent_cannot_repeat(world: SimpleNamespace, draft: Notice, by: Person, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        repeat_notice(draft, weekly(), by=world.liaisons["county"], at=now)
    for plan in (weekly(first=date(2026, 11, 2)), weekly(2000), weekly(first=date(2028, 11, 6))):
        with pytest.raises(BadInput):
            repeat_notice(draft, plan, by=by, at=now)
    draft.audience.all().delete()
    with pytest.raises(BadInput):
        repeat_notice(draft, weekly(), by=by, at=now)
    assert not Owed.objects.exists()


def test_files_the_due_day_and_the_reminder_come_along(draft: Notice, by: Person, now: datetime) -> None:
    attach_file(draft, NewAttachment(prove(factories.upload(factories.picture_bytes())), "A poster"), by=by, at=now)
    change_notice(draft, NoticeText("Hello", due_on=MONDAY + timedelta(days=4), remind_after_days=3), by=by, at=now)
    series = repeat_notice(draft, weekly(), by=by, at=now)
    run_all(0, 1)
    made = list(Notice.objects.filter(occurrence_of=series).order_by("pk"))
    assert [notice.due_on for notice in made] == [MONDAY + timedelta(days=4), MONDAY + timedelta(days=11)]
    assert [notice.remind_after_days for notice in made] == [3, 3]
    (original,) = attachments_of(draft)
    for notice in made:
        (copy,) = attachments_of(notice)
        assert (copy.description, copy.file.digest) == ("A poster", original.file.digest)
        assert copy.file.owner_number == notice.pk


@pytest.fixture
def read_twice(world: SimpleNamespace, now: datetime) -> Person:
    """A unit that asks for a second reader of everything, and who that may be."""
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    reader: Person = world.heads["county"]
    return reader


def test_a_second_reader_agrees_to_the_series_once(
    draft: Notice, by: Person, read_twice: Person, now: datetime
) -> None:
    ask_review(draft, by=by, at=now)
    agree_to(draft, seal=seal_of(draft), by=read_twice, at=now)
    repeat_notice(draft, weekly(5), by=by, at=now)
    run_all(0)
    draft.refresh_from_db()
    assert "second person" in draft.not_sent_why, "she agreed to one notice, not to a series"
    ask_review(draft, by=by, at=now)
    agree_to(draft, seal=seal_of(draft), by=read_twice, at=now)
    run_all(1, 2)
    assert sent() == [moment(1), moment(2)]
    assert Review.objects.filter(state="agreed", read_by=read_twice).count() == 3
    change_notice(draft, NoticeText("Other words"), by=by, at=moment(2))
    run_all(3)
    assert len(sent()) == 2
    ask_review(draft, by=by, at=moment(3))
    agree_to(draft, seal=seal_of(draft), by=read_twice, at=moment(3))
    run_all(4)
    assert sent()[2:] == [moment(4)]


def test_a_planted_hole_is_caught(
    draft: Notice, by: Person, read_twice: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A series that takes the yes to its draft for granted: sending asks once more."""
    monkeypatch.setattr(actions, "check_second_reader", lambda notice, rules, by: None)
    repeat_notice(draft, weekly(), by=by, at=now)
    run_all(0)
    assert sent() == []


def test_it_stays_nine_o_clock_when_clocks_change(draft: Notice, by: Person, now: datetime) -> None:
    days = Recurrence(Every.MONTH, date(2027, 3, 27), date(2027, 4, 30), day=27)
    series = repeat_notice(draft, Repetition(days, time(9), ZONE), by=by, at=now)
    first = series.next_at
    run_due(at=datetime(2027, 3, 27, 8, tzinfo=UTC))
    series.refresh_from_db()
    assert first == datetime(2027, 3, 27, 8, tzinfo=UTC)
    assert series.next_at == datetime(2027, 4, 27, 7, tzinfo=UTC)


def said(**more: Any) -> dict[str, Any]:
    return {"day": MONDAY.isoformat(), "time": "09:00", "zone": ZONE, **more}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"repeat": "week"}, "last_on"),
        ({"repeat": "week", "times": "3", "last_on": "2027-01-01"}, "last_on"),
        ({"repeat": "week", "last_on": "2026-11-01"}, "last_on"),
        ({"repeat": "week", "times": "1"}, "times"),
        ({"repeat": "day", "times": "3"}, "repeat"),
        ({"repeat": "month", "times": "100"}, "times"),
        ({"repeat": "year", "last_on": "2040-01-01"}, "last_on"),
    ],
)
def test_what_the_form_refuses(more: dict[str, Any], wrong: str) -> None:
    assert set(PlanForm(said(**more)).errors) == {wrong}


def repetition(**more: Any) -> Repetition:
    form = PlanForm(said(**more))
    assert form.is_valid(), form.errors
    assert form.repetition
    return form.repetition


def test_what_the_form_says() -> None:
    week = repetition(repeat="week", weekdays=["0", "4"], times="3").days
    assert list(week.days()) == [MONDAY, MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)]
    month = repetition(repeat="month", is_last_day="on", last_on="2027-03-01").days
    assert list(month.days()) == [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]
    year = repetition(repeat="year", times="2").days
    assert list(year.days()) == [MONDAY, date(2027, 11, 30)]
    once = PlanForm(said())
    assert once.is_valid()
    assert once.repetition is None


OF_A_RUNNING_SERIES = ("Other days", "A change counts for all that go out after it.", "Stop the series")


def test_the_pages(world: SimpleNamespace, draft: Notice, now: datetime, client: Client) -> None:
    client.force_login(world.heads["county"].account)
    with time_machine.travel(now, tick=False) as clock:
        page = reverse("notice_plan", args=[draft.pk])
        assert client.post(page, said(repeat="week")).status_code == 422
        assert client.post(page, said(repeat="year", times="3", day="9999-12-31")).status_code == 422
        answer = client.post(page, said(repeat="week", weekdays=["0", "3"], times="4"))
        series = Series.objects.get()
        there, skip = (reverse(name, args=[series.pk]) for name in ("series", "series_skip"))
        assert answer.headers["Location"] == there

        def text_of(address: str) -> str:
            return client.get(address).content.decode()

        assert "Every week: Monday, Thursday · 09:00 (Europe/Paris)" in text_of(there)
        assert text_of(there).count('name="day"') == 4
        assert "Look at the series" in text_of(reverse("notice", args=[draft.pk]))
        send = text_of(reverse("notice_send", args=[draft.pk]))
        assert "Look at the series" in send
        assert "Send now" not in send
        assert "repeats" in text_of(reverse("notices_sent"))
        assert "Hello" in text_of(reverse("series_list", args=[world.county.code]))
        client.post(skip, {"day": "2026-12-03"})
        assert "Send after all" in text_of(there)
        client.post(skip, {"day": "2026-12-03", "after_all": "1"})
        assert "Send after all" not in text_of(there)
        assert client.post(skip, {"day": "x"}).status_code == 422
        clock.move_to(moment(0))
        run_due(at=moment(0))
        made = Notice.objects.get(occurrence_of=series)
        assert "One of a series" in text_of(reverse("notice", args=[made.pk]))
        assert reverse("notice", args=[made.pk]) in text_of(there)
        assert 'value="week"' in text_of(page)
        running = text_of(there)
        assert {words in running for words in OF_A_RUNNING_SERIES} == {True}
        stop = running.index(reverse("series_stop", args=[series.pk]))
        assert "Nothing more of it goes out then." in running[running.rindex("<details", 0, stop) : stop]
        client.post(reverse("series_stop", args=[series.pk]))
        assert "stopped" in text_of(there)
        assert {words in text_of(there) for words in OF_A_RUNNING_SERIES} == {False}


def test_lists_take_as_many_queries_for_many(world: SimpleNamespace, by: Person, now: datetime, client: Client) -> None:
    client.force_login(world.heads["county"].account)

    def add(number: int) -> None:
        for _each in range(number):
            rule = Audience(unit=world.county)
            one = draft_notice(world.county, NoticeText("Hello"), by=by, at=now, audience=[rule])
            series = repeat_notice(one, weekly(), by=by, at=now)
            factories.notice(world.county)
            Notice.objects.filter(state=NoticeState.SENT).update(occurrence_of=series)

    def queries(page: str) -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as found:
            assert client.get(page).status_code == 200
        return len(found)

    def count() -> list[int]:
        last = Series.objects.order_by("-pk")[0]
        addresses = reverse("series_list", args=[world.county.code]), reverse("series", args=[last.pk])
        return [queries(page) for page in (*addresses, reverse("notices_sent"))]

    add(2)
    before = count()
    add(5)
    assert count() == before
