"""What readers said, and the sets of units that counts are taken from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import MARKS, Fact
from braid.people.models import Person

from .notices import Notice


class Receipt(models.Model):
    """One fact about one person and one notice, for one unit she answers for; recorded once, whatever is sent twice."""

    pk = models.CompositePrimaryKey("notice_id", "person_id", "fact", "unit_number")
    notice = models.ForeignKey(
        Notice, models.CASCADE, related_name="receipts", db_index=False, db_constraint=False
    )  # no constraints of the database here: the gate has just read both rows, and checking each again halves the fold
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    fact = models.PositiveSmallIntegerField(choices=Fact)
    unit_number = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fact__in=Fact.values), name="receipt_fact_known")]
        indexes = [models.Index(fields=["person", "fact", "notice"], name="receipt_person")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.person_id} {self.fact}"


class UnitSet(models.Model):
    """A set of unit numbers that belongs to a notice, as a Roaring bitmap: whom it addressed, reached, who has seen it."""

    class Meaning(models.IntegerChoices):
        SEEN = Fact.SEEN.value, _("seen")
        ACKNOWLEDGED = Fact.ACKNOWLEDGED.value, _("acknowledged")
        DONE = Fact.DONE.value, _("done")
        ADDRESSED = 10, _("addressed")
        REACHED = 11, _("reached")
        PUSHED = 12, _("notified on a phone")
        MAILED = 13, _("mailed")
        TOLD = 14, _("told another way")
        UNKNOWN = 15, _("not known whether it arrived")
        FAILED = 16, _("not delivered")
        CALLED = 17, _("reached by phone")
        UNREACHABLE = 18, _("somebody was not reached by phone")

    pk = models.CompositePrimaryKey("notice_id", "meaning")
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="unit_sets", db_index=False)
    meaning = models.PositiveSmallIntegerField()
    """A `Meaning`, or one of `SEEN_WITHIN`."""
    numbers = models.BinaryField()
    """`pyroaring.BitMap.serialize()`"""

    def __str__(self) -> str:
        return f"{self.notice_id} {self.meaning}"


SEEN_WITHIN = {mark: 100 + place for place, mark in enumerate(MARKS)}
"""By mark of minutes since sending what the set means of the units where somebody opened the notice in that step. Who opens it
after the last of `MARKS` is in `SEEN` alone. Sets only grow, so a receipt that comes late or twice is right all the same."""


class FoldedSegment(models.Model):
    """How far a segment of the receipt spool is in the database: written in the transaction that put it there."""

    name = models.CharField(max_length=80, primary_key=True)
    offset = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.offset}"
