"""Visits that officers log, and what they set right in their own record of duty."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.people.models import Person
from braid.units.models import OwnedByUnit
from braid.work.enums import VisitKind, VisitTopic


class Visit(OwnedByUnit):
    """Somebody met people for a unit. Logged once; forms are filled in from it. Whom she met is not kept."""

    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    on = models.DateField(_("day"))
    kind = models.CharField(_("how"), max_length=10, choices=VisitKind)
    topic = models.CharField(_("what about"), max_length=10, choices=VisitTopic, default=VisitTopic.OTHER)
    people = models.PositiveIntegerField(_("how many people"), default=1)
    words = models.TextField(_("your own note"), default="", blank=True)
    """Hers alone: nobody else reads it."""
    logged_at = models.DateTimeField()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=VisitKind.values), name="visit_kind_known"),
            models.CheckConstraint(condition=Q(people__gte=1), name="visit_met_somebody"),
            models.CheckConstraint(condition=Q(topic__in=VisitTopic.values), name="visit_topic_known"),
        ]
        indexes = [
            models.Index(fields=["by", "-on", "-id"], name="visit_by"),
            models.Index(fields=["unit_path", "-id"], name="visit_path"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.on}"


class DutyNote(models.Model):
    """What somebody sets right in her own record: more or less of something than was counted, and why. Hers alone."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField(_("day"))
    kind = models.CharField(_("what"), max_length=60, default="", blank=True)
    """The kind of the journal that it corrects; empty: something the product does not count."""
    amount = models.IntegerField(_("how many"), default=1)
    words = models.CharField(_("in your words"), max_length=300)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note in a record of duty")
        verbose_name_plural = _("notes in a record of duty")
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="duty_note_worded"),
            models.CheckConstraint(condition=~Q(amount=0), name="duty_note_counts"),
        ]
        indexes = [models.Index(fields=["person", "-on", "-id"], name="duty_note_person")]

    def __str__(self) -> str:
        return f"{self.on} {self.words}"
