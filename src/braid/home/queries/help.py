"""Help numbers of a unit: those shipped for its country, changed and completed by the units from the root down to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects
from django.utils.dateparse import parse_date
from django.utils.translation import get_language

from braid.home.enums import CHECK_AGAIN_AFTER_DAYS
from braid.home.models import HelpLine
from braid.units.models import Unit

DATA = Path(__file__).resolve().parent.parent / "data" / "hotlines.json"


@dataclass(frozen=True)
class Line:
    """A help number as a unit has it, in the reader's language. `unit_number` is who said so last; 0: as shipped."""

    key: str
    number: str
    name: str
    operator: str
    for_whom: str
    hours: str
    is_emergency: bool
    is_hidden: bool
    checked_on: date | None
    is_sure: bool
    """Shipped with a source good enough to show before somebody here has checked it."""
    source: str
    note: str = ""
    unit_number: int = 0
    said_by: str = ""
    """The name of that unit."""
    owner_name: str = ""

    @property
    def is_public(self) -> bool:
        """A number nobody is sure of is not shown to people in need."""
        return not self.is_hidden and (self.checked_on is not None or self.is_sure)

    @property
    def dial(self) -> str:
        """The number as a phone dials it."""
        return re.sub(r"[^0-9+*#]", "", self.number)

    def is_due(self, today: date) -> bool:
        """Whether its owner should check it (again)."""
        return self.checked_on is None or self.checked_on < today - timedelta(days=CHECK_AGAIN_AFTER_DAYS)


def lines_of(chain: Sequence[Unit], country: str) -> list[Line]:
    """All help numbers of the last unit of `chain` (root first), hidden and unchecked ones too.

    `country` chooses the shipped ones. What a nearer unit says of a number replaces what is above it.
    """
    units = {unit.pk: unit for unit in chain}
    rows = _rows_of(list(units))
    for row in rows:
        row.unit = units[row.unit_id]
    prefetch_related_objects(rows, "owner")
    return merged(country, sorted(rows, key=lambda row: (row.unit.depth, row.pk)))


def _rows_of(units: list[int]) -> list[HelpLine]:
    """What the units with these numbers say; by hand, since most say nothing and the ORM takes four times as long to see it."""
    marks = ",".join(["%s"] * len(units))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM home_helpline WHERE unit_id IN ({marks})", units)  # noqa: S608
        rows = [HelpLine.from_db(connection.alias, _COLUMNS, row) for row in cursor.fetchall()]
    for row in rows:
        if isinstance(row.checked_on, str):  # SQLite keeps days as text
            row.checked_on = parse_date(row.checked_on)
    return rows


_COLUMNS = [field.attname for field in HelpLine._meta.concrete_fields]


def merged(country: str, rows: Iterable[HelpLine]) -> list[Line]:
    """Shipped numbers with `rows` (root first) laid over them; emergencies first, else in the order they came."""
    lines = dict(_shipped_lines(country, get_language() or ""))
    for row in rows:
        lines[row.key] = _line_of(row, lines.get(row.key))
    return sorted(lines.values(), key=lambda line: not line.is_emergency)


@cache
def shipped(country: str) -> list[dict[str, Any]]:
    """The rows shipped for `country` (`zh-CN`), with those of its wider area (`en` for `en-GB`)."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["rows"] if country else []
    return [row for row in rows if country == row["locale"] or country.startswith(row["locale"] + "-")]


def shipped_row(country: str, key: str) -> dict[str, Any] | None:
    """The shipped row with this key, or None."""
    return next((row for row in shipped(country) if row["key"] == key), None)


@cache
def _shipped_lines(country: str, language: str) -> dict[str, Line]:
    """The shipped lines of `country` by key, in `language`, which is the one set now."""
    return {raw["key"]: _shipped_line(raw) for raw in shipped(country)}


def _shipped_line(raw: dict[str, Any]) -> Line:
    return Line(
        key=raw["key"],
        number=raw["number"],
        name=_said(raw, "name"),
        operator=_said(raw, "operator"),
        for_whom=_said(raw, "for_whom"),
        hours=_said(raw, "hours"),
        is_emergency=raw["emergency"],
        is_hidden=False,
        checked_on=None,
        is_sure=raw["confidence"] == "high",
        source="; ".join(raw["source"]),
        note=_said(raw, "note"),
    )


def _line_of(row: HelpLine, above: Line | None) -> Line:
    line = Line(
        key=row.key,
        number=row.number,
        name=_said(vars(row), "name"),
        operator=row.operator,
        for_whom=row.for_whom,
        hours=row.hours,
        is_emergency=row.is_emergency,
        is_hidden=row.is_hidden,
        checked_on=row.checked_on,
        is_sure=False,
        source=row.source,
        unit_number=row.unit_id,
        said_by=row.unit.display_name,
        owner_name=str(row.owner or ""),
    )
    return _translated_as_above(line, row, above)


def _translated_as_above(line: Line, row: HelpLine, above: Line | None) -> Line:
    """Words a unit left as they were shipped keep their shipped translation."""
    raw = _raw_by_key().get(row.key)
    if raw is None or above is None:
        return line
    names = ("name", "operator", "for_whom", "hours")
    same: dict[str, Any] = {name: _said(raw, name) for name in names if getattr(row, name) == raw[name]}
    return replace(line, note=above.note, **same)


@cache
def _raw_by_key() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in json.loads(DATA.read_text(encoding="utf-8"))["rows"]}


def _said(row: dict[str, Any], field: str) -> str:
    """The words of `field` in the reader's language, else as written."""
    suffix = {"zh-hant": "_zh_hant", "en": "_en"}.get(get_language() or "", "")
    return str((suffix and row.get(field + suffix)) or row[field])
