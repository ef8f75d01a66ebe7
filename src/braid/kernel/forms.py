"""What forms of every app need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django import forms

from .errors import BadInput

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[int | str, StrOrPromise]]) -> None:
    """Let the field `name` of `form` offer `choices`, which are known only now."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


@contextmanager
def said_in(form: forms.BaseForm, request: HttpRequest, *, at: Mapping[str, str] | None = None) -> Iterator[None]:
    """What an action refuses as bad input is said in `form`, at the field it is about, so that nothing typed is lost.

    The view goes on and draws the form again. A device that sends by itself and htmx draw no page: for them the refusal
    goes on to the middleware, as every other refusal does. `at`: the field of what the action calls otherwise.
    """
    try:
        yield
    except BadInput as error:
        if "X-Offline" in request.headers or getattr(request, "htmx", False):
            raise
        _say(form, str(error.message), {(at or {}).get(name, name): str(words) for name, words in error.fields.items()})


def _say(form: forms.BaseForm, message: str, fields: Mapping[str, str]) -> None:
    """The words of each field at the field; above the form what is about none of them, and no sentence again."""
    at_fields = {name: words for name, words in fields.items() if name in form.fields}
    others = [message, *(words for name, words in fields.items() if name not in at_fields)]
    known = {*at_fields.values(), " ".join(at_fields.values())}
    for words in dict.fromkeys(others):
        if words not in known:
            form.add_error(None, words)
    for name, words in at_fields.items():
        form.add_error(name, words)


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
