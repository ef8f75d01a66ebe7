"""Input about second readers into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ReviewRuleForm(forms.Form):
    """Which notices need a second reader."""

    which = forms.ChoiceField(
        label=_("Which notices and directives need a second reader"),
        choices=[("none", _("none")), ("all", _("all")), ("above", _("those to more units than"))],
        widget=forms.RadioSelect,
    )
    above = forms.IntegerField(label=_("Number of units"), min_value=1, max_value=1_000_000, required=False)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("which") == "above" and not values.get("above") and "above" not in self.errors:
            self.add_error("above", _("Write a number."))
        return values

    @property
    def asked(self) -> int | None:
        """Beyond how many units; None: never. Once the form is valid."""
        which = self.cleaned_data["which"]
        return None if which == "none" else int(self.cleaned_data["above"]) if which == "above" else 0


class SendBackForm(forms.Form):
    """Why a draft goes back."""

    why = forms.CharField(label=_("What should be different"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
