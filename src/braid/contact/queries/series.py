"""Series: those of a unit, one of them, and which days are to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.http import Http404

from braid.contact.enums import UNDO_WINDOW
from braid.contact.models import Notice, Series
from braid.contact.rules import can_send_for
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit

MOST_COMING = 6
"""Days to come that a page lists."""


def series_for(person: Person, pk: int) -> Series:
    """The series numbered `pk` if `person` may send for its unit; else `Http404`."""
    series = Series.objects.select_related("draft", "unit", "planned_by").filter(pk=pk).first()
    if series is None or not can_send_for(person, series.unit_path):
        raise Http404
    return series


def series_of(unit: Unit, *, cursor: str = "", size: int = 25) -> Page[Series]:
    """A page of the series of `unit`, newest first."""
    rows = Series.objects.filter(unit=unit).select_related("draft", "unit")
    return page_of(rows, order=("-pk",), cursor=cursor, size=size)


def occurrences_of(series: Series, *, cursor: str = "", size: int = 10) -> Page[Notice]:
    """A page of the notices that went out as ones of `series`, newest first."""
    rows = Notice.objects.filter(occurrence_of=series).select_related("unit")
    return page_of(rows, order=("-pk",), cursor=cursor, size=size)


def upcoming(series: Series, *, since: date) -> Iterator[date]:
    """The days from `since` on when it goes out."""
    return (day for day in series.recurrence.days(since=since) if day.isoformat() not in series.skipped)


@dataclass(frozen=True)
class Coming:
    """A day that is to come, and whether it is skipped."""

    day: date
    moment: datetime
    is_skipped: bool


def coming_days(series: Series, *, at: datetime) -> list[Coming]:
    """The next days of a running series, also those that are skipped."""
    if not series.is_running:
        return []
    days = ((day, series.moment_on(day)) for day in series.recurrence.days())
    coming = ((day, moment) for day, moment in days if moment - UNDO_WINDOW > at)
    return [Coming(day, moment, day.isoformat() in series.skipped) for day, moment in islice(coming, MOST_COMING)]
