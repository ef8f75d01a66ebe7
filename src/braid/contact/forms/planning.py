"""When a notice is to go out, as people say it: a day, a time, and where the clock hangs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.forms import offer
from braid.people.forms import DayInput


class PlanForm(forms.Form):
    """A moment in a named time zone."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput())
    time = forms.TimeField(
        label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="09:00"
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zone", zone_choices())
        self.fields["zone"].initial = timezone.get_default_timezone_name()

    def clean(self) -> dict[str, Any]:
        """Adds `moment`. A time that the clocks there leave out on that day is refused, in words."""
        values = self.cleaned_data
        if {"day", "time", "zone"} <= values.keys():
            wall = datetime.combine(values["day"], values["time"])
            moment = wall.replace(tzinfo=ZoneInfo(values["zone"]))
            if _is_left_out(moment):
                self.add_error(
                    "time",
                    _("The clocks there are put forward that night: this time does not exist. Choose one hour later."),
                )
            values["moment"] = moment.astimezone(UTC)
        return values


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
