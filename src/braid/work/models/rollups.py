"""Roll-ups: what units answered, added up for every unit above them, as the tree stood when it was asked.

A directive and a period of a form have one each. Who answers writes one `Change`; the fold turns changes into totals.
Readers add the changes not folded yet, so that numbers are right at once (queries/rollups.py).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from braid.kernel.fields import BytewiseField
from braid.units.enums import STEP


class Rollup(models.Model):
    """One thing asked of many units."""

    opened_at = models.DateTimeField()
    """An answer counts where its unit stood at this moment."""
    addressed = models.BinaryField(default=b"", editable=False)
    """The units asked: `pyroaring.BitMap.serialize()`; empty until they are frozen."""
    frozen_at = models.DateTimeField(null=True, editable=False)
    """Null: the rules of who is asked are new, or more were added; the worker counts them next."""
    extremes = models.JSONField(default=list)
    """The measures whose lowest, highest or latest value is kept as well as their sum."""

    class Meta:
        indexes = [models.Index(fields=["opened_at"], name="rollup_unfrozen", condition=Q(frozen_at=None))]

    def __str__(self) -> str:
        return str(self.pk)


class Total(models.Model):
    """What the units strictly below one unit answered. Only units with something addressed below have one.

    `filed` and `approved` are `work.measures.Summary` as JSON; `expected` is how many units below were asked.
    """

    pk = models.CompositePrimaryKey("rollup_id", "unit_number")
    rollup = models.ForeignKey(Rollup, models.CASCADE, related_name="totals", db_index=False)
    unit_number = models.BigIntegerField()
    path = BytewiseField(max_length=STEP * 40)
    """Where the unit stood when it was asked."""
    expected = models.PositiveIntegerField(default=0)
    filed = models.JSONField(default=dict)
    approved = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index("rollup", Length("path"), "path", name="total_path")]

    def __str__(self) -> str:
        return f"{self.rollup_id} {self.unit_number}"


class Change(models.Model):
    """A change of one unit's answer that no total knows yet: its measures before and now, and whether they were approved."""

    rollup = models.ForeignKey(Rollup, models.CASCADE, related_name="changes", db_index=False, db_constraint=False)
    """No constraint of the database: whoever writes changes has just read the roll-up, and everybody would lock its one row."""
    path = BytewiseField(max_length=STEP * 40)
    at = models.DateTimeField()
    was = models.JSONField(null=True)
    now = models.JSONField(null=True)
    was_approved = models.BooleanField(default=False)
    is_approved = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["rollup", "path", "id"], name="change_path")]

    def __str__(self) -> str:
        return f"{self.rollup_id} {self.path}"
