"""The questions of a form as a table for a spreadsheet, and back: a line for each question, in the order of the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.contact.words import LANGUAGES, readers_language
from braid.kernel.imports.cells import Columns, fitted, title_key, too_wide
from braid.kernel.imports.problems import Problem
from braid.kernel.sheets import SheetError, read_table, unescaped
from braid.kernel.writing import aside

from .actions import FieldPlan, why_not_asked, why_not_replaced
from .checking import number_from, number_in_words
from .enums import FieldKind, RollUp
from .models import Field

BETWEEN = " | "
"""Between choices, rows and columns in one cell."""

Named = tuple[str, str, str]
"""What something is called in Simplified Chinese, Traditional Chinese and English."""

_PLAIN: dict[str, Named] = {
    "key": ("编号", "編號", "key"),
    "kind": ("类型", "類型", "kind"),
    "is_required": ("必填", "必填", "required"),
    "measure": ("计量单位", "計量單位", "unit"),
    "places": ("小数位数", "小數位數", "decimals"),
    "low": ("最小值", "最小值", "lowest"),
    "high": ("最大值", "最大值", "highest"),
    "roll_up": ("汇总方式", "彙總方式", "adds up as"),
    "bound_to": ("取自日志", "取自日誌", "filled from"),
}
_TEXTS: dict[str, Named] = {
    "text": ("题目", "題目", "question"),
    "help": ("说明", "說明", "help"),
    "choices": ("选项", "選項", "choices"),
    "rows": ("表格行", "表格行", "rows"),
    "columns": ("表格列", "表格列", "columns"),
}
_KINDS: dict[FieldKind, Named] = {
    FieldKind.NUMBER: ("数字", "數字", "number"),
    FieldKind.CHOICE: ("选择", "選擇", "choice"),
    FieldKind.TEXT: ("文字", "文字", "text"),
    FieldKind.DATE: ("日期", "日期", "date"),
    FieldKind.FILE: ("文件", "檔案", "file"),
    FieldKind.TABLE: ("数字表格", "數字表格", "table"),
}
_ROLL_UPS: dict[RollUp, Named] = {
    RollUp.SUM: ("求和", "求和", "sum"),
    RollUp.MIN: ("最小", "最小", "lowest"),
    RollUp.MAX: ("最大", "最大", "highest"),
    RollUp.MEAN: ("平均", "平均", "mean"),
    RollUp.LATEST: ("最新", "最新", "latest"),
}
_YES: Named = ("是", "是", "yes")
_NO: Named = ("否", "否", "no")


@dataclass
class Sheet:
    """What a table of questions says: a plan for each line with the key of the question that stays, or what is wrong."""

    plans: list[tuple[str, FieldPlan]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """The titles of columns that mean nothing here."""


def header() -> list[str]:
    """The titles of the columns in the reader's language."""
    return [_title_of(name) for name in _columns()]


def rows_of(fields: Iterable[Field]) -> Iterator[list[str]]:
    """A line for each question."""
    for question in fields:
        cells = _cells_of(question)
        yield [cells.get(name, "") for name in _columns()]


def read_questions(path: Path, known: Mapping[str, Field]) -> Sheet:
    """What the table in `path` asks, where `known` are the questions there are, by key. Raises `SheetError` for no such table."""
    lines = read_table(path)
    first = next(lines, None)
    if first is None:
        raise SheetError(_("The file is empty."))
    columns = Columns(
        first[1],
        meaning=_meanings(),
        needed=("kind",),
        refusal=_("The first line must name the columns, as the file does that you can download here."),
    )
    sheet, seen = Sheet(ignored=columns.ignored), set[str]()
    for number, given in lines:
        cells = fitted(given, columns.width)
        if cells is None:
            sheet.problems.append(too_wide(number, ""))
            continue
        row = _Row(number, {name: unescaped(cells[place]).strip() for name, place in columns.places.items()})
        plan = row.plan(known, seen)
        sheet.problems += row.problems
        if plan:
            sheet.plans.append((row.key, plan))
    if not sheet.plans and not sheet.problems:
        raise SheetError(_("The file has no rows below the line with the column names."))
    return sheet


class _Row:
    """One line, and what is wrong with it."""

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        self._number, self._cells = number, cells
        self.key = cells.get("key", "")
        self.problems: list[Problem] = []

    def plan(self, known: Mapping[str, Field], seen: set[str]) -> FieldPlan | None:
        kind = self._one_of("kind", _KINDS)
        roll_up = self._one_of("roll_up", _ROLL_UPS) if self._cells.get("roll_up") else RollUp.SUM
        places = self._places()
        is_number = kind in (FieldKind.NUMBER, FieldKind.TABLE)
        if kind is None or roll_up is None or places is None:
            return None
        plan = FieldPlan(
            kind=kind,
            text=self._texts("text"),
            help=self._texts("help"),
            is_required=self._is_yes("is_required"),
            measure=self._cells.get("measure", "")[:30] if is_number else "",
            places=places if is_number else 0,
            low=self._bound("low", places) if is_number else None,
            high=self._bound("high", places) if is_number else None,
            roll_up=roll_up if kind == FieldKind.NUMBER else RollUp.SUM,
            choices=self._choices(kind),
            bound_to=self._cells.get("bound_to", ""),
        )
        self._check(plan, known, seen)
        return None if self.problems else plan

    def _check(self, plan: FieldPlan, known: Mapping[str, Field], seen: set[str]) -> None:
        for name, why in why_not_asked(plan).items():
            self._wrong("rows" if name == "choices" and plan.kind == FieldKind.TABLE else name, why)
        if self.key and self.key in seen:
            self._wrong("key", _("This question stands here twice."))
        elif self.key and (why := why_not_replaced(known.get(self.key), plan)):
            self._wrong("key", why)
        seen.add(self.key)

    def _one_of(self, name: str, names: Mapping[Any, Named]) -> Any:
        """What is called that in one of the languages, or by its own value."""
        typed = self._cells.get(name, "").casefold()
        for value, called in names.items():
            if typed in (value, *called):
                return value
        self._wrong(name, _one_of_these(names.values()))
        return None

    def _places(self) -> int | None:
        typed = self._cells.get("places", "") or "0"
        if typed in ("0", "1", "2", "3"):
            return int(typed)
        self._wrong("places", _("Between 0 and 3 decimals."))
        return None

    def _bound(self, name: str, places: int) -> int | None:
        typed = self._cells.get(name, "")
        number = number_from(typed, places) if typed else None
        if typed and number is None:
            self._wrong(name, _("Write a number with at most so many decimals as the answer."))
        return number

    def _is_yes(self, name: str) -> bool:
        typed = self._cells.get(name, "").casefold()
        if typed not in ("", "true", "1", *_YES, "false", "0", *_NO):
            self._wrong(name, _one_of_these((_YES, _NO)))
        return typed in ("", "true", "1", *_YES)

    def _texts(self, name: str) -> dict[str, str]:
        texts = {code: self._cells.get(f"{name}:{code}", "") for code, _language in LANGUAGES}
        return {code: text for code, text in texts.items() if text}

    def _choices(self, kind: FieldKind) -> Any:
        if kind == FieldKind.TABLE:
            return {name: self._list(name) for name in ("rows", "columns")}
        return self._list("choices") if kind == FieldKind.CHOICE else []

    def _list(self, name: str) -> list[dict[str, str]]:
        split = {code: text.split(BETWEEN.strip()) for code, text in self._texts(name).items()}
        longest = max(map(len, split.values()), default=0)
        texts = (
            {code: some[place].strip() for code, some in split.items() if place < len(some) and some[place].strip()}
            for place in range(longest)
        )
        return [text for text in texts if text]

    def _wrong(self, name: str, why: Any) -> None:
        first = f"{name}:{readers_language()}" if name in _TEXTS else name
        self.problems.append(Problem(self._number, _title_of(first), str(why), self._cells.get(first, "")))


def _one_of_these(names: Iterable[Named]) -> str:
    between = pgettext("between words of a list", ", ")
    return _("It is one of: %(names)s.") % {"names": between.join(_own(called) for called in names)}


def _columns() -> list[str]:
    texts = [f"{name}:{code}" for name in _TEXTS for code, _language in LANGUAGES]
    return ["key", "kind", *texts, *(name for name in _PLAIN if name not in ("key", "kind"))]


def _title_of(column: str) -> str:
    name, _sign, code = column.partition(":")
    return f"{_own(_TEXTS[name])}{aside(dict(LANGUAGES)[code])}" if code else _own(_PLAIN[name])


def _meanings() -> dict[str, str]:
    """The column of each title in each of the languages, as `Columns` compares them."""
    found: dict[str, str] = {}
    for column in _columns():
        name, _sign, code = column.partition(":")
        for called in _TEXTS[name] if code else _PLAIN[name]:
            title = f"{called} ({dict(LANGUAGES)[code]})" if code else called
            found[title_key(title)] = column
    return found


def _own(called: Named) -> str:
    codes = [code for code, _name in LANGUAGES]
    return called[codes.index(readers_language())]


def _cells_of(question: Field) -> dict[str, str]:
    is_number = question.kind in (FieldKind.NUMBER, FieldKind.TABLE)
    cells = {
        "key": question.key,
        "kind": _own(_KINDS[FieldKind(question.kind)]),
        "is_required": _own(_YES if question.is_required else _NO),
        "measure": question.measure,
        "places": str(question.places) if is_number else "",
        "low": "" if question.low is None else number_in_words(question.low, question.places),
        "high": "" if question.high is None else number_in_words(question.high, question.places),
        "roll_up": _own(_ROLL_UPS[RollUp(question.roll_up)]) if question.kind == FieldKind.NUMBER else "",
        "bound_to": question.bound_to,
    }
    lists = question.choices if question.kind == FieldKind.TABLE else {"choices": question.choices}
    for code, _language in LANGUAGES:
        cells |= {f"text:{code}": question.text.get(code, ""), f"help:{code}": question.help.get(code, "")}
        cells |= {f"{name}:{code}": _joined(texts, code) for name, texts in lists.items()}
    return cells


def _joined(texts: list[dict[str, str]], code: str) -> str:
    """The texts in one language; where one is not in it, its place stays empty."""
    words = [text.get(code, "") for text in texts]
    return BETWEEN.join(words) if any(words) else ""
