"""The ledger of what happened, the part of it not folded yet, and tallies for every level by day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from braid.kernel.fields import BytewiseField
from braid.kernel.ledger import Strand
from braid.units.enums import STEP
from braid.units.models import Unit


class Entry(models.Model):
    """`amount` of `kind` happened at `unit` on `day`. Append only; `unit_path` is where the unit stood then, for good."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    """No key in the database: the statement that writes an entry reads its unit and holds it, which a key would do again."""
    unit_path = BytewiseField(max_length=STEP * 40)
    day = models.DateField()
    at = models.DateTimeField()
    strand = models.CharField(max_length=10)
    kind = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    by_number = models.BigIntegerField(null=True)
    """The person who did it; nulled when she is erased."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(strand__in=[strand.value for strand in Strand]), name="entry_strand_known"
            )
        ]
        indexes = [
            models.Index(fields=["unit_path", "day"], name="entry_path"),
            models.Index(fields=["by_number"], name="entry_by", condition=Q(by_number__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.amount:+d} at {self.unit_id}"


class Pending(models.Model):
    """An entry no tally knows yet. The fold deletes the rows it claims in the transaction in which it adds them."""

    unit_path = BytewiseField(max_length=STEP * 40)
    day = models.DateField()
    kind = models.CharField(max_length=60)
    amount = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["unit_path", "kind"], name="pending_path")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.amount:+d}"


class Tally(models.Model):
    """How much of `kind` happened on `day` in the subtree of a unit, as the tree stood then."""

    pk = models.CompositePrimaryKey("unit_number", "kind", "day")
    unit_number = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    day = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["unit_number", "day"], name="tally_last_day")]

    def __str__(self) -> str:
        return f"{self.unit_number} {self.day} {self.kind} {self.amount}"
