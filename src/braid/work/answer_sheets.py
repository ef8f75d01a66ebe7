"""The answers of many units as a table for a spreadsheet, and back: a line for each unit.

The name of a column ends with its key in brackets, so that it is known in whatever language it was downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from braid.contact.words import said
from braid.kernel.imports.cells import Columns, Form, Found, fitted, too_wide
from braid.kernel.sheets import Line, unescaped

from .checking import is_answered, number_from, number_in_words
from .enums import FieldKind
from .models import Field, Report
from .queries.counted import Count

CODE, UNIT, STAMP, WHY = "code", "unit", "state", "why"
REASON = "_why"
"""Ends the key of the column in which a unit says why a number is not what was counted."""
_KEY = re.compile(r"\[(\w+)\]\s*$")


@dataclass(frozen=True)
class Column:
    """One column: what it is called, and of which question and cell of a table it is."""

    key: str
    title: str
    field: Field | None = None
    cell: tuple[int, int] | None = None

    @property
    def heading(self) -> str:
        return f"{self.title} [{self.key}]"


def columns_of(fields: Iterable[Field]) -> list[Column]:
    """The columns of a table for `fields`; files cannot be typed in and are left out."""
    found = [Column(CODE, _("Code")), Column(UNIT, _("Unit")), Column(STAMP, _("Leave this as it is"))]
    for place, field in enumerate(fields, 1):
        title = f"{place}. {field.said_text}"
        if field.kind == FieldKind.TABLE:
            found += _cells(field, title)
        elif field.kind != FieldKind.FILE:
            found.append(Column(field.key, title, field))
        if field.bound_to:
            found.append(Column(field.key + REASON, _("%(place)d. Why it is not what was counted") % {"place": place}))
    return [*found, Column(WHY, _("What was corrected"))]


def line_of(
    columns: Iterable[Column], unit: Any, stamp: str, report: Report | None, counts: Mapping[str, Count]
) -> list[str]:
    """The line of one unit: what it answered so far, and what the journal counted."""
    values = report.values if report else {}
    reasons = report.reasons if report else {}
    fixed = {CODE: unit.code, UNIT: str(unit), STAMP: stamp, WHY: ""}
    fixed |= {key + REASON: why for key, why in reasons.items()}
    return [_typed(column, values, counts) if column.field else fixed.get(column.key, "") for column in columns]


def form_of(kind: str, columns: Sequence[Column]) -> Form:
    """How such a table is read: a record for each line is its number and the texts by key of a column."""
    keys = [column.key for column in columns]
    refusal = _("The first line must name the columns, as the file does that you can download here.")

    def found(cells: Sequence[str]) -> Columns:
        named = [match[1] if (match := _KEY.search(cell)) else cell for cell in cells]
        return Columns(named, meaning={key.lower(): key for key in keys}, needed=(CODE, STAMP), refusal=refusal)

    return Form(kind, found, _records)


def _records(columns: Columns, lines: Iterable[Line]) -> Iterator[Found]:
    for number, given in lines:
        cells = fitted(given, columns.width)
        if cells is None:
            yield [too_wide(number, given[columns.places[CODE]])]
            continue
        yield [number, {key: unescaped(cells[place]).strip() for key, place in columns.places.items()}]


def values_of(columns: Iterable[Column], texts: Mapping[str, str]) -> dict[str, Any]:
    """What a line answers, by key of a question. What cannot be read stays the text it is: the check says why it is wrong."""
    values: dict[str, Any] = {}
    for column in columns:
        if column.field is None:
            continue
        value = _read(column.field, texts.get(column.key, ""))
        if column.cell is None:
            values[column.field.key] = value
        else:
            row, place = column.cell
            values.setdefault(column.field.key, _empty(column.field))[row][place] = value
    return {key: value for key, value in values.items() if is_answered(value)}


def _cells(field: Field, title: str) -> list[Column]:
    return [
        Column(f"{field.key}_{row}_{column}", f"{title} · {across} · {down}", field, (row, column))
        for row, across in enumerate(field.said_rows)
        for column, down in enumerate(field.said_columns)
    ]


def _empty(field: Field) -> list[list[Any]]:
    return [[None] * len(field.choices["columns"]) for _row in field.choices["rows"]]


def _typed(column: Column, values: Mapping[str, Any], counts: Mapping[str, Count]) -> str:
    field = column.field
    assert field
    value = values.get(field.key)
    if value is None and field.key in counts:
        value = counts[field.key].value
    if value is None:
        return ""
    if column.cell is not None:
        row, place = column.cell
        value = value[row][place]
        return "" if value is None else number_in_words(value, field.places)
    if field.kind == FieldKind.CHOICE:
        return said(field.choices[value]).text
    return number_in_words(value, field.places) if field.kind == FieldKind.NUMBER else str(value)


def _read(field: Field, text: str) -> Any:
    if not text:
        return None
    if field.kind in (FieldKind.NUMBER, FieldKind.TABLE):
        number = number_from(text, field.places)
        return text if number is None else number
    if field.kind == FieldKind.CHOICE:
        return next((place for place, words in enumerate(field.choices) if text in words.values()), text)
    return _day(text) if field.kind == FieldKind.DATE else text


def _day(text: str) -> str:
    """A day as a spreadsheet writes it: 2026/11/29."""
    try:
        return date(*map(int, re.split(r"[-/.]", text))).isoformat()
    except (TypeError, ValueError):
        return text
