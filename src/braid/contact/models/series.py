"""Notices that repeat: when, how long, and what comes next."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from braid.contact.enums import LAST_DAY, Every, SeriesState
from braid.contact.recurrence import Recurrence, moment_of
from braid.kernel.writing import zone_aside
from braid.people.models import Person
from braid.units.models import OwnedByUnit

from .notices import Notice


class Series(OwnedByUnit):
    """A draft that repeats. It stays a draft; each time a notice is made like it is then, and that one goes out."""

    draft = models.OneToOneField(Notice, models.CASCADE, related_name="series")
    every = models.CharField(max_length=5, choices=Every)
    weekdays = models.PositiveSmallIntegerField(default=0)
    """A mask of days of the week, `1 << weekday`; 0: that of the first day."""
    day = models.PositiveSmallIntegerField(default=LAST_DAY)
    """The day of the month; a short month has it on its last day."""
    first_on = models.DateField(gettext_lazy("first day"))
    last_on = models.DateField(gettext_lazy("last day"))
    time = models.TimeField()
    """As the clocks of `zone` show it on the day, whatever they are put to."""
    zone = models.CharField(max_length=60)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=SeriesState, default=SeriesState.RUNNING)
    next_on = models.DateField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    """When the next one is seen; null when there is none."""
    skipped = models.JSONField(default=list, blank=True)
    """Days on which nothing goes out, as `2026-11-29`."""
    planned_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    """Who planned it: she must be allowed to send each time."""
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("series")
        verbose_name_plural = gettext_lazy("series")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="series_days_in_order"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=LAST_DAY), name="series_day_of_month"),
            models.CheckConstraint(
                condition=Q(state=SeriesState.RUNNING, next_on__isnull=False, next_at__isnull=False)
                | (~Q(state=SeriesState.RUNNING) & Q(next_on=None, next_at=None)),
                name="series_running_has_next",
            ),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="series_every_known"),
            models.CheckConstraint(condition=Q(state__in=SeriesState.values), name="series_state_known"),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="series_unit")]

    def __str__(self) -> str:
        return str(self.draft)

    @property
    def is_running(self) -> bool:
        return self.state == SeriesState.RUNNING

    @property
    def recurrence(self) -> Recurrence:
        """Its days."""
        return Recurrence(Every(self.every), self.first_on, self.last_on, self.weekdays, self.day)

    def moment_on(self, day: date) -> datetime:
        """When the one of `day` is seen."""
        return moment_of(day, self.time, self.zone)

    @property
    def in_words(self) -> str:
        """How often and when, for people."""
        if self.every == Every.WEEK:
            mask = self.weekdays or 1 << self.first_on.weekday()
            names = (str(name) for day, name in WEEKDAYS.items() if mask >> day & 1)
            days = pgettext("between words of a list", ", ").join(names)
            often = _("Every week: %(days)s") % {"days": days}
        elif self.every == Every.YEAR:
            often = _("Every year: %(day)s") % {"day": date_format(self.first_on, "MONTH_DAY_FORMAT")}
        elif self.day == LAST_DAY:
            often = _("Every month: on its last day")
        else:
            often = _("Every month: on day %(day)d") % {"day": self.day}
        return f"{often} · {self.time:%H:%M}{zone_aside(self.zone)}"
