"""The burden meter: how much time a unit may be asked for in a month, and how long things really took."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.people.models import Person
from braid.units.models import OwnedByUnit

from .directives import Directive
from .report_forms import ReportForm


class Budget(OwnedByUnit):
    """How many minutes a month the levels above may ask of each unit of one level, in the subtree of `unit`."""

    level = models.PositiveSmallIntegerField(_("level"))
    minutes = models.PositiveIntegerField(_("minutes a month"))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("budget of time")
        verbose_name_plural = _("budgets of time")
        constraints = [models.UniqueConstraint(fields=["unit", "level"], name="budget_once")]
        indexes = [models.Index(fields=["unit_path"], name="budget_path")]

    def __str__(self) -> str:
        return f"{self.unit_id} level {self.level}: {self.minutes}"


class TimeSaid(models.Model):
    """So many units (`count`) said that a form or a directive took them so many minutes. Nobody's name stands here.

    Who files adds a row; the worker adds rows up, so that a form keeps one for each number of minutes. The sum is always right.
    """

    form = models.ForeignKey(ReportForm, models.CASCADE, null=True, related_name="+", db_index=False)
    directive = models.ForeignKey(Directive, models.CASCADE, null=True, related_name="+", db_index=False)
    minutes = models.PositiveSmallIntegerField()
    count = models.IntegerField()
    is_folded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(form=None, directive__isnull=False) | Q(form__isnull=False, directive=None),
                name="time_said_of_one",
            ),
            models.UniqueConstraint(
                fields=["form", "minutes"], condition=Q(is_folded=True, directive=None), name="time_said_form_once"
            ),
            models.UniqueConstraint(
                fields=["directive", "minutes"], condition=Q(is_folded=True, form=None), name="time_said_directive_once"
            ),
        ]
        indexes = [
            models.Index(fields=["form"], name="time_said_form", condition=Q(form__isnull=False)),
            models.Index(fields=["directive"], name="time_said_directive", condition=Q(directive__isnull=False)),
            models.Index(fields=["id"], name="time_said_new", condition=Q(is_folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min: {self.count}"
