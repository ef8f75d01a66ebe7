"""A file of officers: which column is what, and what each cell must be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from braid.kernel.errors import BadInput
from braid.kernel.imports.cells import Columns, Form, Found, checked, code_of, fitted, name_of, too_wide
from braid.kernel.imports.problems import Problem
from braid.kernel.sheets import Line, unescaped
from braid.people.enums import CameBy, Office
from braid.people.phones import clean_phone

_ALIASES = {
    "unit_code": ("unit_code", "code", "unit", "单位代码", "單位代碼", "代码", "代碼"),
    "name": ("name", "姓名"),
    "office": ("office", "职务", "職務"),
    "came_by": ("came_by", "how", "产生方式", "產生方式"),
    "since": ("since", "from", "任职日期", "任職日期"),
    "phone": ("phone", "电话", "電話", "手机", "手機"),
    "email": ("email", "e-mail", "邮箱", "郵箱"),
}
COLUMN_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
NEEDED = ("unit_code", "name", "office")

OFFICE_OF = {
    **{office.name.lower(): office for office in Office},
    **dict.fromkeys(("一把手", "主席"), Office.HEAD),
    **dict.fromkeys(("副职", "副職", "副主席"), Office.DEPUTY),
    **dict.fromkeys(("宣传干部", "宣傳幹部"), Office.COMMUNICATIONS),
    **dict.fromkeys(("联络员", "聯絡員"), Office.LIAISON),
    **dict.fromkeys(("执委", "執委"), Office.COMMITTEE),
    **dict.fromkeys(("成员", "成員"), Office.MEMBER),
}
CAME_BY_OF = {
    "": CameBy.UNKNOWN,
    **{one.name.lower(): one for one in CameBy},
    **dict.fromkeys(("选举", "選舉", "换届", "換屆"), CameBy.ELECTED),
    **dict.fromkeys(("补选", "補選"), CameBy.BY_ELECTION),
    **dict.fromkeys(("任命",), CameBy.APPOINTED),
    **dict.fromkeys(("代理",), CameBy.ACTING),
}
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))")


def columns_of(cells: Sequence[str]) -> Columns:
    """The columns of a file of officers. Raises `SheetError` when one stands twice or a needed one is missing."""
    refusal = _("The first line must name the columns unit_code, name and office, each once.")
    return Columns(cells, meaning=COLUMN_OF, needed=NEEDED, refusal=refusal)


def records_of(columns: Columns, lines: Iterable[Line]) -> Iterator[Found]:
    """Per line a record [line, unit code, name, office, how, since or None, phone, e-mail, and these as they were typed], or
    what is wrong with it."""
    for number, given in lines:
        cells = fitted(given, columns.width)
        if cells is None:
            yield [too_wide(number, given[columns.places["unit_code"]])]
            continue
        problems: list[Problem] = []
        cell = {field: cells[place] for field, place in columns.places.items()}
        record = [
            number,
            *(checked(clean, cell.get(field, ""), field, number, problems) for field, clean in _CLEAN.items()),
            *(cell.get(field, "") for field in _CLEAN),
        ]
        if not problems and record[3] == Office.MEMBER and record[4] != CameBy.UNKNOWN:
            problems.append(Problem(number, "came_by", _("Members are not elected."), cell["came_by"]))
        yield [problem._replace(code=record[1] or "") for problem in problems] or record


def _office(text: str) -> int:
    try:
        return int(OFFICE_OF[_word(text)])
    except KeyError:
        names = ", ".join(office.name.lower() for office in Office)
        raise ValueError(_("An office is one of: %(names)s.") % {"names": names}) from None


def _came_by(text: str) -> int:
    try:
        return int(CAME_BY_OF[_word(text)])
    except KeyError:
        names = ", ".join(one.name.lower() for one in CameBy if one)
        raise ValueError(_("How she came to it is one of: %(names)s.") % {"names": names}) from None


def _word(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def _day(text: str) -> str | None:
    """A day as ISO text; None where there is none."""
    text = text.strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError(_("Write the day as 2026-03-08."))
    year, month, day = (part for part in found.groups() if part)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueError(_("There is no such day.")) from None


def _phone(text: str) -> str:
    try:
        return clean_phone(unescaped(text))
    except BadInput as error:
        raise ValueError(str(error.message)) from None


def _email(text: str) -> str:
    text = unescaped(text).strip()
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise ValueError(str(error.messages[0])) from None
    return text


def _person_name(text: str) -> str:
    return name_of(" ".join(text.split()), 80)


_CLEAN = {
    "unit_code": code_of,
    "name": _person_name,
    "office": _office,
    "came_by": _came_by,
    "since": _day,
    "phone": _phone,
    "email": _email,
}

OFFICERS = Form("officers", columns_of, records_of)
"""How a file of officers is read."""
