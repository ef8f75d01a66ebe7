"""The same data kept in other ways."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from tree_queries.models import TreeNode
from treebeard.mp_tree import MP_Node

from braid.contact.models import Notice
from braid.people.models import Person
from braid.units.models import Unit


class TreebeardUnit(MP_Node):
    """The tree in django-treebeard (materialized path)."""

    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, unique=True)


class QueriesUnit(TreeNode):
    """The tree in django-tree-queries (recursive queries)."""

    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, unique=True)


def _column(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """A column like that of `field`, with its index."""
    if field.is_relation:
        return models.BigIntegerField(null=True, db_index=True, db_column=field.column)
    return cast("models.Field[Any, Any]", field.clone())


class _Keys:
    constraints = [
        models.UniqueConstraint(fields=["path"], name="plain_unit_path"),
        models.UniqueConstraint(fields=["code"], name="plain_unit_code"),
    ]


PlainUnit = type(
    "PlainUnit",
    (models.Model,),
    {
        **{field.attname: _column(field) for field in Unit._meta.concrete_fields},
        "__module__": __name__,
        "__doc__": "The columns and indexes of a unit, for `bulk_create`.",
        "Meta": type("Meta", (_Keys,), {}),
    },
)


class Copy(models.Model):
    """A notice, once for every person it addresses: fan-out on write, with what its inbox and its count of unread ask for."""

    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    notice = models.ForeignKey(Notice, models.CASCADE, db_constraint=False, db_index=False)
    sent_at = models.DateTimeField()
    is_read = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-sent_at"], name="copy_inbox"),
            models.Index(fields=["person", "-sent_at"], name="copy_unread", condition=models.Q(is_read=False)),
        ]


class PlainReceipt(models.Model):
    """Who read what, written by `get_or_create` in the request."""

    user_id = models.BigIntegerField()
    notice_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = [("user_id", "notice_id")]


class Counter(models.Model):
    """One counter per unit, updated by every report, root first."""

    unit_number = models.BigIntegerField(primary_key=True)
    amount = models.BigIntegerField(default=0)


class PlainReport(models.Model):
    """A report as most programs keep it: the unit's path beside it, and each answer a row of its own."""

    unit_number = models.BigIntegerField()
    path = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["path"], name="plain_report_path")]


class PlainAnswer(models.Model):
    """One answer of a report."""

    report = models.ForeignKey(PlainReport, models.CASCADE, db_constraint=False)
    path = models.CharField(max_length=200)
    field = models.CharField(max_length=20)
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["field", "path"], name="plain_answer_field")]


class ReportCounter(models.Model):
    """What all units below one answered, updated by every report, root first: a column for each question of this one form."""

    unit_number = models.BigIntegerField(primary_key=True)
    n = models.BigIntegerField(default=0)
    f1 = models.BigIntegerField(default=0)
    """Sum."""
    f2 = models.BigIntegerField(default=0)
    """Highest."""
    f3 = models.BigIntegerField(default=0)
    """How many chose the second answer."""
