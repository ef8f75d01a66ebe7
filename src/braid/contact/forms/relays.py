"""Input about calls to be carried into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import SAID_AT_MOST


class RelayForm(forms.Form):
    """What whoever asks wants to be said with it."""

    words = forms.CharField(
        label=_("What to say with it"),
        required=False,
        max_length=SAID_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Leave it empty for the beginning of the notice. Of an internal notice only these words go outside, never its text."
        ),
    )
