"""Second readers: which units ask for one, and what the second reader of a draft said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import ReviewState
from braid.people.models import Person
from braid.units.models import Unit

from .notices import Notice


class ReviewRule(models.Model):
    """A unit asks that notices of its own and of all units below it to more than `above` units are read by a second person."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    above = models.PositiveIntegerField(_("more units than"), default=0)

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.above}"


class SecondReading(models.Model):
    """The second reading of a draft. A yes is to `seal`, which stands for words, files and recipients: any change drops it."""

    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.ASKED)
    seal = models.CharField(max_length=64)
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    read_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("why it was sent back"), max_length=500, default="", blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.ASKED, read_at=None)
                | (~Q(state=ReviewState.ASKED) & Q(read_at__isnull=False)),
                name="%(class)s_read_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.RETURNED) | ~Q(why=""), name="%(class)s_returned_has_reason"
            ),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="%(class)s_state_known"),
        ]
        indexes = [models.Index(fields=["id"], name="%(class)s_waiting", condition=Q(state=ReviewState.ASKED))]


class Review(SecondReading):
    """The second reading of a notice."""

    notice = models.OneToOneField(Notice, models.CASCADE, related_name="review")

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.state}"
