"""The days on which something repeats, and the moment a clock on a wall somewhere shows a time: calendar and clocks alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from .enums import LAST_DAY, Every

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Recurrence:
    """On which days from `first_on` to `last_on` it happens.

    `weekdays` (a mask, `1 << weekday`, Monday is 0; 0: that of `first_on`) counts for weeks, `day` for months and years. A month
    that is too short has it on its last day; so `LAST_DAY` is the last day of every month.
    """

    every: Every
    first_on: date
    last_on: date
    weekdays: int = 0
    day: int = LAST_DAY

    def days(self, *, since: date | None = None) -> Iterator[date]:
        """Its days in order, those before `since` left out."""
        start = max(self.first_on, since or self.first_on)
        for day in self._candidates(start):
            if day > self.last_on:
                return
            if day >= start:
                yield day

    def _candidates(self, start: date) -> Iterator[date]:
        """All days of its pattern from the week, month or year of `start` on."""
        if self.every == Every.WEEK:
            wanted = self.weekdays or 1 << self.first_on.weekday()
            while True:
                if wanted >> start.weekday() & 1:
                    yield start
                start += _DAY
        year, month = start.year, self.first_on.month if self.every == Every.YEAR else start.month
        while True:
            yield date(year, month, min(self.day, monthrange(year, month)[1]))
            year, month = (year + 1, month) if self.every == Every.YEAR else (year + month // 12, month % 12 + 1)

    def until_times(self, times: int) -> date:
        """Its last day if it is to happen `times` times."""
        return max(islice(self.days(), times), default=self.first_on)


def moment_of(day: date, at: time, zone: str) -> datetime:
    """When the clocks of `zone` show `at` on `day`, in UTC; of two such moments the first.

    An hour that the clocks leave out has no such moment: then it is when they were put forward.
    """
    wall = datetime.combine(day, at).replace(tzinfo=ZoneInfo(zone))
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return _when_put_forward(second, first, zone) if second < first else first


def _when_put_forward(before: datetime, after: datetime, zone: str) -> datetime:
    """The first second between the two at which the clocks of `zone` show summer time (or whatever comes)."""
    there = ZoneInfo(zone)
    new = after.astimezone(there).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(there).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after
