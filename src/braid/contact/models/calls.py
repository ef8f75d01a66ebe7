"""Telephoning where nothing else helped: that it was asked for, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import CallOutcome, Fact
from braid.people.models import Person
from braid.units.models import Unit

from .notices import Notice


class PhoneList(models.Model):
    """The sender of a notice asks that people of units that stay silent be telephoned.

    Who they are is worked out whenever somebody looks.
    """

    notice = models.OneToOneField(Notice, models.CASCADE, related_name="phone_list", primary_key=True)
    awaits = models.PositiveSmallIntegerField(choices=Fact, default=Fact.SEEN)
    """Units are on it while this did not come from them."""
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(awaits__in=Fact.values), name="phone_list_awaits_known")]
        indexes = [models.Index(fields=["-asked_at"], name="phone_list_newest")]

    def __str__(self) -> str:
        return f"{self.notice_id}"


class Call(models.Model):
    """What came of telephoning one person of a unit about a notice, or the unit as a whole."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="calls", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    """Null: the unit as a whole."""
    outcome = models.CharField(_("what came of it"), max_length=12, choices=CallOutcome)
    note = models.CharField(_("note"), max_length=200, default="", blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "unit", "person"], name="call_once"),
            models.UniqueConstraint(fields=["notice", "unit"], condition=Q(person=None), name="call_unit_once"),
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="call_outcome_known"),
            models.CheckConstraint(condition=~Q(outcome=CallOutcome.OTHER) | ~Q(note=""), name="call_other_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.unit_id} {self.outcome}"

    @property
    def is_reached(self) -> bool:
        """Whether somebody was spoken to."""
        return self.outcome == CallOutcome.REACHED
