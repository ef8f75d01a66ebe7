"""Whatever repeats: its days are in order and in bounds, no month or year is left out, and clocks show the time asked for."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from braid.contact.enums import LAST_DAY, Every
from braid.contact.recurrence import Recurrence, moment_of

pytestmark = pytest.mark.once

ZONES = [
    "Asia/Shanghai",
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]
days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
recurrences = st.builds(
    lambda every, first, length, weekdays, day: Recurrence(every, first, first + timedelta(days=length), weekdays, day),
    st.sampled_from(Every),
    days,
    st.integers(0, 2000),
    st.integers(0, 127),
    st.integers(1, LAST_DAY),
)


def fits(recurrence: Recurrence, day: date) -> bool:
    """Whether `day` is one of its days, asked of the calendar alone."""
    if recurrence.every == Every.WEEK:
        return bool((recurrence.weekdays or 1 << recurrence.first_on.weekday()) >> day.weekday() & 1)
    is_month = recurrence.every == Every.MONTH or day.month == recurrence.first_on.month
    return is_month and day.day == min(recurrence.day, monthrange(day.year, day.month)[1])


@settings(max_examples=200, deadline=None)
@example(recurrence=Recurrence(Every.MONTH, date(2027, 1, 31), date(2027, 4, 30), day=LAST_DAY))
@example(recurrence=Recurrence(Every.YEAR, date(2024, 2, 29), date(2029, 3, 1), day=29))
@given(recurrence=recurrences)
def test_its_days_are_all_that_fit_and_no_other(recurrence: Recurrence) -> None:
    span = (recurrence.last_on - recurrence.first_on).days + 1
    all_days = (recurrence.first_on + timedelta(days=number) for number in range(span))
    assert list(recurrence.days()) == [day for day in all_days if fits(recurrence, day)]


@settings(max_examples=100, deadline=None)
@given(recurrence=recurrences, since=days)
def test_going_on_from_a_day_is_the_rest(recurrence: Recurrence, since: date) -> None:
    assert list(recurrence.days(since=since)) == [day for day in recurrence.days() if day >= since]


@settings(max_examples=100, deadline=None)
@given(recurrence=recurrences, times=st.integers(1, 40))
def test_so_many_times_is_so_many_days(recurrence: Recurrence, times: int) -> None:
    all_days = list(recurrence.days())
    assume(all_days)
    until = Recurrence(
        recurrence.every, recurrence.first_on, recurrence.until_times(times), recurrence.weekdays, recurrence.day
    )
    assert list(until.days()) == all_days[:times]


@settings(max_examples=400, deadline=None)
@example(day=date(2027, 3, 28), at=time(2, 30), zone="Europe/Paris")
@example(day=date(2027, 10, 31), at=time(2, 30), zone="Europe/Paris")
@example(day=date(2027, 10, 3), at=time(2, 15), zone="Australia/Lord_Howe")
@example(day=date(2011, 12, 30), at=time(9, 0), zone="Pacific/Apia")
@given(day=days, at=st.times().map(lambda at: at.replace(second=0, microsecond=0)), zone=st.sampled_from(ZONES))
def test_the_clocks_show_it_or_were_put_forward_over_it(day: date, at: time, zone: str) -> None:
    moment = moment_of(day, at, zone)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown != datetime.combine(day, at):  # left out: it is the first second after the gap
        assert shown > datetime.combine(day, at)
        before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert before < datetime.combine(day, at)
    else:  # of two such moments the first
        earlier = {moment - timedelta(minutes=minutes) for minutes in (30, 60, 120)}
        assert all(other.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != shown for other in earlier)


def test_a_missing_hour_goes_to_the_next_moment_there_is() -> None:
    assert moment_of(date(2027, 3, 28), time(2, 30), "Europe/Paris") == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_the_wall_clock_stays_through_the_year() -> None:
    daily = Recurrence(Every.WEEK, date(2027, 1, 1), date(2027, 12, 31), weekdays=127)
    moments = [moment_of(day, time(9), "Europe/Paris") for day in daily.days()]
    assert {moment.astimezone(ZoneInfo("Europe/Paris")).hour for moment in moments} == {9}
    assert {b - a for a, b in pairwise(moments)} == {timedelta(hours=hours) for hours in (23, 24, 25)}
