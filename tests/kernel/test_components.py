"""Components: what they draw, and that they need nothing but their attributes."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory

from braid.kernel.keyset import Page


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/list/?q=a&cursor=x")
    request.person = None  # type: ignore[attr-defined]
    return request


def draw(markup: str, request: HttpRequest, **context: Any) -> str:
    """The markup rendered as a page's template would be."""
    from django_cotton.compiler_regex import CottonCompiler

    return engines["django"].from_string(CottonCompiler().process(markup)).render(context, request)


class PersonForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As she writes it.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    office = forms.ChoiceField(label="Office", choices=[("1", "head"), ("2", "member")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)


def test_number_shows_a_dash_for_missing_and_never_zero(request_: HttpRequest) -> None:
    assert "–" in draw('<c-number :value="value" />', request_, value=None)
    assert ">0<" in draw('<c-number :value="value" />', request_, value=0)
    assert "665,276" in draw('<c-number :value="value" href="/rows/" />', request_, value=665276)


def test_form_draws_all_fields_with_label_help_and_error(request_: HttpRequest) -> None:
    page = draw('<c-form :form="form" submit="Save" />', request_, form=PersonForm({"name": ""}))
    assert '<label for="id_name">Name' in page
    assert 'id="id_name_helptext"' in page
    assert 'href="#id_name"' in page
    assert "<legend>Office" in page
    assert 'type="checkbox"' in page
    assert "csrfmiddlewaretoken" in page
    assert page.count('role="alert"') == 1


def test_button_is_a_link_with_href_and_a_button_without(request_: HttpRequest) -> None:
    assert draw('<c-button href="/x/" icon="plus">Add</c-button>', request_).startswith("<a class=")
    assert 'type="submit" name="go"' in draw('<c-button name="go">Go</c-button>', request_)


def test_pager_keeps_the_query_and_changes_the_cursor(request_: HttpRequest) -> None:
    page = draw('<c-pager :page="page" />', request_, page=Page(rows=[], next_cursor="abc"))
    assert 'href="?q=a&amp;cursor=abc"' in page
    assert 'href="?q=a"' in page


def test_components_do_not_see_their_callers_variables(request_: HttpRequest) -> None:
    assert "leak" not in draw('<c-card title="t">in</c-card>', request_, href="leak", strand="leak")


def test_icons_are_hidden_unless_labelled(request_: HttpRequest) -> None:
    assert 'aria-hidden="true"' in draw('<c-icon name="bell" />', request_)
    assert 'role="img" aria-label="&lt;b&gt;"' in draw('<c-icon name="bell" :label="label" />', request_, label="<b>")


def test_picker_takes_a_form_field_with_its_value_and_errors(request_: HttpRequest) -> None:
    page = draw('<c-unit-picker :field="form.name" label="Unit" />', request_, form=PersonForm({"name": ""}))
    assert 'name="name" value=""' in page
    assert 'aria-invalid="true"' in page
    assert "This must be filled in." in page
    plain = draw('<c-unit-picker name="code" value="13" text="Hebei" data-submit="1" />', request_)
    assert 'name="code" value="13" data-text="Hebei"' in plain
    assert 'data-submit="1"' in plain
