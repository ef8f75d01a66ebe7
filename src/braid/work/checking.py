"""What an answer must be: values of each kind, bounds, checks across fields; and what of it adds up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
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

_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


COMPARISONS = tuple(_COMPARED)
ANSWERED = "answered"
"""Instead of a comparison: each question on the left must be answered."""
SUMMED = (FieldKind.NUMBER, FieldKind.TABLE)
"""Kinds of fields a check adds up; a table is the sum of its cells."""


@dataclass(frozen=True)
class Check:
    """A rule across fields: the sum of the fields `left`, compared with the sum of the fields `right` and the number `plus`; or
    that each of `left` is answered.

    A comparison holds where one of its fields was not answered. `words` say by language what is wrong.
    """

    left: tuple[str, ...]
    compare: str
    right: tuple[str, ...]
    words: Words
    plus: str = ""
    """A decimal as programs write it: `-2.5`."""
    when: str = ""
    """Where it is looked at: `f3#2`, the answer 2 was chosen in f3; `f1>0`, the number f1 is more than 0. Empty: everywhere."""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Check:
        """The check that `as_json` kept."""
        return cls(**{**kept, "left": tuple(kept["left"]), "right": tuple(kept["right"])})

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def condition(self) -> tuple[str, int | None]:
        """The field that `when` looks at, and the choice that must be taken there; of a number None."""
        key, _sign, choice = self.when.removesuffix(">0").partition("#")
        return key, int(choice) if choice else None

    def fits(self, fields: Mapping[str, Field]) -> bool:
        """Whether a form with `fields` can demand it: its questions are there, what is added up are numbers, and its condition
        is an answer that can be given."""
        named = [fields.get(key) for key in (*self.left, *self.right)]
        if self.compare == ANSWERED:
            is_whole = bool(self.left) and all(named) and not self.right and not self.plus
        else:
            is_whole = self.compare in COMPARISONS and bool(self.left) and bool(self.right or self.plus)
            is_whole = is_whole and all(field and field.kind in SUMMED for field in named)
        return is_whole and self._can_be_looked_at(fields)

    def wrong_at(self, fields: Mapping[str, Field], values: Mapping[str, Any]) -> str:
        """The key of the field beside which it belongs that `values` do not obey it; empty where they do."""
        if not self._is_looked_at(values):
            return ""
        if self.compare == ANSWERED:
            return next((key for key in self.left if not is_answered(values.get(key))), "")
        if not all(is_answered(values.get(key)) for key in (*self.left, *self.right)):
            return ""
        left, right = (
            sum((_amount(fields[key], values[key]) for key in side), Decimal(0)) for side in (self.left, self.right)
        )
        return "" if _COMPARED[self.compare](left, right + Decimal(self.plus or 0)) else self.left[0]

    def _can_be_looked_at(self, fields: Mapping[str, Field]) -> bool:
        key, choice = self.condition
        field = fields.get(key)
        if not self.when or field is None:
            return not self.when
        return field.kind == FieldKind.NUMBER if choice is None else choice < len(field.said_choices)

    def _is_looked_at(self, values: Mapping[str, Any]) -> bool:
        key, choice = self.condition
        if not self.when:
            return True
        value = values.get(key)
        return value == choice if choice is not None else isinstance(value, int) and value > 0


def _amount(field: Field, value: Any) -> Decimal:
    cells = [cell for row in value for cell in row if cell is not None] if field.kind == FieldKind.TABLE else [value]
    return Decimal(sum(cells)).scaleb(-field.places)


def is_answered(value: Any) -> bool:
    """Whether something was answered; of a table at least one cell."""
    if isinstance(value, list):
        return any(cell is not None for cells in value for cell in (cells if isinstance(cells, list) else [cells]))
    return value is not None and value != ""


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
        if key := check.wrong_at(known, values):
            wrong.setdefault(key, str(said(check.words)))
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
    if field.is_required and is_whole and not is_answered(value):
        return _("This must be answered.")
    return "" if value is None or value in ("", []) else _WRONG[FieldKind(field.kind)](field, value)


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
