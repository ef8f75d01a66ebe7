"""Input about reminders and calls into clean values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from braid.contact.enums import CallOutcome, Fact
from braid.contact.queries.silence import Silence
from braid.kernel.forms import offer

NOT_SAID = {Fact.SEEN: _("not seen"), Fact.ACKNOWLEDGED: _("not acknowledged"), Fact.DONE: _("not done")}


class RemindForm(forms.Form):
    """On what people are silent."""

    awaits = forms.TypedChoiceField(
        label=_("Whom do you remind?"), coerce=lambda value: Fact(int(value)), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, silences: Sequence[Silence], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [one for one in silences if one.size.units]
        offer(self, "awaits", [(one.fact.value, _words(one)) for one in offered])
        if offered:
            self.fields["awaits"].initial = offered[-1].fact.value


def _words(silence: Silence) -> str:
    size = silence.size
    units = ngettext("%(what)s: %(units)d unit", "%(what)s: %(units)d units", size.units)
    people = ngettext("about %(people)d person", "about %(people)d people", size.people)
    words = pgettext_lazy("units, then people in them", "%(units)s, %(people)s")
    return str(words) % {
        "units": units % {"what": NOT_SAID[silence.fact], "units": size.units},
        "people": people % {"people": size.people},
    }


class CallForm(forms.Form):
    """What came of telephoning somebody."""

    outcome = forms.TypedChoiceField(
        label=_("What came of it"),
        choices=[("", "—"), *CallOutcome.choices],
        coerce=CallOutcome,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("A few words. Those who telephone for the unit read it; she herself can too."),
    )
    person = forms.IntegerField(required=False, widget=forms.HiddenInput)
    """Her number; empty: the unit as a whole."""

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("outcome") == CallOutcome.OTHER and not values.get("note", "").strip():
            self.add_error("note", _("Write a reason."))
        return values
