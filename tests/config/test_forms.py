"""What holds for the forms of all apps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

import pytest
from django import forms
from django.urls import get_resolver
from django.utils import translation

from braid.kernel.forms import ClockInput, DayInput

MACHINES_READ = {forms.DateField: DayInput, forms.TimeField: ClockInput}
"""Browsers fill in a day or a time only as machines write it, whatever the language of the page."""


def forms_below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    yield form
    for one in form.__subclasses__():
        yield from forms_below(one)


def localised(form: type[forms.BaseForm]) -> list[str]:
    """The days and times of `form` that would be filled in as its language writes them."""
    return [
        f"{form.__module__}.{form.__name__}.{name}"
        for name, field in form.base_fields.items()
        for kind, widget in MACHINES_READ.items()
        if isinstance(field, kind) and not isinstance(field.widget, widget | forms.HiddenInput)
    ]


def test_days_and_times_are_filled_in_in_every_language() -> None:
    assert get_resolver().url_patterns, "asking for them loads all forms"
    ours = {form for form in forms_below(forms.BaseForm) if form.__module__.startswith("braid.")}
    assert len(ours) > 50
    assert sorted(each for form in ours for each in localised(form)) == []


def test_a_day_as_django_draws_it_would_be_found() -> None:
    class Planted(forms.Form):
        on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    assert [name.rpartition(".")[2] for name in localised(Planted)] == ["on"]


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_browsers_can_read_them(language: str) -> None:
    with translation.override(language):
        assert 'type="date" name="on" value="2026-12-01"' in DayInput().render("on", date(2026, 12, 1))
        assert 'type="time" name="at" value="09:00"' in ClockInput().render("at", time(9))
