"""Votes: the ballot, what was voted, what is unusual about it, and the counts once it is over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import MOST_CHOICES, BallotState
from braid.kernel.fields import BytewiseField
from braid.people.models import Person
from braid.units.models import OwnedByUnit


class Ballot(OwnedByUnit):
    """A vote of a unit: whoever is in it or below it nominates, then votes. Its days are whole days of the federation."""

    title = models.CharField(_("title"), max_length=120)
    about = models.TextField(_("what it is about"))
    choices = models.PositiveSmallIntegerField(_("how many each may choose"), default=1)
    nominations_until = models.DateField(_("last day to nominate"))
    voting_from = models.DateField(_("first day to vote"))
    voting_until = models.DateField(_("last day to vote"))
    state = models.CharField(_("state"), max_length=12, choices=BallotState, default=BallotState.NOMINATING)
    voter_key = models.BinaryField(default=b"", editable=False)
    """Turns a person into the name her vote is kept under. Destroyed when the result is published."""
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = models.CharField(_("why it was called off"), max_length=500, default="", blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    voters = models.PositiveIntegerField(null=True, blank=True)
    """How many votes counted; known only once all are counted."""
    set_aside = models.PositiveIntegerField(null=True, blank=True)
    """How many did not, for the written reasons of `Burst`."""

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(about=""), name="ballot_says_what"),
            models.CheckConstraint(
                condition=Q(choices__gte=1, choices__lte=MOST_CHOICES), name="ballot_choices_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(voting_from__gt=F("nominations_until"), voting_until__gte=F("voting_from")),
                name="ballot_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state=BallotState.DECIDED, decided_at__isnull=False)
                | (~Q(state=BallotState.DECIDED) & Q(decided_at=None, counted_at=None)),
                name="ballot_counted_after_voting",
            ),
            models.CheckConstraint(
                condition=~Q(state=BallotState.CANCELLED) | ~Q(cancelled_why=""), name="ballot_cancelled_has_reason"
            ),
            models.CheckConstraint(condition=Q(state__in=BallotState.values), name="ballot_state_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="ballot_unit"),
            models.Index(fields=["unit_path"], name="ballot_path"),
            models.Index(fields=["state"], name="ballot_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def voting_begins_at(self) -> datetime:
        """The first moment of the first day to vote."""
        return _midnight(self.voting_from)

    @property
    def voting_ends_at(self) -> datetime:
        """The moment from which no vote is taken any more."""
        return _midnight(self.voting_until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class Burst(models.Model):
    """Unusually many voters came from one network within a few minutes. Which network is not kept, here or anywhere."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="bursts", db_index=False)
    begins_at = models.DateTimeField()
    voters = models.PositiveIntegerField()
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(_("why its votes do not count"), max_length=500, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(set_aside_at=None) | ~Q(why=""), name="burst_set_aside_has_reason")
        ]
        indexes = [models.Index(fields=["ballot", "begins_at"], name="burst_ballot")]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.begins_at}"


class Vote(models.Model):
    """What one voter of a ballot chose last. `voter` is a name that only the ballot's key leads back to a person."""

    pk = models.CompositePrimaryKey("ballot_id", "voter")
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    voter = BytewiseField(max_length=22)
    choices = models.CharField(max_length=220)
    """Keys of nominations in ascending order, with spaces between."""
    level = models.PositiveSmallIntegerField()
    """The level of the unit she votes from: the one thing about her a result is told by."""
    said_at = models.BigIntegerField()
    """Microseconds since the epoch: the later word of one voter stands."""
    burst = models.ForeignKey(Burst, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False)

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.voter}"


class Trace(models.Model):
    """That a voter came from a network, for the few minutes in which bursts are looked for; then it is deleted.

    `network` is a salted mark of an address prefix; the salt is a new one every day and is deleted when the day is over.
    """

    pk = models.CompositePrimaryKey("slot", "ballot_id", "network", "voter")
    slot = models.BigIntegerField()
    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    network = BytewiseField(max_length=16)
    voter = BytewiseField(max_length=22)

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.slot}"


class Count(models.Model):
    """How many voters of a level chose a candidate. Written once, when everything is over: before it does not exist."""

    pk = models.CompositePrimaryKey("nomination_id", "level")
    nomination = models.ForeignKey("contact.Nomination", models.CASCADE, related_name="counts", db_index=False)
    level = models.PositiveSmallIntegerField()
    votes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.level}"
