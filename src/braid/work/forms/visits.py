"""Input about visits and the record of duty into clean values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.forms import DayInput, offer
from braid.units.models import Unit
from braid.work import hooks
from braid.work.enums import MOST_MET, VisitKind, VisitTopic


class VisitForm(forms.Form):
    """A visit: how, and save; the rest is filled in already."""

    kind = forms.ChoiceField(label=_("How did you meet?"), choices=VisitKind.choices, widget=forms.RadioSelect)
    people = forms.IntegerField(label=_("How many people?"), min_value=1, max_value=MOST_MET, initial=1)
    topic = forms.ChoiceField(label=_("What about?"), choices=VisitTopic.choices, initial=VisitTopic.OTHER)
    on = forms.DateField(label=_("Day"), widget=DayInput())
    words = forms.CharField(
        label=_("Your own note"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only you read it. You can speak it with the microphone of your keyboard. Write nobody's name."),
    )
    unit = forms.ChoiceField(label=_("For which unit?"))

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", [(unit.code, str(unit)) for unit in units])
        if len(units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()


class DutyNoteForm(forms.Form):
    """Something to set right in one's own record."""

    kind = forms.ChoiceField(label=_("What does it correct?"), required=False)
    words = forms.CharField(label=_("In your words"), max_length=300)
    amount = forms.IntegerField(
        label=_("How many"), initial=1, help_text=_("With a minus where something counts that was not yours.")
    )
    on = forms.DateField(label=_("Day"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(line.kind, str(line.label)) for line in hooks.duty_lines]
        offer(self, "kind", [("", str(_("Nothing: it is something else"))), *lines])


class SpanForm(forms.Form):
    """From which day to which day a record is shown. What cannot be read is left out."""

    since = forms.DateField(label=pgettext_lazy("a day", "From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("To"), required=False, widget=DayInput())
