"""Periods in the calendar: which days belong to a week, a month, a quarter, a year."""

from __future__ import annotations

from datetime import date, timedelta

from .enums import Every

_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}


def first_day(every: Every, day: date) -> date:
    """The first day of the period that `day` lies in; of `once` the day itself."""
    if every == Every.ONCE:
        return day
    if every == Every.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(every: Every, first: date) -> date:
    """The last day of the period that begins on `first`; of `once` the same day."""
    if every == Every.ONCE:
        return first
    if every == Every.WEEK:
        return first + timedelta(days=6)
    month = first.month - 1 + _MONTHS[every]
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def next_first_day(every: Every, day: date) -> date | None:
    """The first day of the period to open next after `day`: the one `day` lies in, since it is reported when it is over.
    None for `once`: that is opened by hand."""
    return None if every == Every.ONCE else first_day(every, day)
