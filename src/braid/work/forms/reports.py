"""Answers to a form into clean values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.files import FileField, Proven, kinds_in_words
from braid.kernel.forms import DayInput
from braid.kernel.models import StoredFile
from braid.work.actions import Filled
from braid.work.answers import Answered, answered
from braid.work.bindings import binding_of
from braid.work.checking import Check, number_from, number_in_words, wrong_values
from braid.work.enums import FILE_OWNER, FieldKind
from braid.work.models import Field, FormVersion, Report
from braid.work.queries.counted import Count
from braid.work.queries.reports import UNBEGUN, stamp_of
from braid.work.rules import is_filed


@dataclass(frozen=True)
class Asked:
    """One question on the page: its fields, what the journal counted, and what was answered last time."""

    question: Field
    box: forms.BoundField | None
    """Where the answer is typed or a file is brought; None for a table."""
    rows: list[tuple[str, list[tuple[str, forms.BoundField]]]] = field(default_factory=list)
    """Of a table: what each row is about, and its cells, each with what its column is about."""
    count: Count | None = None
    why: forms.BoundField | None = None
    is_corrected: bool = False
    last_time: str = ""
    is_from_last_time: bool = False
    number: forms.BoundField | None = None
    """The number of the file that was chosen before."""
    file: StoredFile | None = None
    without: forms.BoundField | None = None
    """Where she says that she does without that file."""

    @property
    def words_of_count(self) -> str:
        """What the journal counts here."""
        binding = binding_of(self.question.bound_to)
        return str(binding.words) if binding else ""

    @property
    def errors(self) -> list[str]:
        """What is wrong with the cells of a table."""
        return [str(error) for _row, boxes in self.rows for _column, box in boxes for error in box.errors]


class FillForm(forms.Form):
    """The questions of a version to be answered on one page.

    A number filled from the journal is what was counted, unless she types another one and says why. A file is brought with the
    form, or was before: then its number goes along. A page that begins with what somebody changed meanwhile is refused once, with
    all she wrote, so that she can compare.
    """

    based_on = forms.CharField(widget=forms.HiddenInput, required=False)
    why = forms.CharField(label=gettext_lazy("What was corrected"), max_length=500)
    note = forms.CharField(
        label=gettext_lazy("A word about it"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For those who read the report."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes it really took"),
        min_value=0,
        max_value=10_000,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("So that those who ask learn what they ask of you."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        version: FormVersion,
        counts: Mapping[str, Count],
        report: Report | None = None,
        last: Report | None = None,
        begin_with_last: bool = False,
        is_whole: bool = True,
    ) -> None:
        self._version, self._counts, self._report, self._is_whole = version, counts, report, is_whole
        self.questions = list(version.fields.order_by("place"))
        self._last = last.values if last else {}
        self._begins_with_last = begin_with_last and not (report and report.values)
        stamp = stamp_of(report)
        self.is_stale = data is not None and data.get("based_on", UNBEGUN) != stamp
        if data is not None:
            self._typed = data = data.copy()
            data["based_on"] = stamp  # she sees it now: sending it again is her decision
        super().__init__(data, files, initial=self._initial(stamp), use_required_attribute=False)
        if not is_filed(report):
            del self.fields["why"]
        elif not is_whole:
            self.fields["why"].required = False
        for question in self.questions:
            self.fields |= self._fields_of(question)
        self.order_fields([name for name in self.fields if name not in LAST])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.is_stale:
            self.add_error(
                None, _("Somebody changed this report meanwhile. Compare it with yours, then send it again.")
            )
        checks = [Check.of(kept) for kept in self._version.checks] if self._is_whole else []
        wrong = wrong_values(self.questions, checks, self._values, is_whole=self._is_whole)
        for key, why in wrong.items():
            if not self._has_errors(key):
                self.add_error(self._box_of(key), why)
        for key, count in self._counts.items():
            if self._corrects(key) and count.value is not None and not values.get(f"{key}_why", "").strip():
                self.add_error(f"{key}_why", _("Say why it is not what was counted."))
        return values

    @property
    def filled(self) -> Filled:
        """What was filled in, once the form is valid."""
        counted = {key: count.value for key, count in self._counts.items() if count.value is not None}
        reasons = {key: self.cleaned_data[f"{key}_why"].strip() for key in counted if self._corrects(key)}
        return Filled(self._values, reasons, counted, self.cleaned_data["note"].strip(), self.cleaned_data["minutes"])

    @property
    def brought(self) -> dict[str, Proven]:
        """The files that came with the form and may be kept, by key, once it was looked at: whatever else is wrong in it."""
        keys = [question.key for question in self.questions if question.kind == FieldKind.FILE]
        return {key: self.cleaned_data[key] for key in keys if self.cleaned_data.get(key)}

    def take_kept(self, key: str, file: StoredFile, report: Report) -> None:
        """The file that was brought for `key` is kept for `report` now: its number is the answer, also when the page is shown."""
        self._report = report
        self._own_files[str(file.pk)] = file
        self._typed["based_on"] = stamp_of(report)
        self._typed[_number_name(key)] = self.cleaned_data[_number_name(key)] = str(file.pk)
        self._typed[_without_name(key)] = self.cleaned_data[_without_name(key)] = ""
        del self.cleaned_data[key]

    def asked(self) -> Iterator[Asked]:
        """Each question with its fields, for the page."""
        last = {one.field.key: one for one in answered(self.questions, self._last)}
        for question in self.questions:
            yield self._asked(question, last[question.key])

    def now(self) -> list[Answered]:
        """What the report says now, for who finds that somebody else changed it."""
        report = self._report
        return answered(self.questions, report.values, report.counted, report.reasons) if report else []

    @property
    def may_begin_with_last(self) -> bool:
        """Whether there are answers of last time to begin with, and nothing of this time yet."""
        return bool(self._last) and not self.is_bound and not self._begins_with_last and self._report is None

    @property
    def _values(self) -> dict[str, Any]:
        found = {question.key: self._value_of(question) for question in self.questions}
        return {key: value for key, value in found.items() if value not in (None, "", [])}

    def _value_of(self, question: Field) -> Any:
        key, values = question.key, self.cleaned_data
        if question.kind == FieldKind.TABLE:
            rows = [[_number(values.get(name), question.places) for name in names] for names in _cells_of(question)]
            return rows if any(cell is not None for cells in rows for cell in cells) else None
        if question.kind == FieldKind.NUMBER:
            if key in self._counts and not self._corrects(key):
                return self._counts[key].value
            return _number(values.get(key), question.places)
        if question.kind == FieldKind.FILE:
            return UNKEPT if values.get(key) else self._chosen(key)
        value = values.get(key)
        return value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else value

    def _chosen(self, key: str) -> Any:
        """The number of the file that was chosen before, unless she does without it; text where it is none of this report."""
        number = "" if self.cleaned_data.get(_without_name(key)) else self.cleaned_data.get(_number_name(key), "")
        return self._own_files[number].pk if number in self._own_files else number

    @cached_property
    def _own_files(self) -> dict[str, StoredFile]:
        """What was brought for this report, by its number as it is typed."""
        own = self._report.pk if self._report else None
        return {str(file.pk): file for file in StoredFile.objects.filter(owner=FILE_OWNER, owner_number=own)}

    def _corrects(self, key: str) -> bool:
        """Whether she typed another number than the one that was counted."""
        typed = self.cleaned_data.get(key, "")
        return bool(typed.strip()) and _number(typed, 0) != self._counts[key].value

    def _initial(self, stamp: str) -> dict[str, Any]:
        report = self._report
        found: dict[str, Any] = {"based_on": stamp, **dict.fromkeys(("note", "minutes"))}
        if report:
            found |= {"note": report.note, "minutes": report.minutes}
        values = report.values if report else {}
        for question in self.questions:
            value = values.get(question.key)
            if value is None and self._begins_with_last and question.key not in self._counts:
                value = self._last.get(question.key) if question.kind != FieldKind.FILE else None
            found |= _boxed(question, value)
            if question.key in self._counts:
                is_other = bool(report and question.key in report.reasons)
                found[question.key] = found[question.key] if is_other else ""
                found[f"{question.key}_why"] = report.reasons[question.key] if report and is_other else ""
        return found

    def _fields_of(self, question: Field) -> dict[str, forms.Field]:
        is_required = question.is_required and self._is_whole
        if question.kind == FieldKind.TABLE:
            return {
                name: _number_field(_cell_words(question, row, column), question.places, is_required=False)
                for row, names in enumerate(_cells_of(question))
                for column, name in enumerate(names)
            }
        if question.kind == FieldKind.FILE:
            return _file_fields(question)
        count = self._counts.get(question.key)
        if count is None:
            return {question.key: _field_of(question, is_required=is_required)}
        words = _("Your number") if count.value is not None else str(question.said_text)
        box = _number_field(words, 0, is_required=is_required and count.value is None)
        why = forms.CharField(label=_("Why it is not what was counted"), max_length=300, required=False)
        return {question.key: box, f"{question.key}_why": why}

    def _asked(self, question: Field, last: Answered) -> Asked:
        if question.kind == FieldKind.TABLE:
            columns = [str(words) for words in question.said_columns]
            rows = [
                (str(words), [(column, self[name]) for column, name in zip(columns, names, strict=True)])
                for words, names in zip(question.said_rows, _cells_of(question), strict=True)
            ]
            return Asked(question, None, rows, is_from_last_time=self._is_from_last_time(question))
        if question.kind == FieldKind.FILE:
            return self._asked_file(question)
        count, box = self._counts.get(question.key), self[question.key]
        return Asked(
            question,
            box,
            count=count,
            why=self[f"{question.key}_why"] if count else None,
            is_corrected=bool(count and (box.value() or box.errors or self[f"{question.key}_why"].errors)),
            last_time="" if self._is_from_last_time(question) else last.text,
            is_from_last_time=self._is_from_last_time(question),
        )

    def _asked_file(self, question: Field) -> Asked:
        number, without = self[_number_name(question.key)], _without_name(question.key)
        return Asked(
            question,
            self[question.key],
            number=number,
            file=self._own_files.get(str(number.value())),
            without=self[without] if without in self.fields else None,
        )

    def _is_from_last_time(self, question: Field) -> bool:
        """Whether the answer of last time is offered; a file belongs to the report it was brought for."""
        is_offered = self._begins_with_last and not self.is_bound and question.key not in self._counts
        return is_offered and question.key in self._last and question.kind != FieldKind.FILE

    def _box_of(self, key: str) -> str | None:
        """The field beside which a reason about the question `key` belongs."""
        names = [name for name in self.fields if name == key or name.startswith(f"{key}_")]
        return names[0] if names else None

    def _has_errors(self, key: str) -> bool:
        return any(name == key or name.startswith(f"{key}_") for name in self.errors)


LAST = ("why", "note", "minutes")
"""What stands below the questions."""
UNKEPT = 0
"""What stands for a file that came with the form and has no number yet."""


def _number_name(key: str) -> str:
    """The field with the number of the file that was chosen; to a device, what begins with _ is no word of hers."""
    return f"_{key}"


def _without_name(key: str) -> str:
    return f"{key}_without"


def _number(typed: Any, places: int) -> Any:
    """The number that was typed; the text as it is where it is none, so that the check says what is wrong with it."""
    if not typed or not str(typed).strip():
        return None
    number = number_from(str(typed), places)
    return typed if number is None else number


def _cells_of(question: Field) -> list[list[str]]:
    """The names of the fields for the cells of a table, row by row."""
    rows, columns = len(question.choices["rows"]), len(question.choices["columns"])
    return [[f"{question.key}_{row}_{column}" for column in range(columns)] for row in range(rows)]


def _cell_words(question: Field, row: int, column: int) -> str:
    return f"{question.said_rows[row]} · {question.said_columns[column]}"


def _boxed(question: Field, value: Any) -> dict[str, Any]:
    """What stands in the fields of a question answered with `value`."""
    if question.kind == FieldKind.TABLE:
        return {
            name: number_in_words(cell, question.places)
            for names, cells in zip(_cells_of(question), value or (), strict=bool(value))
            for name, cell in zip(names, cells, strict=True)
            if cell is not None
        }
    if question.kind == FieldKind.NUMBER and value is not None:
        return {question.key: number_in_words(value, question.places)}
    return {_number_name(question.key) if question.kind == FieldKind.FILE else question.key: value}


def _file_fields(question: Field) -> dict[str, forms.Field]:
    """Where a file is brought, the number of the one that was chosen before, and a way to do without that one."""
    help_text = " ".join(filter(None, (str(question.said_help), kinds_in_words())))
    fields: dict[str, forms.Field] = {
        question.key: FileField(label=str(question.said_text), required=False, help_text=help_text),
        _number_name(question.key): forms.CharField(required=False, widget=forms.HiddenInput),
    }
    if not question.is_required:
        fields[_without_name(question.key)] = forms.BooleanField(label=_("Leave this file out"), required=False)
    return fields


def _field_of(question: Field, *, is_required: bool) -> forms.Field:
    said_to: dict[str, Any] = {
        "label": str(question.said_text),
        "required": is_required,
        "help_text": str(question.said_help),
    }
    said_to["error_messages"] = {"required": _("This must be answered.")}
    if question.kind == FieldKind.NUMBER:
        return _number_field(
            str(question.said_text), question.places, is_required=is_required, help_text=said_to["help_text"]
        )
    if question.kind == FieldKind.CHOICE:
        choices = [(place, str(words)) for place, words in enumerate(question.said_choices)]
        return forms.TypedChoiceField(
            choices=choices, coerce=int, empty_value=None, widget=forms.RadioSelect, **said_to
        )
    if question.kind == FieldKind.DATE:
        return forms.DateField(widget=DayInput(), **said_to)
    return forms.CharField(max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}), **said_to)


def _number_field(label: str, places: int, *, is_required: bool, help_text: str = "") -> forms.CharField:
    """A number as people type it, on a number pad: with separators, too."""
    pad = forms.TextInput(attrs={"inputmode": "decimal" if places else "numeric", "autocomplete": "off"})
    wrong = {"required": _("This must be answered.")}
    return forms.CharField(
        label=label, max_length=30, required=is_required, widget=pad, help_text=help_text, error_messages=wrong
    )
