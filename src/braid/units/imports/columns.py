"""From the cells of a table to records: which column is what, and what each cell must be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from braid.kernel.imports.cells import (
    WHOLE_FLOAT,
    Columns,
    Form,
    Found,
    checked,
    code_of,
    fitted,
    name_of,
    text_of,
    too_wide,
)
from braid.kernel.imports.problems import Problem
from braid.kernel.sheets import Line, unescaped
from braid.units.enums import UnitKind

_ALIASES = {
    "code": ("code", "代码", "代碼", "编码", "編碼"),
    "parent_code": ("parent_code", "parent", "上级代码", "上級代碼", "上级", "上級"),
    "name": ("name", "名称", "名稱"),
    "level": ("level", "级别", "級別", "层级", "層級"),
    "kind": ("kind", "类型", "類型"),
    "name_zh_hant": ("name_zh_hant",),
    "name_en": ("name_en",),
    "full_name": ("full_name", "全称", "全稱"),
    "full_name_zh_hant": ("full_name_zh_hant",),
    "full_name_en": ("full_name_en",),
    "address": ("address", "place", "地址"),
    "latitude": ("latitude", "lat", "纬度", "緯度"),
    "longitude": ("longitude", "lon", "lng", "经度", "經度"),
}
COLUMN_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
FIRST = ("code", "parent_code", "name", "level", "kind")
TEXTS = {
    "name_zh_hant": 120,
    "name_en": 120,
    "full_name": 200,
    "full_name_zh_hant": 200,
    "full_name_en": 200,
    "address": 200,
}
"""Text fields beside the first five, with the most characters they take."""
NUMBERS = {"latitude": 90.0, "longitude": 180.0}

_KINDS = {
    "": None,
    **{str(kind.value): kind.value for kind in UnitKind},
    **{kind.name.lower(): kind.value for kind in UnitKind},
    **dict.fromkeys(("机构", "機構", "实体", "實體"), 1),
    **dict.fromkeys(("虚拟", "虛擬", "网上", "網上"), 2),
    **dict.fromkeys(("群组", "群組"), 3),
}
MOST_LEVELS = 39


def header_of(cells: Sequence[str]) -> Columns:
    """The columns of a file of units. Raises `SheetError` when one stands twice or code, parent or name is missing."""
    refusal = _("The first line must name the columns code, parent_code and name, each once.")
    return Columns(cells, meaning=COLUMN_OF, needed=("code", "parent_code", "name"), refusal=refusal)


def records_of(header: Columns, lines: Iterable[Line]) -> Iterator[Found]:
    """Per line a record, or what is wrong with it.

    A record is [line, code, parent code, name, level or None, kind or None, other fields by name or None].
    """
    places = header.places
    further = [name for name in places if name not in FIRST]
    code_at, parent_at, name_at = places["code"], places["parent_code"], places["name"]
    level_at, kind_at = places.get("level", -1), places.get("kind", -1)
    for number, found in lines:
        cells = found
        if len(cells) != header.width:
            whole = fitted(cells, header.width)
            if whole is None:
                yield [too_wide(number, cells[code_at])]
                continue
            cells = whole
        problems: list[Problem] = []
        code = checked(code_of, cells[code_at], "code", number, problems)
        parent = checked(code_of, cells[parent_at], "parent_code", number, problems) if cells[parent_at] else ""
        name = checked(name_of, cells[name_at], "name", number, problems)
        level = checked(_level, cells[level_at], "level", number, problems) if level_at >= 0 else None
        kind = checked(_kind, cells[kind_at], "kind", number, problems) if kind_at >= 0 else None
        others = _others(further, places, cells, number, problems) if further else None
        if problems:
            yield [problem._replace(code=code or "") for problem in problems]
        else:
            yield [number, code, parent, name, level, kind, others]


def _level(text: str) -> int | None:
    text = text.strip()
    if whole := WHOLE_FLOAT.fullmatch(text):
        text = whole[1]
    if not text:
        return None
    if not text.isdecimal() or len(text) > 2 or not 1 <= int(text) <= MOST_LEVELS:
        raise ValueError(_("A level is a whole number from 1 to %(most)s.") % {"most": MOST_LEVELS})
    return int(text)


def _kind(text: str) -> int | None:
    try:
        return _KINDS[text.strip().lower()]
    except KeyError:
        raise ValueError(_("A kind is body, virtual or group.")) from None


def _others(
    fields: list[str], places: dict[str, int], cells: Sequence[str], line: int, problems: list[Problem]
) -> dict[str, Any]:
    """The other fields the file has, empty ones as what an empty field of a unit holds."""
    values: dict[str, Any] = {}
    for field in fields:
        text = cells[places[field]].strip()
        clean = partial(_plain, most=TEXTS[field]) if field in TEXTS else partial(_degrees, most=NUMBERS[field])
        values[field] = checked(clean, text, field, line, problems)
    if (values.get("latitude") is None) != (values.get("longitude") is None) and not problems:
        problems.append(Problem(line, "latitude", _("Latitude and longitude must be given together.")))
    return values


def _plain(text: str, most: int) -> str:
    return text_of(unescaped(text), most)


def _degrees(text: str, most: float) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise ValueError(_("This is a number from -%(most)s to %(most)s.") % {"most": int(most)})
    return value


UNITS = Form("units", header_of, records_of)
"""How a file of units is read."""
