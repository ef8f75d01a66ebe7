"""Answers as programs give and get them: numbers as they are written, not in their smallest decimal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .checking import number_from, number_in_words
from .enums import FieldKind
from .models import Field


def taken_in(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` as a report keeps it. What is no number stays as it came, so that the check says what is wrong with it."""
    known = {field.key: field for field in fields}
    return {key: _in(known[key], value) if key in known else value for key, value in given.items()}


def given_out(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a report keeps as programs get it: whole numbers as numbers, those with decimals as text, so that none is lost."""
    known = {field.key: field for field in fields}
    return {key: _out(known[key], value) for key, value in values.items() if key in known}


def _in(field: Field, value: Any) -> Any:
    if field.kind == FieldKind.TABLE and isinstance(value, list):
        return [[_number_in(field, cell) for cell in row] if isinstance(row, list) else row for row in value]
    return _number_in(field, value) if field.kind == FieldKind.NUMBER else value


def _number_in(field: Field, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    found = number_from(str(value), field.places)
    return value if found is None else found


def _out(field: Field, value: Any) -> Any:
    if field.kind == FieldKind.TABLE and value is not None:
        return [[_number_out(field, cell) for cell in row] for row in value]
    return _number_out(field, value) if field.kind == FieldKind.NUMBER else value


def _number_out(field: Field, value: int | None) -> int | str | None:
    return number_in_words(value, field.places) if field.places and value is not None else value
