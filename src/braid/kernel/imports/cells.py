"""Cells of a file that comes in: which column is what, and what a cell must be. Cleaners raise `ValueError` with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from braid.kernel.sheets import Line, SheetError, unescaped
from braid.kernel.texts import why_not_code, why_not_text

from .problems import Problem

Record = list[Any]
"""What one line says; the number of the line first. JSON as it is."""
Found = Record | list[Problem]

WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+(\d+)")


class Columns:
    """Which column of the file holds which field: `places` by field, and the titles that mean nothing here."""

    def __init__(
        self, cells: Sequence[str], *, meaning: Mapping[str, str], needed: Sequence[str], refusal: Any
    ) -> None:
        """`meaning` gives the field of a title. Raises `SheetError` with `refusal` when one stands twice or is missing."""
        names = [meaning.get(title_key(cell), "") for cell in cells]
        twice = {name for name in names if name and names.count(name) > 1}
        missing = [name for name in needed if name not in names]
        if twice or missing:
            raise SheetError(
                refusal, fields={name: _("missing") for name in missing} | dict.fromkeys(twice, _("twice"))
            )
        self.places = {name: place for place, name in enumerate(names) if name}
        self.width = len(cells)
        self.ignored = [cell for cell, name in zip(cells, names, strict=True) if not name and cell]


@dataclass(frozen=True)
class Form:
    """One kind of file: how its first line and the others are read."""

    kind: str
    columns: Callable[[Sequence[str]], Columns]
    records: Callable[[Any, Iterable[Line]], Iterator[Found]]


def title_key(title: str) -> str:
    """A title of a column as titles are compared: letters and brackets of either width, in whatever case and spacing."""
    return unicodedata.normalize("NFKC", title).strip().lower().replace(" ", "_").replace("_(", "(")


def fitted(cells: list[str], width: int) -> list[str] | None:
    """The cells of a line as wide as the first one; None when it holds more than that."""
    if any(cells[width:]):
        return None
    return cells[:width] + [""] * (width - len(cells))


def too_wide(number: int, code: str) -> Problem:
    """What is said of such a line."""
    return Problem(number, "", _("The line has more cells than the first line has columns."), code=code)


def checked(clean: Callable[[str], Any], text: str, field: str, line: int, problems: list[Problem]) -> Any:
    """What `clean` makes of the cell, or None and one more of `problems`."""
    try:
        return clean(text)
    except ValueError as error:
        problems.append(Problem(line, field, str(error), text))
        return None


def code_of(text: str) -> str:
    """A code as it was before a spreadsheet took it for a number. Raises `ValueError` with the reason."""
    if text.isalnum() and text.isascii() and len(text) <= 40:
        return text
    text = unicodedata.normalize("NFKC", text).strip().removeprefix("'")
    if not text:
        raise ValueError(_("The code is missing."))
    if whole := WHOLE_FLOAT.fullmatch(text):
        return whole[1]
    if short := _SCIENTIFIC.fullmatch(text):
        digits, zeros = short[1] + (short[2] or ""), int(short[3]) + 1
        if len(digits) < zeros or digits[zeros:].strip("0"):
            raise ValueError(_("A spreadsheet has shortened this code to %(code)s; digits are lost.") % {"code": text})
        return digits[:zeros]
    if why_not := why_not_code(text):
        raise ValueError(why_not)
    return text


def name_of(text: str, most: int = 120) -> str:
    """A name, which must be there."""
    text = unescaped(text).strip()
    if not text:
        raise ValueError(_("The name is missing."))
    return text_of(text, most)


def text_of(text: str, most: int) -> str:
    """One line of text."""
    if len(text) > most:
        raise ValueError(_("The text is longer than %(most)s characters.") % {"most": most})
    if why_not := why_not_text(text):
        raise ValueError(why_not)
    return text
