"""Input about answers to what people ask for or send in, into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReplyForm(forms.Form):
    """What she hears who asked for something; the action asks for it where the answer is no."""

    answer = forms.CharField(label=_("Answer"), required=False, max_length=300)


class ThanksForm(ReplyForm):
    """What she hears who sent something in."""

    answer = forms.CharField(label=_("Thanks, or why not"), required=False, max_length=500)
