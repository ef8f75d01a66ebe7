"""What an action refuses is said in the form; devices that send by themselves and htmx get the refusal as before."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django import forms
from django.test import RequestFactory

from braid.kernel.errors import BadInput, NotAllowed, Refused, WrongState
from braid.kernel.forms import said_in


class Form(forms.Form):
    name = forms.CharField()
    why = forms.CharField(required=False)


@pytest.fixture
def form() -> Form:
    form = Form({"name": "Ann", "why": ""})
    assert form.is_valid()
    return form


def refused(form: Form, rf: RequestFactory, message: str, fields: Mapping[str, str]) -> dict[str, list[str]]:
    """What `form` says after an action has refused what was typed."""
    with said_in(form, rf.post("/")):
        raise BadInput(message, fields=fields)
    return dict(form.errors)


def test_each_word_stands_at_its_field(form: Form, rf: RequestFactory) -> None:
    assert refused(form, rf, "Say why.", {"why": "Write a reason."}) == {
        "__all__": ["Say why."],
        "why": ["Write a reason."],
    }
    assert form["name"].value() == "Ann"


@pytest.mark.parametrize(
    ("message", "fields", "said"),
    [
        ("Say why.", {}, {"__all__": ["Say why."]}),
        ("Say why.", {"why": "Say why."}, {"why": ["Say why."]}),
        ("Who? Why?", {"name": "Who?", "why": "Why?"}, {"name": ["Who?"], "why": ["Why?"]}),
        (
            "No.",
            {"name": "Fill in.", "why": "Fill in."},
            {"__all__": ["No."], "name": ["Fill in."], "why": ["Fill in."]},
        ),
        ("No.", {"day": "Later.", "time": "Later."}, {"__all__": ["No.", "Later."]}),
        ("No.", {"day": "No."}, {"__all__": ["No."]}),
    ],
)
def test_no_sentence_is_said_twice(
    form: Form, rf: RequestFactory, message: str, fields: dict[str, str], said: dict[str, list[str]]
) -> None:
    assert refused(form, rf, message, fields) == said


def test_what_an_action_calls_otherwise_stands_at_its_field(form: Form, rf: RequestFactory) -> None:
    with said_in(form, rf.post("/"), at={"reason": "why"}):
        raise BadInput("Say why.", fields={"reason": "Say why."})
    assert dict(form.errors) == {"why": ["Say why."]}


def test_what_goes_well_says_nothing(form: Form, rf: RequestFactory) -> None:
    with said_in(form, rf.post("/")):
        pass
    assert not form.errors


@pytest.mark.parametrize("refusal", [WrongState, NotAllowed, Refused, ValueError])
def test_nothing_else_is_caught(form: Form, rf: RequestFactory, refusal: type[Exception]) -> None:
    with pytest.raises(refusal), said_in(form, rf.post("/")):
        raise refusal("No.")
    assert not form.errors


def test_devices_that_send_by_themselves_and_htmx_get_the_refusal(form: Form, rf: RequestFactory) -> None:
    by_htmx = rf.post("/")
    by_htmx.htmx = True  # type: ignore[attr-defined]
    for request in (rf.post("/", headers={"X-Offline": "1"}), by_htmx):
        with pytest.raises(BadInput), said_in(form, request):
            raise BadInput("No.")
    assert not form.errors
