"""What the style guide shows: sample units, a sample form in its three states, a page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import DayInput
from .keyset import Page


@dataclass(frozen=True)
class SampleUnit:
    """Looks like a unit, stands nowhere."""

    name: str
    code: str = "0"

    def __str__(self) -> str:
        return self.name


class SampleForm(forms.Form):
    """Every kind of field there is."""

    name = forms.CharField(label=_("Name"), help_text=_("As she writes it herself."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 3}))
    level = forms.ChoiceField(label=_("Level"), choices=[("", "—"), ("3", _("city")), ("4", _("county"))])
    day = forms.DateField(label=_("Day"), widget=DayInput(), required=False)
    ask = forms.ChoiceField(
        label=_("What do you ask for?"),
        choices=[("seen", _("Nothing more than reading")), ("acknowledged", _("That she confirms it"))],
        widget=forms.RadioSelect,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=[("1", _("body")), ("2", _("group"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    public = forms.BooleanField(label=_("Anybody may read this"), required=False)


def samples() -> dict[str, Any]:
    """The context of the style guide."""
    return {
        "above": [SampleUnit(name) for name in ("中华全国妇女联合会", "河北省", "石家庄市", "长安区", "建北街道")],
        "unit": SampleUnit("棉一社区"),
        "form": SampleForm(initial={"name": "王秀英"}, auto_id="new_%s"),
        "bad_form": SampleForm({"name": "", "email": "wang"}, auto_id="bad_%s"),
        "page": Page(rows=[], next_cursor="WzFd"),
        "moment": datetime(2026, 11, 23, 4, 5, tzinfo=UTC),
        "nothing": None,
        "tones": ("info", "good", "warn", "bad"),
        "colours": (
            "paper",
            "surface",
            "sunken",
            "line",
            "edge",
            "ink",
            "ink-2",
            "accent",
            "contact",
            "work",
            "service",
            "good",
            "warn",
            "bad",
        ),
    }
