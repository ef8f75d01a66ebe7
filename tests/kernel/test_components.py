"""Components: what they draw, and that they need nothing but their attributes."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory

from braid.kernel.forms import PickerInput
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


class PlaceForm(forms.Form):
    unit = forms.CharField(label="Place", widget=PickerInput)
    near = forms.CharField(label="Near by", help_text="Or nothing.", required=False, widget=PickerInput)


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


def test_a_field_for_a_unit_is_drawn_as_the_picker(request_: HttpRequest) -> None:
    form = PlaceForm({"unit": "", "near": "13"})
    page = draw('<c-field :field="form.unit" required="true" /><c-field :field="form.near" />', request_, form=form)
    unit, near = page.split("</div>")[:2]
    assert '<label for="pick-unit">Place</label>' in unit
    assert 'name="unit" value=""' in unit
    assert 'aria-invalid="true" required' in unit
    assert "This must be filled in." in unit
    assert 'Near by <span class="optional">(optional)</span>' in near
    assert "Or nothing." in near
    assert 'name="near" value="13" data-text="13"' in near
    assert "required" not in near


def test_the_picker_shows_what_was_sent_and_not_what_the_page_is_about(request_: HttpRequest) -> None:
    markup = '<c-field :field="form.unit" text="Hebei" />'
    assert 'data-text="Hebei"' in draw(markup, request_, form=PlaceForm(initial={"unit": "13"}))
    refused = PlaceForm({"unit": '"no" & where'})
    refused.add_error("unit", "There is no such unit.")
    assert 'data-text="&quot;no&quot; &amp; where"' in draw(markup, request_, form=refused)
    taken = PlaceForm({"unit": "14"})
    assert taken.is_valid()
    taken.cleaned_data["unit"] = "Shanxi"  # as a form's own cleaning does, with a unit
    assert 'value="14" data-text="Shanxi"' in draw(markup, request_, form=taken)


def test_the_picker_goes_without_a_form(request_: HttpRequest) -> None:
    plain = draw('<c-unit-picker name="code" value="13" text="Hebei" data-submit="1" />', request_)
    assert 'name="code" value="13" data-text="Hebei"' in plain
    assert 'data-submit="1"' in plain
