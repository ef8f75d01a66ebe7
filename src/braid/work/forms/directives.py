"""Input about directives into clean values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.contact.forms import OverBudgetForm
from braid.contact.forms.notices import AudienceForm, RewriteForm, SaidAnewForm, UnitInReach, WordsForm, level_choices
from braid.kernel.forms import DayInput, offer
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.actions import DirectiveText
from braid.work.enums import LONGEST_STEP, MOST_STEPS, Because
from braid.work.models import DirectiveRule, ReportForm

LONGEST_WORK = 60_000
"""Minutes: a thousand hours."""


class StepsField(forms.CharField):
    """Steps, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"required": False, "max_length": MOST_STEPS * (LONGEST_STEP + 2), **kwargs}
        super().__init__(**given, widget=forms.Textarea(attrs={"rows": 4}))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_STEPS or any(len(line) > LONGEST_STEP for line in lines):
            raise forms.ValidationError(_("At most 30 steps of 300 letters."))
        return tuple(dict.fromkeys(lines))


class DirectiveForm(WordsForm):
    """What a directive says and asks for."""

    due_on = forms.DateField(label=_("Due on"), widget=DayInput())
    minutes = forms.IntegerField(
        label=_("Expected minutes of work"),
        min_value=1,
        max_value=LONGEST_WORK,
        help_text=_("For one unit that does it itself. Be honest: units later say how long it really took."),
    )
    steps = StepsField(label=_("Steps"), help_text=_("One on each line. Units tick them off."))
    why = forms.CharField(label=_("Why"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    basis = forms.CharField(label=_("Legal or other basis"), required=False, max_length=300)
    form = forms.TypedChoiceField(
        label=_("Form to fill in"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Filing it is then the report. Without a form, units report in a few words."),
    )

    def offer_forms(self, known: Iterable[ReportForm]) -> None:
        """Let her choose among `known`."""
        self._known = {each.pk: each for each in known}
        offer(self, "form", [("", _("none")), *((pk, str(each)) for pk, each in self._known.items())])

    @property
    def text(self) -> DirectiveText:
        """What was filled in, once the form is valid."""
        names = ("why", "basis", "due_on", "minutes", "steps")
        values = {name: self.cleaned_data[name] for name in names}
        return DirectiveText(**self.words, **values, form=self._known.get(self.cleaned_data["form"] or 0))


class NewDirectiveForm(UnitInReach, DirectiveForm):
    """A new directive: also says for which unit."""


class DirectiveDraftForm(RewriteForm, DirectiveForm):
    """New words and wishes for a draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form = self.initial.get("form")
        self.initial["form"] = form.pk if form else ""


class DirectiveCorrectionForm(SaidAnewForm):
    """New words, steps or another day for a directive that went out."""

    due_on = forms.DateField(label=_("Due on"), widget=DayInput())
    steps = StepsField(label=_("Steps"), help_text=_("One on each line. Units tick them off."))
    why = forms.CharField(label=_("Why"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    basis = forms.CharField(label=_("Legal or other basis"), required=False, max_length=300)
    replaced_why = forms.CharField(
        label=_("What was corrected"), max_length=500, help_text=_("Readers see this with the earlier text.")
    )

    @property
    def correction(self) -> dict[str, Any]:
        """What `correct_directive` takes, once the form is valid."""
        names = ("title", "body", "why", "basis", "due_on", "steps", "replaced_why")
        return {**{name: self.cleaned_data[name] for name in names}, "translations": self.words["translations"]}


class ReceiversForm(UnitInReach, AudienceForm):
    """One rule of whom a directive asks: units, whoever holds which office there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["offices"]
        self.fields["kinds"].help_text = _("Groups are asked only if you tick them, or choose the group itself.")

    @property
    def rule(self) -> DirectiveRule:
        """The unsaved rule, once the form is valid."""
        self.cleaned_data["offices"] = []
        return DirectiveRule(unit=self.cleaned_data["unit"], **self.kind)


class OwnUnitsForm(forms.Form):
    """Which of its own units a unit passes a directive on to: some of the `levels` below it, of its `children`, or both."""

    levels = forms.TypedMultipleChoiceField(
        label=_("Which of your units"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    units = forms.TypedMultipleChoiceField(
        label=_("Or single units right below"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, children: Iterable[Unit], levels: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = set(levels)
        offer(self, "levels", [(level, name) for level, name in level_choices() if level in below])
        offer(self, "units", [(child.pk, str(child)) for child in children])

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not self.errors and not values.get("levels") and not values.get("units"):
            self.add_error("levels", _("Choose which units it asks first."))
        return values

    @property
    def query(self) -> str:
        """The choice as the end of an address, to be read by this form again. Once it is valid but for a reason."""
        return urlencode({name: self.cleaned_data[name] for name in ("levels", "units")}, doseq=True)


class PassForm(OverBudgetForm, OwnUnitsForm):
    """To which of its own units a unit passes a directive on, and what it adds; with a reason where new ones get over budget."""

    due_on = forms.DateField(label=_("Due on"), widget=DayInput())
    note = forms.CharField(
        label=_("What you add"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    steps = StepsField(label=_("Local steps"), help_text=_("One on each line. They come after the steps above."))

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._latest = latest

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day > self._latest:
            raise forms.ValidationError(_("Not later than the day your own unit has."))
        return day


class DoneForm(forms.Form):
    """What was done."""

    words = forms.CharField(label=_("What was done"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 4}))
    minutes = forms.IntegerField(
        label=_("Minutes it really took"),
        min_value=0,
        max_value=LONGEST_WORK,
        required=False,
        help_text=_("All of you together. It helps to ask for less next time."),
    )


class ReturnForm(forms.Form):
    """Why a unit returns a directive."""

    because = forms.ChoiceField(label=_("Reason"), choices=Because.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In a few words"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whose it is, or where it can be seen that it is done."),
    )


class GiveForm(forms.Form):
    """To whom of the unit it is given."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, empty_value=None, required=False)

    def offer_people(self, people: Iterable[Person]) -> None:
        self._known = {person.pk: person for person in people}
        offer(self, "person", [("", _("nobody in particular")), *((pk, str(each)) for pk, each in self._known.items())])

    @property
    def chosen(self) -> Person | None:
        """Once the form is valid."""
        return self._known.get(self.cleaned_data["person"] or 0)


class WithdrawForm(forms.Form):
    """Why a directive is withdrawn."""

    why = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Readers see this first."))
