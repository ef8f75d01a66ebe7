"""Input about questions on notices into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """A question."""

    text = forms.CharField(label=_("Your question"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NoticeAnswerForm(forms.Form):
    """A question as readers see it, and its answer."""

    text = forms.CharField(
        label=_("The question, as readers see it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Take out names and whatever shows who asked."),
    )
    answer = forms.CharField(
        label=_("Answer for all readers"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 5})
    )


class DeclineForm(forms.Form):
    """Why a question is not answered."""

    why = forms.CharField(label=_("Reason"), max_length=500)
