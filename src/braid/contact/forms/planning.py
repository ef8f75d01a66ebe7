"""When a notice is to go out, as people say it: a day, a time, and where the clock hangs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.contact.actions import Repetition
from braid.contact.enums import LAST_DAY, LATEST_PLAN, LONGEST_SERIES, MOST_TIMES, Every
from braid.contact.models import Series
from braid.contact.recurrence import Recurrence
from braid.kernel.forms import ClockInput, DayInput, offer

from .budgets import OverBudgetForm


class PlanForm(OverBudgetForm):
    """A moment in a named time zone; with a reason where units get over their budget of time."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput())
    time = forms.TimeField(label=gettext_lazy("Time"), widget=ClockInput(), initial="09:00")
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    repeat = forms.ChoiceField(
        label=gettext_lazy("How often it goes out"),
        choices=[("", gettext_lazy("once")), *Every.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Every week: on these days"),
        coerce=int,
        required=False,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick nothing for the weekday of the first day."),
    )
    is_last_day = forms.BooleanField(
        label=gettext_lazy("Every month: on its last day"),
        required=False,
        help_text=gettext_lazy("Else on the day of the first one. A month that is too short has it on its last day."),
    )
    last_on = forms.DateField(label=gettext_lazy("The last day it goes out"), required=False, widget=DayInput())
    times = forms.IntegerField(
        label=gettext_lazy("Or so many times"), required=False, min_value=2, max_value=MOST_TIMES
    )
    field_order = ("day", "time", "zone", "repeat", "weekdays", "is_last_day", "last_on", "times", "over_budget_why")

    def __init__(
        self,
        *args: Any,
        series: Series | None = None,
        today: date | None = None,
        must_repeat: bool = False,
        **kwargs: Any,
    ) -> None:
        if series is not None:
            kwargs["initial"] = {**kwargs.get("initial", {}), **_initial_of(series, today or series.first_on)}
        super().__init__(*args, **kwargs)
        self._today = today
        self.must_repeat = must_repeat
        if must_repeat:
            offer(self, "repeat", Every.choices)
            self.fields["repeat"].required = True
        offer(self, "zone", zone_choices())
        self.fields["zone"].initial = timezone.get_default_timezone_name()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the time zone is to be seen at once: it is another than the federation's, or wrong."""
        return bool(self.errors.get("zone")) or self["zone"].value() != timezone.get_default_timezone_name()

    @property
    def is_repeating(self) -> bool:
        """Whether the part about repeating is open: something stands in it, or must."""
        return self.must_repeat or bool(self["repeat"].value())

    @property
    def repetition(self) -> Repetition | None:
        """How it is to repeat, once the form is valid; None: once."""
        values = self.cleaned_data
        if not values["repeat"]:
            return None
        days = _days_of(values)
        if values["times"]:
            days = replace(days, last_on=days.until_times(values["times"]))
        return Repetition(days, values["time"], values["zone"])

    def clean(self) -> dict[str, Any]:
        """Adds `moment`. A time that the clocks there leave out on that day is refused, in words; in a series it comes later."""
        values = self.cleaned_data
        if values.get("repeat"):
            self._check_end(values)
        elif {"day", "time", "zone"} <= values.keys():
            wall = datetime.combine(values["day"], values["time"])
            moment = wall.replace(tzinfo=ZoneInfo(values["zone"]))
            if _is_left_out(moment):
                self.add_error(
                    "time",
                    _("The clocks there are put forward that night: this time does not exist. Choose one hour later."),
                )
            values["moment"] = moment.astimezone(UTC)
        return values

    def _check_end(self, values: dict[str, Any]) -> None:
        if self._today and "day" in values and values["day"] > self._today + LATEST_PLAN:
            self.add_error("day", _("Choose a moment at least 5 minutes and at most a year from now."))
        elif not ({"last_on", "times"} & self.errors.keys()) and bool(values["last_on"]) == bool(values["times"]):
            self.add_error("last_on", _("Write until when, or how many times: one of the two."))
        elif values.get("last_on") and values.get("day") and values["last_on"] < values["day"]:
            self.add_error("last_on", _("The last day lies before the first."))
        elif not self.errors and _is_too_long(_days_of(values), values["times"]):
            self.add_error("times" if values["times"] else "last_on", _("A series ends within five years."))


def _days_of(values: dict[str, Any]) -> Recurrence:
    """The days that were filled in, without how many."""
    every, first_on = Every(values["repeat"]), values["day"]
    return Recurrence(
        every,
        first_on,
        values["last_on"] or first_on + LONGEST_SERIES,
        sum(1 << day for day in values["weekdays"]) if every == Every.WEEK else 0,
        LAST_DAY if every == Every.MONTH and values["is_last_day"] else first_on.day,
    )


def _is_too_long(days: Recurrence, times: int | None) -> bool:
    return days.last_on - days.first_on > LONGEST_SERIES or len(list(islice(days.days(), times or 0))) < (times or 0)


def _initial_of(series: Series, today: date) -> dict[str, Any]:
    mask = series.weekdays
    return {
        "day": max(series.first_on, today),
        "time": series.time,
        "zone": series.zone,
        "repeat": series.every,
        "weekdays": [day for day in WEEKDAYS if mask >> day & 1],
        "is_last_day": series.day == LAST_DAY,
        "last_on": series.last_on,
    }


def comes_twice(moment: datetime, zone: str) -> bool:
    """Whether the clocks of `zone` show the time of `moment` twice, as they are put back that night."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


@cache
def zone_choices() -> list[tuple[str, str]]:
    """The named time zones of the world: those of places, not of offsets or old names."""
    names = sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    )
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def _is_left_out(moment: datetime) -> bool:
    """Whether no clock there ever shows it: there and back again it is another time."""
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None) != moment.replace(tzinfo=None)
