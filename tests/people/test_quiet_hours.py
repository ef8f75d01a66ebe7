"""Quiet hours: whose hold where, until when, and who says so."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import BadInput, NotAllowed
from braid.kernel.models import Delivery
from braid.people.actions import choose_channel, set_quiet_hours
from braid.people.enums import Office
from braid.people.models import Membership, Person, QuietHours
from braid.people.queries.quiet_hours import Hours, hours_above, hours_at, quiet_until
from braid.people.telling import tell_chosen
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")


def on_day(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HERE)


EVENING, MORNING = on_day(23, 21, 30), on_day(24, 8)


@pytest.fixture
def units() -> dict[str, Unit]:
    return factories.tree({"nation": {"county": {"village": {}, "hamlet": {}}}})


@pytest.fixture
def her(units: dict[str, Unit]) -> Person:
    return factories.member(units["village"], who=factories.person("Li Na", email="li@example.org"))


@pytest.mark.parametrize(
    ("begins", "ends", "at", "until"),
    [
        ((21, 0), (8, 0), on_day(23, 20, 59), None),
        ((21, 0), (8, 0), on_day(23, 21), on_day(24, 8)),
        ((21, 0), (8, 0), on_day(24, 0, 5), on_day(24, 8)),
        ((21, 0), (8, 0), on_day(24, 7, 59), on_day(24, 8)),
        ((21, 0), (8, 0), on_day(24, 8), None),
        ((0, 0), (6, 30), on_day(24, 6), on_day(24, 6, 30)),
        ((0, 0), (6, 30), on_day(23, 23, 59), None),
        ((19, 0), (23, 0), on_day(23, 22), on_day(23, 23)),
        ((5, 0), (5, 0), on_day(23, 5), None),
    ],
)
def test_when_they_are_over(
    begins: tuple[int, int], ends: tuple[int, int], at: datetime, until: datetime | None
) -> None:
    assert Hours(time(*begins), time(*ends)).until(at.astimezone(UTC)) == until


def test_the_nearest_unit_above_that_said_some_counts(units: dict[str, Unit], now: datetime) -> None:
    paths = {name: unit.path for name, unit in units.items()}
    assert hours_at(paths.values())[paths["village"]] == Hours()
    set_quiet_hours(units["nation"], (time(22), time(7)), by=OPERATOR, at=now)
    set_quiet_hours(units["village"], (time(20), time(9)), by=OPERATOR, at=now)
    found = hours_at(paths.values())
    assert found[paths["hamlet"]] == found[paths["county"]] == Hours(time(22), time(7))
    assert found[paths["village"]] == Hours(time(20), time(9))
    assert hours_above(units["village"]) == Hours(time(22), time(7))
    assert hours_above(units["nation"]) == Hours()
    set_quiet_hours(units["village"], None, by=OPERATOR, at=now)
    assert hours_at([paths["village"]])[paths["village"]] == Hours(time(22), time(7))


def test_who_is_in_several_units_waits_for_the_last(units: dict[str, Unit], her: Person, now: datetime) -> None:
    factories.member(units["hamlet"], who=her)
    set_quiet_hours(units["hamlet"], (time(20), time(9)), by=OPERATOR, at=now)
    assert quiet_until([her.pk], EVENING) == {her.pk: on_day(24, 9)}
    set_quiet_hours(units["hamlet"], (time(0), time(0)), by=OPERATOR, at=now)
    assert quiet_until([her.pk], EVENING) == {her.pk: MORNING}
    Membership.objects.filter(unit=units["village"]).update(until=now.date())
    assert quiet_until([her.pk], EVENING) == {}
    Membership.objects.all().delete()
    assert quiet_until([her.pk], EVENING) == {her.pk: MORNING}


def test_it_takes_two_queries(units: dict[str, Unit], her: Person, django_assert_num_queries: Any) -> None:
    others = [factories.member(units["hamlet"]).pk for _ in range(10)]
    for some in ([her.pk], [her.pk, *others]):
        with django_assert_num_queries(2):
            assert len(quiet_until(some, EVENING)) == len(some)


def test_what_is_owed_at_night_is_due_in_the_morning(units: dict[str, Unit], her: Person, now: datetime) -> None:
    choose_channel(her, channel="email", by=her, at=now)
    assert tell_chosen([her.pk], "notice", 17, at=EVENING) == {her.pk}
    assert Delivery.objects.get().due_at == MORNING
    assert tell_chosen([her.pk], "notice", 18, at=MORNING) == {her.pk}
    assert Delivery.objects.get(thing=18).due_at == MORNING


def test_a_digest_comes_at_the_hour_she_chose(her: Person, now: datetime) -> None:
    choose_channel(her, channel="email", by=her, at=now)
    tell_chosen([her.pk], "digest", 17, at=EVENING)
    assert Delivery.objects.get().due_at == EVENING


def test_what_is_about_her_account_goes_at_night(her: Person) -> None:
    from braid.people.telling import tell_of_change

    tell_of_change(her.account, "x", at=EVENING)
    send_due(EVENING)
    assert [message.to for message in mail.outbox] == [["li@example.org"]]


@pytest.mark.parametrize(("begins", "ends"), [(21, 11), (17, 8), (9, 12), (8, 21), (11, 17)])
def test_the_day_cannot_be_quiet(units: dict[str, Unit], now: datetime, begins: int, ends: int) -> None:
    with pytest.raises(BadInput):
        set_quiet_hours(units["county"], (time(begins), time(ends)), by=OPERATOR, at=now)
    assert not QuietHours.objects.exists()


def test_who_says_so(units: dict[str, Unit], her: Person, now: datetime, client: Client) -> None:
    deputy = factories.member(units["county"], Office.DEPUTY)
    with pytest.raises(NotAllowed):
        set_quiet_hours(units["village"], None, by=her, at=now)
    with pytest.raises(NotAllowed):
        set_quiet_hours(units["nation"], None, by=deputy, at=now)
    client.force_login(deputy.account)
    page = reverse("quiet_hours", args=[units["village"].code])
    said_above = client.get(page).content.decode()
    assert "The units above say: 21:00 to 08:00." in said_above
    assert "(optional)" not in said_above
    assert client.post(page, {"which": "own", "begins": "20:00", "ends": "07:30"}).status_code == 302
    said = QuietHours.objects.get()
    assert (said.unit, said.begins, said.ends) == (units["village"], time(20), time(7, 30))
    assert client.post(page, {"which": "own", "begins": "20:00", "ends": ""}).status_code == 422
    assert client.post(page, {"which": "own", "begins": "9:00", "ends": "20:00"}).status_code == 422
    client.post(page, {"which": "none"})
    assert quiet_until([her.pk], EVENING) == {}
    client.post(page, {"which": "above"})
    assert quiet_until([her.pk], EVENING - timedelta(days=1)) == {her.pk: MORNING - timedelta(days=1)}
