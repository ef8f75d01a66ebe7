"""Calls carried into chat groups elsewhere: who asked for it, what was passed on, how often a group's link was opened."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import CarryAnswer
from braid.people.models import Person
from braid.units.models import OwnedByUnit, Unit

from .groups import ChatGroup
from .notices import Notice


class Relay(models.Model):
    """Somebody asks that a notice be carried into the chat groups of `unit` and all below it. Nobody has to."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="relays", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(_("what to say with it"), max_length=300, default="", blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("call to be carried")
        verbose_name_plural = _("calls to be carried")
        constraints = [models.UniqueConstraint(fields=["notice", "unit"], name="relay_once")]
        indexes = [models.Index(fields=["unit", "-asked_at"], name="relay_unit")]

    def __str__(self) -> str:
        return f"{self.notice_id} in {self.unit_id}"


class Carry(OwnedByUnit):
    """A notice and one chat group: whether it was passed on there. Not by whom; `unit` is the body the chat group is of."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="carries", db_index=False)
    chat = models.ForeignKey(ChatGroup, models.SET_NULL, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    """The unit's, kept here so that the pyramid is one pass over an index."""
    answer = models.CharField(max_length=10, choices=CarryAnswer, default=CarryAnswer.NONE)
    carried_at = models.DateTimeField(null=True, blank=True)
    within = models.PositiveIntegerField(null=True, blank=True)
    """Within how many minutes of sending it was passed on: one of `MARKS`, or `LATER`."""
    size = models.PositiveIntegerField(null=True, blank=True)
    """How many people were said to be in the chat group then: an estimate, and shown as one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "chat"], name="carry_once"),
            models.CheckConstraint(condition=Q(answer__in=CarryAnswer.values), name="carry_answer_known"),
            models.CheckConstraint(
                condition=Q(answer=CarryAnswer.CARRIED, carried_at__isnull=False, within__isnull=False)
                | (~Q(answer=CarryAnswer.CARRIED) & Q(carried_at=None, within=None, size=None)),
                name="carry_carried_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["notice", "unit_path", "level", "answer", "within", "size"], name="carry_pyramid"),
            models.Index(fields=["unit_path"], name="carry_path"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} -> {self.chat_id} {self.answer}"


class CarryOpens(models.Model):
    """How often the link of one chat group was opened by a mark of minutes: a number, and nothing of whoever opened it."""

    pk = models.CompositePrimaryKey("carry_id", "within")
    carry = models.ForeignKey(Carry, models.CASCADE, related_name="opens", db_index=False)
    within = models.PositiveIntegerField()
    opens = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.carry_id} {self.within}: {self.opens}"
