"""Columns of choices, of every app: whatever writes to the database, it takes the values that the code knows and no other."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

DAY, MOMENT = date(2026, 11, 23), datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
UNKNOWN = {"CharField": "?", "PositiveSmallIntegerField": 99}
FILLED: dict[str, Any] = {
    "DateField": DAY,
    "DateTimeField": MOMENT,
    "TimeField": time(9),
    "JSONField": {},
    "BinaryField": b"",
    "BooleanField": False,
    "FloatField": 1.0,
}
FITTING: dict[str, dict[str, Any]] = {
    "Affiliation": {"unit_id": 2, "state": "ended"},
    "Ballot": {"nominations_until": date(2026, 11, 22), "state": "voting", "decided_at": None, "counted_at": None},
    "Carry": {"answer": "carried"},
    "Complaint": {"form_id": None},
    "DirectiveQuestion": {"state": "answered"},
    "DirectiveReview": {"state": "agreed"},
    "Erasure": {"state": "done"},
    "Field": {"bound_to": ""},
    "JoinRequest": {"state": "accepted"},
    "Notice": {"send_at": None, "send_zone": ""},
    "NoticeQuestion": {"state": "answered"},
    "Placement": {"path": "0000200001"},
    "Recovery": {"agreed_by_id": 2, "state": "done"},
    "ReportForm": {"purpose": {"en": "x"}, "basis": {"en": "x"}},
    "Report": {"state": "filed", "approved_at": None},
    "Review": {"state": "agreed"},
    "Series": {"state": "stopped", "next_on": None, "next_at": None},
    "Survey": {"state": "closed", "counted_at": None},
    "Unit": {"path": "0000200001", "status": "closed"},
    "Wish": {"pace": "daily"},
}
"""What a row must say so that its other constraints allow any value of the choice."""
HELD_TOGETHER = ("affiliation_has_days", "erasure_ends_once", "recovery_ends_once", "unit_closed_has_date")
"""Constraints that name every value, each with what goes with it."""


def columns_of_choices() -> list[models.Field[Any, Any]]:
    own = [model for model in apps.get_models() if model.__module__.startswith("braid.")]
    return [field for model in own for field in model._meta.concrete_fields if field.choices]


def row_of(model: type[models.Model]) -> models.Model:
    """A row whose every column has something in it, so that no constraint but that of the choice says no to another value."""
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, models.CompositePrimaryKey))
    return model(**{field.attname: _filled(field) for field in fields} | FITTING.get(model.__name__, {}))


def _filled(field: models.Field[Any, Any]) -> Any:
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.CharField | models.TextField):
        return "x" * min(field.max_length or 20, 20)
    return FILLED.get(field.get_internal_type(), 1)


@pytest.mark.django_db
@pytest.mark.parametrize("field", columns_of_choices(), ids=str)
def test_only_what_is_known(field: models.Field[Any, Any]) -> None:
    quote = connection.ops.quote_name
    change = f"UPDATE {quote(field.model._meta.db_table)} SET {quote(str(field.column))} = %s"
    with transaction.atomic():
        field.model._default_manager.bulk_create([row_of(field.model)])  # what it refers to is asked for at the end
        with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [UNKNOWN[field.get_internal_type()]])
        transaction.set_rollback(True)
    assert re.search(rf"{field.name}_known|{'|'.join(HELD_TOGETHER)}", str(refused.value))
