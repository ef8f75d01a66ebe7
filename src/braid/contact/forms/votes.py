"""Input about votes and nominations into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import BallotPlan
from braid.contact.enums import BEST_SCORE, MOST_CHOICES
from braid.contact.models import Nomination
from braid.kernel.forms import DayInput


class BallotForm(forms.Form):
    """What a vote is to be; whether its days fit each other is asked when it begins."""

    title = forms.CharField(label=_("Title"), max_length=120)
    about = forms.CharField(
        label=_("What it is about"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Who can be nominated, and what counts."),
    )
    choices = forms.IntegerField(label=_("How many each may choose"), min_value=1, max_value=MOST_CHOICES, initial=1)
    nominations_until = forms.DateField(label=_("Last day to nominate"), widget=DayInput())
    voting_from = forms.DateField(
        label=_("First day to vote"),
        widget=DayInput(),
        help_text=_("Leave a few days after the nominations to look through them."),
    )
    voting_until = forms.DateField(
        label=_("Last day to vote"), widget=DayInput(), help_text=_("At most 60 days after the first.")
    )

    @property
    def plan(self) -> BallotPlan:
        """What was filled in, once the form is valid."""
        return BallotPlan(**self.cleaned_data)


class NominateForm(forms.Form):
    """Who is put forward, and why."""

    who = forms.ChoiceField(
        label=_("Whom do you nominate?"),
        choices=[("self", _("Me, or my family")), ("other", _("Somebody else"))],
        widget=forms.RadioSelect,
        initial="self",
    )
    name = forms.CharField(label=_("Name to be shown"), max_length=80, help_text=_("Of the person or the family."))
    words = forms.CharField(label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 5}))


class ScoreForm(forms.Form):
    """What a member of the jury gives each candidate; who gets none yet is left out."""

    def __init__(self, *args: Any, candidates: list[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [("", "–"), *((str(number), str(number)) for number in range(1, BEST_SCORE + 1))]
        for candidate in candidates:
            field = forms.ChoiceField(label=candidate.name, help_text=candidate.words, choices=numbers, required=False)
            self.fields[str(candidate.pk)] = field

    @property
    def scores(self) -> dict[int, int]:
        """The scores by nomination, once the form is valid."""
        return {int(name): int(score) for name, score in self.cleaned_data.items() if score}
