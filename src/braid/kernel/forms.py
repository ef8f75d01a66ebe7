"""What forms of every app need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from django import forms

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[int | str, StrOrPromise]]) -> None:
    """Let the field `name` of `form` offer `choices`, which are known only now."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


class PickerInput(forms.TextInput):
    """The code of a unit; `c-field` draws the picker for it."""


class DayInput(forms.DateInput):
    """A day, with the phone's own calendar; written for machines, as browsers show no other, whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of day, with the phone's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")
