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
