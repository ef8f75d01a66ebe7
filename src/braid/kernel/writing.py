"""How numbers, moments and what is said by the way are written for people, in pages and in texts put together by code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import pgettext


def colon(words: object = "") -> str:
    """What stands between `words` and what they say: in Chinese a wide colon without a space; none after a question mark."""
    if str(words).endswith(("?", "？")):
        return " " if str(words).endswith("?") else ""
    return pgettext("between a word and what it says", ": ")


def aside(words: object) -> str:
    """`words` said by the way after others: in Chinese in wide brackets without a space."""
    return pgettext("said by the way", " (%(words)s)") % {"words": words}


def figure(value: Any) -> str:
    """A number as people read it: 665,276, or 60.8. What is no number (such as “<10”) stays as it is."""
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{int(value):,}" if isinstance(value, int) or str(value).isdigit() else str(value)


def moment(value: datetime | None) -> str:
    """A moment with its weekday, in the federation's time zone."""
    if value is None:
        return "–"
    return formats.date_format(timezone.localtime(value), pgettext("date format of a moment", "D j M Y, H:i"))


def moment_in(value: datetime, zone: str) -> str:
    """A moment with its weekday, as the clocks of the named time zone `zone` show it; said which where it is not ours."""
    there = formats.date_format(value.astimezone(ZoneInfo(zone)), pgettext("date format of a moment", "D j M Y, H:i"))
    return there + zone_aside(zone)


def zone_aside(zone: str) -> str:
    """The name of a time zone, to be said after a time there; nothing where it is the federation's own."""
    return "" if zone == timezone.get_default_timezone_name() else aside(zone.replace("_", " "))


def day(value: date | datetime | None) -> str:
    """A day with its weekday."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return formats.date_format(value, pgettext("date format of a day", "D j M Y"))


def plain_day(value: date) -> str:
    """A day without its weekday, for the ends of a span."""
    return formats.date_format(value, pgettext("date format of a day without weekday", "j M Y"))
