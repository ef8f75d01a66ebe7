"""SQL for both databases that turns rows with a path into one row per unit along the path."""

from __future__ import annotations

from django.db import connection

from braid.kernel.fields import BytewiseField
from braid.units.enums import STEP

from .models import Entry

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def per_ancestor(rows: str) -> str:
    """The query that adds up `rows` (a query giving unit_path, kind, day, amount) by unit number, kind and day.

    Every unit along a path counts it: the tallies as they must be, in columns unit_number, kind, day, amount.
    """
    step = f"substr(own.unit_path, {STEP} * steps.place + 1, {STEP})"
    return f"""
        SELECT {_number("step")} AS unit_number, kind, day, sum(amount) AS amount
        FROM (
            SELECT {step} AS step, own.kind, own.day, sum(own.amount) AS amount
            FROM (
                SELECT unit_path, kind, day, sum(amount) AS amount FROM ({rows}) AS given GROUP BY unit_path, kind, day
            ) AS own
            JOIN ({_places()}) AS steps ON length(own.unit_path) > {STEP} * steps.place
            GROUP BY 1, 2, 3
        ) AS summed
        GROUP BY 1, 2, 3
    """  # noqa: S608 (made of own words)


def _places() -> str:
    """0, 1, 2... up to the longest path there can be."""
    field = Entry._meta.get_field("unit_path")
    assert isinstance(field, BytewiseField)
    assert field.max_length
    return " UNION ALL ".join(f"SELECT {place} AS place" for place in range(field.max_length // STEP))


def _number(step: str) -> str:
    """The number that the text `step` stands for, in base 36 (`units.paths`)."""
    find = "strpos" if connection.vendor == "postgresql" else "instr"
    digits = (f"({find}('{_DIGITS}', substr({step}, {i + 1}, 1)) - 1)" for i in range(STEP))
    return " + ".join(f"{digit} * {36 ** (STEP - 1 - i)}" for i, digit in enumerate(digits))
