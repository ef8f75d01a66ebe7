"""Going out to the people a notice means, beyond their inboxes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from braid.contact.enums import Fact
from braid.people.models import Person

from .notices import Notice


class Dispatch(models.Model):
    """Going through the people a notice means, unit by unit: once for the notice itself, and once for each reminder.

    The place it has come to moves in the transaction that owes the deliveries of a slice. However many people a notice
    means, only some thousand of its deliveries wait at a time; those who chose no channel have none.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="dispatches", db_index=False)
    number = models.PositiveSmallIntegerField(default=0)
    """0: the notice itself; from 1 on its reminders."""
    awaits = models.PositiveSmallIntegerField(choices=Fact, default=Fact.SEEN)
    """Of a reminder: it goes to units from which this did not come."""
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    """Who asked for it; null: it was set at sending, or the operator."""
    begun_at = models.DateTimeField()
    after_unit = models.BigIntegerField(default=0)
    """Units up to this number are done."""
    after_membership = models.BigIntegerField(default=0)
    """In the unit after that, memberships up to this number."""
    owed = models.PositiveIntegerField(default=0)
    """People who are told, so far."""
    units = models.BinaryField(null=True, editable=False)
    """Of a reminder: the units through which somebody was told, as `pyroaring.BitMap.serialize()`."""
    rests_until = models.DateTimeField(null=True, blank=True)
    """Not gone on with before: enough waits for the end of quiet hours."""
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="dispatch_once"),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("begun_at")), name="dispatch_finished_after_start"
            ),
            models.CheckConstraint(condition=Q(awaits__in=Fact.values), name="dispatch_awaits_known"),
        ]
        indexes = [models.Index(fields=["id"], name="dispatch_open", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.number}"
