"""Input about approvals into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SendBackReportForm(forms.Form):
    """Why a report goes back to its unit."""

    why = forms.CharField(label=_("What should be different"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ReopenForm(forms.Form):
    """Why an approved part is reopened."""

    why = forms.CharField(label=_("Why it is reopened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
