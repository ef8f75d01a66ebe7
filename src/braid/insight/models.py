"""Who gets the head's page by mail."""

from __future__ import annotations

from django.db import models

from braid.people.models import Person
from braid.units.models import OwnedByUnit


class WeeklyMail(OwnedByUnit):
    """Somebody wants the head's page of a unit every Monday by e-mail. At most one unit for each person."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    next_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="weekly_mail_due"),
            models.Index(fields=["unit_path"], name="weekly_mail_path"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.unit_id}"
