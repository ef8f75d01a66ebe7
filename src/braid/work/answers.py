"""Answers as people read them: values of a report in words, with what the journal had counted beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.contact.words import said
from braid.kernel.writing import colon

from .checking import ANSWERED, Check, number_in_words
from .enums import FieldKind
from .models import Field, FormVersion

SIGNS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True)
class Answered:
    """One question and what was answered; `text` is empty where nothing was."""

    field: Field
    text: str
    table: list[tuple[str, list[str]]]
    """The rows of a table: what the row is about, and its cells."""
    columns: list[str]
    file: int | None
    counted: str
    """What the journal had counted, where the unit gave another number."""
    reason: str


def answered(
    fields: Iterable[Field],
    values: Mapping[str, Any],
    counted: Mapping[str, int] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> list[Answered]:
    """Each question with its answer in words."""
    return [_answered(field, values.get(field.key), (counted or {}), (reasons or {})) for field in fields]


def in_words(field: Field, value: Any) -> str:
    """One value as text; what is no single value (a table, a file) is empty."""
    if value is None:
        return ""
    if field.kind == FieldKind.NUMBER:
        return number_in_words(value, field.places)
    if field.kind == FieldKind.CHOICE:
        return str(field.said_choices[value]) if 0 <= value < len(field.choices) else ""
    if field.kind == FieldKind.DATE:
        return date_format(date.fromisoformat(value), pgettext("date format of a day", "D j M Y"))
    return str(value) if field.kind == FieldKind.TEXT else ""


def check_in_words(version: FormVersion, fields: Iterable[Field]) -> list[str]:
    """What the checks of a version demand, and what is said where it does not hold."""
    asked = list(fields)
    names, conditions = {field.key: str(field.said_text) for field in asked}, conditions_of(asked)
    return [_check(Check.of(kept), names, conditions) for kept in version.checks]


def conditions_of(fields: Iterable[Field]) -> dict[str, str]:
    """Where a check can be looked at, as `Check.when` and in words: an answer that was chosen, or a number above 0."""
    found = {}
    for field in fields:
        asked = {"question": field.said_text}
        if field.kind == FieldKind.NUMBER:
            found[f"{field.key}>0"] = _("“%(question)s” is more than 0") % asked
        for choice, answer in enumerate(field.said_choices):
            found[f"{field.key}#{choice}"] = _("“%(question)s” is “%(answer)s”") % {**asked, "answer": answer}
    return found


def _check(check: Check, names: Mapping[str, str], conditions: Mapping[str, str]) -> str:
    demand = _demand(check, names)
    if check.when:
        demand = _("If %(condition)s: %(demand)s") % {"condition": conditions[check.when], "demand": demand}
    return f"{demand}{colon()}{said(check.words)}"


def _demand(check: Check, names: Mapping[str, str]) -> str:
    left, right = ([names[key] for key in side] for side in (check.left, check.right))
    if check.compare == ANSWERED:
        between = pgettext("between words of a list", ", ")
        return between.join(_("“%(question)s” must be answered") % {"question": name} for name in left)
    right += [check.plus] if check.plus else []
    return f"{' + '.join(left)} {SIGNS.get(check.compare, check.compare)} {' + '.join(right)}".replace("+ -", "− ")


def _answered(field: Field, value: Any, counted: Mapping[str, int], reasons: Mapping[str, str]) -> Answered:
    count = counted.get(field.key)
    is_table = field.kind == FieldKind.TABLE
    return Answered(
        field=field,
        text=in_words(field, value),
        table=_table(field, value) if is_table and value else [],
        columns=[str(one) for one in field.said_columns],
        file=value if field.kind == FieldKind.FILE else None,
        counted="" if count is None or count == value else number_in_words(count, field.places),
        reason=reasons.get(field.key, ""),
    )


def _table(field: Field, value: list[list[int | None]]) -> list[tuple[str, list[str]]]:
    return [
        (str(words), ["" if cell is None else number_in_words(cell, field.places) for cell in cells])
        for words, cells in zip(field.said_rows, value, strict=True)
    ]
