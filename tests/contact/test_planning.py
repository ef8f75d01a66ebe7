"""Sending later: when it goes, whose rights count, what the clocks of the world do, and what the author hears."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import (
    NoticeText,
    cancel_plan,
    change_notice,
    draft_notice,
    plan_sending,
    send_notice,
    undo_sending,
)
from braid.contact.enums import LATEST_PLAN, SOONEST_PLAN, UNDO_WINDOW, NoticeState
from braid.contact.forms import PlanForm, comes_twice
from braid.contact.models import Audience, Notice
from braid.contact.queries import inbox_for
from braid.insight.ground.contact import waiting_of_sender
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.models import Owed
from braid.kernel.outbox import failed_work, run_due
from braid.people.models import Grant, Person
from braid.units.actions import close_unit
from braid.units.models import Unit

ZONE = "Asia/Shanghai"


@pytest.fixture
def draft(world: SimpleNamespace, by: Person, now: datetime) -> Notice:
    return draft_notice(world.county, NoticeText("Hello"), by=by, at=now, audience=[Audience(unit=world.county)])


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(days=2)


def titles(person: Person, at: datetime) -> list[str]:
    return [letter.notice.title for letter in inbox_for(person, at=at).rows]


def test_it_goes_out_at_the_moment_as_it_is_then(
    world: SimpleNamespace, draft: Notice, by: Person, now: datetime, later: datetime
) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    change_notice(draft, NoticeText("Hello again"), by=by, at=now + timedelta(hours=1))
    run_due(at=later - UNDO_WINDOW - timedelta(seconds=1))
    assert Notice.objects.get().state == NoticeState.DRAFT
    run_due(at=later - UNDO_WINDOW)
    sent = Notice.objects.get()
    assert (sent.state, sent.sent_at, sent.sent_by, sent.send_at) == (NoticeState.SENT, later, by, None)
    assert titles(world.liaisons["village"], later - timedelta(seconds=1)) == []
    assert titles(world.liaisons["village"], later) == ["Hello again"]
    run_due(at=later + timedelta(days=1))
    assert not failed_work()


def test_it_can_still_be_undone_in_the_last_ten_seconds(
    draft: Notice, by: Person, now: datetime, later: datetime
) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    run_due(at=later - UNDO_WINDOW)
    undo_sending(Notice.objects.get(), by=by, at=later - timedelta(seconds=1))
    run_due(at=later + timedelta(hours=1))
    assert Notice.objects.get().state == NoticeState.DRAFT


def test_only_the_last_plan_counts(draft: Notice, by: Person, now: datetime, later: datetime) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    plan_sending(draft, later + timedelta(days=1), zone=ZONE, by=by, at=now)
    run_due(at=later)
    assert Notice.objects.get().state == NoticeState.DRAFT
    cancel_plan(draft, by=by, at=now)
    run_due(at=later + timedelta(days=2))
    found = Notice.objects.get()
    assert (found.state, found.send_at, found.send_zone) == (NoticeState.DRAFT, None, "")
    assert not Owed.objects.exists()


def test_sent_by_hand_it_does_not_go_twice(draft: Notice, by: Person, now: datetime, later: datetime) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    send_notice(draft, by=by, at=now)
    sent_at = draft.sent_at
    run_due(at=later)
    assert Notice.objects.get().sent_at == sent_at
    with pytest.raises(WrongState):
        plan_sending(Notice.objects.get(), later, zone=ZONE, by=by, at=now)
    with pytest.raises(WrongState):
        cancel_plan(Notice.objects.get(), by=by, at=now)


def why_not(at: datetime) -> str:
    run_due(at=at)
    found = Notice.objects.get()
    assert (found.state, found.send_at) == (NoticeState.DRAFT, None)
    assert not failed_work()
    return found.not_sent_why


def test_rights_are_asked_again_when_it_goes(
    world: SimpleNamespace, draft: Notice, by: Person, now: datetime, later: datetime
) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    Grant.objects.filter(person=by).update(revoked_at=now)
    assert "Your role does not allow this" in why_not(later)
    (told,) = waiting_of_sender(world.heads["county"], now)
    assert told.what == "It did not go out as planned"
    assert list(waiting_of_sender(world.heads["other"], now)) == []


def test_a_closed_unit_and_a_gone_sender_send_nothing(
    world: SimpleNamespace, by: Person, now: datetime, later: datetime
) -> None:
    head = world.heads["province"]
    draft = draft_notice(world.village, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.province)])
    plan_sending(draft, later, zone=ZONE, by=head, at=now)
    close_unit(Unit.objects.get(pk=world.village.pk), on=now.date(), why="x", by=OPERATOR, at=now)
    assert "closed" in why_not(later)
    Notice.objects.all().delete()
    draft = draft_notice(world.county, NoticeText("x"), by=by, at=now, audience=[Audience(unit=world.county)])
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    Notice.objects.update(send_by=None)
    assert "not with us any more" in why_not(later)


def test_a_machine_that_was_off_does_not_send_a_day_late(
    draft: Notice, by: Person, now: datetime, later: datetime
) -> None:
    plan_sending(draft, later, zone=ZONE, by=by, at=now)
    assert "not running at the planned time" in why_not(later + timedelta(days=1))


def test_what_cannot_be_sent_cannot_be_planned(
    world: SimpleNamespace, draft: Notice, by: Person, now: datetime, later: datetime
) -> None:
    for moment in (now, now + SOONEST_PLAN - timedelta(seconds=1), now + LATEST_PLAN + timedelta(seconds=1)):
        with pytest.raises(BadInput):
            plan_sending(draft, moment, zone=ZONE, by=by, at=now)
    with pytest.raises(NotAllowed):
        plan_sending(draft, later, zone=ZONE, by=world.liaisons["county"], at=now)
    with pytest.raises(NotAllowed):
        cancel_plan(draft, by=world.liaisons["county"], at=now)
    draft.audience.all().delete()
    with pytest.raises(BadInput):
        plan_sending(draft, later, zone=ZONE, by=by, at=now)
    assert not Owed.objects.exists()


def moment_of(day: str, time: str, zone: str) -> PlanForm:
    return PlanForm({"day": day, "time": time, "zone": zone})


@pytest.mark.django_db
def test_the_clocks_of_the_world() -> None:
    form = moment_of("2027-01-05", "09:00", "Asia/Urumqi")
    assert form.is_valid()
    assert form.cleaned_data["moment"] == datetime(2027, 1, 5, 3, tzinfo=UTC)
    left_out = moment_of("2027-03-28", "02:30", "Europe/Paris")
    assert not left_out.is_valid()
    assert "this time does not exist" in str(left_out.errors["time"])
    assert moment_of("2027-03-28", "03:30", "Europe/Paris").is_valid()
    twice = moment_of("2027-10-31", "02:30", "Europe/Paris")
    assert twice.is_valid()
    moment = twice.cleaned_data["moment"]
    assert moment == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first time: summer time still
    assert comes_twice(moment, "Europe/Paris")
    assert not comes_twice(moment + timedelta(hours=5), "Europe/Paris")
    assert not moment_of("2027-10-31", "02:30", "Mars/Olympus").is_valid()
    assert not moment_of("", "x", "").is_valid()


def test_pages_of_a_plan(world: SimpleNamespace, draft: Notice, now: datetime, client: Client) -> None:
    client.force_login(world.heads["county"].account)
    with time_machine.travel(now, tick=False):
        page = reverse("notice_plan", args=[draft.pk])
        assert b"Asia/Shanghai" in client.get(page).content
        assert client.post(page, {"day": "2026-11-01", "time": "09:00", "zone": "Europe/Paris"}).status_code == 422
        day = (timezone.localdate() + timedelta(days=2)).isoformat()
        assert client.post(page, {"day": day, "time": "09:00", "zone": "Europe/Paris"}).status_code == 302
        text = client.get(reverse("notice", args=[draft.pk])).content.decode()
        assert "09:00 (Europe/Paris)" in text
        assert "16:00" in text
        assert "planned" in client.get(reverse("notices_sent")).content.decode()
        client.post(reverse("notice_plan_cancel", args=[draft.pk]))
        assert "Europe/Paris" not in client.get(reverse("notice", args=[draft.pk])).content.decode()
    Notice.objects.update(not_sent_why="Your role does not allow this here.")
    text = client.get(reverse("notice", args=[draft.pk])).content.decode()
    assert "It did not go out as planned" in text


def test_it_does_not_go_out_after_the_day_it_is_due(draft: Notice, by: Person, now: datetime, later: datetime) -> None:
    change_notice(draft, NoticeText("Hello", due_on=timezone.localdate(later)), by=by, at=now)
    with pytest.raises(BadInput) as wrong:
        plan_sending(draft, later + timedelta(days=1), zone=ZONE, by=by, at=now)
    assert "day" in wrong.value.fields
    plan_sending(draft, later, zone=ZONE, by=by, at=now)


def test_the_time_zone_is_folded_away_and_said_only_where_it_is_another(
    draft: Notice, now: datetime, world: SimpleNamespace, client: Client
) -> None:
    client.force_login(world.heads["county"].account)
    with time_machine.travel(now, tick=False):
        page = reverse("notice_plan", args=[draft.pk])
        text = client.get(page).content.decode()
        assert re.search(r'<details class="details "  *><summary>.*Time zone: Asia/Shanghai</summary>', text)
        wrong = client.post(page, {"day": "2026-11-01", "time": "09:00", "zone": "x"}).content.decode()
        assert re.search(r'<details class="details " open *><summary>.*Time zone: x</summary>', wrong)
        client.post(page, {"day": "2026-11-27", "time": "09:00", "zone": ZONE})
        text = client.get(reverse("notice", args=[draft.pk])).content.decode()
        assert "27 Nov 2026, 09:00" in text
        assert ZONE not in text
