"""What an answer must be: values of each kind, bounds, checks across fields; and what of it adds up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from braid.contact.words import Words, said

from .enums import FieldKind
from .models import Field

LONGEST_TEXT = 5_000
LARGEST = 10**15
"""No number is larger: sums of 700,000 of them still fit 64 bits."""

_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Check:
    """A rule across fields: the sum of the fields `left`, compared with the sum of the fields `right`.

    It holds where one of the fields was not answered. `words` say by language what is wrong.
    """

    left: tuple[str, ...]
    compare: str
    right: tuple[str, ...]
    words: Words

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Check:
        """The check that `as_json` kept."""
        return cls(tuple(kept["left"]), kept["compare"], tuple(kept["right"]), kept["words"])

    @property
    def as_json(self) -> dict[str, Any]:
        return {"left": list(self.left), "compare": self.compare, "right": list(self.right), "words": dict(self.words)}

    def holds(self, fields: Mapping[str, Field], values: Mapping[str, Any]) -> bool:
        """Whether `values` obey it."""
        if any(values.get(key) is None for key in (*self.left, *self.right)):
            return True
        most = max(fields[key].places for key in (*self.left, *self.right))
        left, right = (
            sum(int(values[key]) * 10 ** (most - fields[key].places) for key in side)
            for side in (self.left, self.right)
        )
        return _COMPARED[self.compare](left, right)


COMPARISONS = tuple(_COMPARED)


def wrong_values(
    fields: Iterable[Field], checks: Iterable[Check], values: Mapping[str, Any], *, is_whole: bool = True
) -> dict[str, str]:
    """What is wrong with `values` by key of a field, in words; empty when nothing is. Not `is_whole`: a draft may have gaps."""
    known = {field.key: field for field in fields}
    wrong = {key: _("This form does not ask this.") for key in values.keys() - known.keys()}
    for key, field in known.items():
        if why := _wrong(field, values.get(key), is_whole=is_whole):
            wrong[key] = why
    for check in checks if not wrong else ():
        if not check.holds(known, values):
            wrong.setdefault(check.left[0], str(said(check.words)))
    return wrong


def measures_of(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, int]:
    """What of an answer adds up: numbers, one for the choice that was taken, the cells of tables."""
    found: dict[str, int] = {}
    for field in fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind == FieldKind.NUMBER:
            found[field.key] = value
        elif field.kind == FieldKind.CHOICE:
            found[f"{field.key}#{value}"] = 1
        elif field.kind == FieldKind.TABLE:
            found |= {
                f"{field.key}:{row}:{column}": cell
                for row, cells in enumerate(value)
                for column, cell in enumerate(cells)
                if cell is not None
            }
    return found


def number_from(text: str, places: int) -> int | None:
    """The number that somebody typed, in its smallest decimal: "1,250.5" with two places is 125050. None: no number."""
    try:
        number = Decimal(text.strip().replace(",", "").replace("，", "").replace(" ", "")).scaleb(places)
        return int(number) if number == number.to_integral_value() else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


def number_in_words(value: int, places: int) -> str:
    """A number as people write it: 125050 with two places is "1250.50"."""
    return f"{Decimal(value).scaleb(-places):f}"


def _wrong(field: Field, value: Any, *, is_whole: bool) -> str:
    if value is None or value in ("", []):
        return _("This must be answered.") if field.is_required and is_whole else ""
    return _WRONG[FieldKind(field.kind)](field, value)


def _wrong_number(field: Field, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        if field.places:
            return ngettext(
                "Write a number with at most %(places)d decimal.",
                "Write a number with at most %(places)d decimals.",
                field.places,
            ) % {"places": field.places}
        return _("Write a whole number.")
    if field.low is not None and value < field.low:
        return _("At least %(low)s.") % {"low": number_in_words(field.low, field.places)}
    if field.high is not None and value > field.high:
        return _("At most %(high)s.") % {"high": number_in_words(field.high, field.places)}
    return ""


def _wrong_choice(field: Field, value: Any) -> str:
    is_known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(field.choices)
    return "" if is_known else _("Choose one of the answers.")


def _wrong_text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        return _("Write a text.")
    return _("This is too long.") if len(value) > LONGEST_TEXT else ""


def _wrong_date(field: Field, value: Any) -> str:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return _("Write a day, like 2026-11-29.")
    return ""


def _wrong_file(field: Field, value: Any) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else _("Choose a file.")


def _wrong_table(field: Field, value: Any) -> str:
    rows, columns = len(field.choices["rows"]), len(field.choices["columns"])
    is_shaped = isinstance(value, list) and len(value) == rows
    if not is_shaped or any(not isinstance(cells, list) or len(cells) != columns for cells in value):
        return _("Fill in the table as it is shown.")
    return next(
        (why for cells in value for cell in cells if cell is not None and (why := _wrong_number(field, cell))), ""
    )


_WRONG: dict[FieldKind, Callable[[Field, Any], str]] = {
    FieldKind.NUMBER: _wrong_number,
    FieldKind.CHOICE: _wrong_choice,
    FieldKind.TEXT: _wrong_text,
    FieldKind.DATE: _wrong_date,
    FieldKind.FILE: _wrong_file,
    FieldKind.TABLE: _wrong_table,
}
