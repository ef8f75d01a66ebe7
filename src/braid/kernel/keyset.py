"""Keyset pages: page one and page ten thousand of a list cost the same. There are no offsets in Braid."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .errors import BadInput

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, and the cursor of the next one (empty when this is the last)."""

    rows: list[M]
    next_cursor: str


def page_of(rows: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = 50) -> Page[M]:
    """The page of at most `size` rows that follows `cursor`, in `order`.

    `order` names concrete fields as in `order_by()`, ends with a unique one, and all run the same way ("-since", "-pk").
    Raises `BadInput` for a cursor that was not made here.
    """
    fields = [name.lstrip("-") for name in order]
    if cursor:
        try:
            rows = rows.filter(_after(fields, values_of(cursor, len(fields)), descending=order[0].startswith("-")))
        except (ValidationError, ValueError, TypeError) as error:  # values of the wrong kind
            raise bad_cursor() from error
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    return Page(found[:size], cursor_of(found[size - 1], fields) if more else "")


def merged(pages: Sequence[Page[M]], *, order: Sequence[str], size: int = 50) -> Page[M]:
    """One page out of the pages that several parts of a list gave for the same cursor, `order` and `size`."""
    if len(pages) == 1:
        return pages[0]
    fields = [name.lstrip("-") for name in order]
    rows = [row for page in pages for row in page.rows]
    rows.sort(key=lambda row: [getattr(row, field) for field in fields], reverse=order[0].startswith("-"))
    more = len(rows) > size or any(page.next_cursor for page in pages)
    return Page(rows[:size], cursor_of(rows[:size][-1], fields) if more else "")


def _after(fields: list[str], values: list[Any], *, descending: bool) -> Q:
    """(a, b) beyond (x, y), with the redundant `a <= x` without which neither database uses the index."""
    step, bound = ("lt", "lte") if descending else ("gt", "gte")
    condition = Q(**{f"{fields[-1]}__{step}": values[-1]})
    for field, value in reversed(list(zip(fields[:-1], values[:-1], strict=True))):
        condition = Q(**{f"{field}__{step}": value}) | (Q(**{field: value}) & condition)
    return Q(**{f"{fields[0]}__{bound}": values[0]}) & condition


def cursor_of(row: models.Model, fields: Sequence[str]) -> str:
    """The cursor that stands for `row` in the order of `fields`; `values_of` reads it."""
    values = [getattr(row, field) for field in fields]
    text = json.dumps([value.isoformat() if isinstance(value, date | datetime) else value for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def values_of(cursor: str, length: int) -> list[Any]:
    """The `length` values in `cursor`: texts and whole numbers, to be checked by the caller. Raises `BadInput`."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise bad_cursor() from error
    if not isinstance(values, list) or len(values) != length or not all(map(_is_value, values)):
        raise bad_cursor()
    return values


def _is_value(value: Any) -> bool:
    """Whether it can have come from a row: a whole number, or text that a database takes (no NUL, no half characters)."""
    if isinstance(value, str):
        return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)
    return isinstance(value, int) and not isinstance(value, bool)


def bad_cursor() -> BadInput:
    """What a damaged cursor is answered with."""
    return BadInput(_("This page link is damaged. Start again from the first page."), fields={"cursor": _("damaged")})
