"""Input about complaints into clean values."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.work.enums import Grievance, Verdict


class ComplaintForm(forms.Form):
    """What is wrong with what was asked."""

    about = forms.ChoiceField(label=_("What is wrong?"), choices=Grievance.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Only whoever hears the complaint reads this, with your name. Those who asked never see either."),
    )


class ComplaintAnswerForm(forms.Form):
    """The answer to a complaint."""

    verdict = forms.ChoiceField(label=_("The complaint is"), choices=Verdict.choices, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "She who complained reads this, and so do those who asked, without her name. Write nothing that shows who she is."
        ),
    )
