"""Input about people, offices and grants, into clean values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.errors import BadInput
from braid.kernel.forms import ClockInput, DayInput, offer
from braid.units.forms import UnitField

from .enums import API_PERMISSIONS, LONGEST_TOKEN_DAYS, QUIET_FROM, QUIET_UNTIL, CameBy, Office, Pace, Reach, Role
from .phones import clean_phone, may_be_called
from .rules import LONGEST_GRANT


class PersonForm(forms.Form):
    """Name and how to reach her."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    phone = forms.CharField(
        label=_("Phone"), max_length=24, required=False, widget=forms.TextInput({"type": "tel", "autocomplete": "off"})
    )
    email = forms.EmailField(label=_("E-mail"), required=False)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not may_be_called(phone):
            raise forms.ValidationError(_("This is not a phone number."))
        return phone


class NewPersonForm(PersonForm):
    """Somebody new, and what she becomes."""

    office = forms.TypedChoiceField(label=_("She becomes"), coerce=lambda value: Office(int(value)))

    def __init__(self, *args: Any, offices: Iterable[Office], **options: Any) -> None:
        super().__init__(*args, **options)
        _choose(self, "office", offices)
        self.initial.setdefault("office", Office.MEMBER)


class ChildForm(forms.Form):
    """Until when somebody needs a guardian."""

    under_14_until = forms.DateField(
        label=_("The day on which she turns 14"),
        widget=DayInput(),
        required=False,
        help_text=_("Only for somebody younger than 14; her account then needs a guardian. Left empty: she is older."),
    )


class GuardianForm(forms.Form):
    """Who was chosen from the list of names."""

    person = forms.IntegerField()


class ProfileForm(PersonForm):
    """What somebody changes of her own data."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("As this device is set")), *settings.LANGUAGES]


class OfficeForm(forms.Form):
    """An office, how she comes to it, and since when it is held."""

    office = forms.TypedChoiceField(label=_("Office"), coerce=lambda value: Office(int(value)))
    came_by = forms.TypedChoiceField(
        label=_("How she comes to it"),
        choices=CameBy,
        coerce=lambda value: CameBy(int(value)),
        required=False,
        help_text=_("Acting: she stands in; the office stays on the list of vacancies."),
    )
    since = forms.DateField(label=_("Since"), widget=DayInput())

    def __init__(self, *args: Any, offices: Iterable[Office], **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "office", [("", _("Choose")), *((office.value, office.label) for office in offices)])

    def clean_came_by(self) -> CameBy:
        return self.cleaned_data["came_by"] or CameBy.UNKNOWN

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return since


class OfficersForm(forms.Form):
    """A file of officers."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX with the columns unit_code, name and office; also came_by, since, phone and email."),
    )


class ApplyOfficersForm(forms.Form):
    """How a file that was looked over is to be applied."""

    skip_bad = forms.BooleanField(label=_("Leave out the bad rows and apply the rest"), required=False)


class TermForm(forms.Form):
    """A term of a unit, from one congress to the next."""

    number = forms.IntegerField(label=_("Number of the term"), min_value=1, max_value=999)
    begins_on = forms.DateField(label=_("Day of the congress"), widget=DayInput())
    ends_on = forms.DateField(
        label=_("Next congress planned for"),
        widget=DayInput(),
        required=False,
        help_text=_("Left empty, it is the usual number of years later."),
    )


class TermEndForm(forms.Form):
    """Another day for the next congress."""

    ends_on = forms.DateField(label=_("Next congress planned for"), widget=DayInput())


class SuccessionForm(forms.Form):
    """When and how an office passes on."""

    on = forms.DateField(
        label=_("Her first day"),
        widget=DayInput(),
        help_text=_("Today, or a day within two years. It happens by itself."),
    )
    came_by = forms.TypedChoiceField(
        label=_("How she comes to it"),
        choices=[(one.value, one.label) for one in CameBy if one],
        coerce=lambda value: CameBy(int(value)),
    )
    passes_grants = forms.BooleanField(
        label=_("Pass on what was granted to the holder here"), required=False, initial=True
    )


class GrantForm(forms.Form):
    """What somebody may do, how far, until when, and why."""

    role = forms.TypedChoiceField(label=_("What she may do"), coerce=Role, widget=forms.RadioSelect)
    reach = forms.TypedChoiceField(
        label=_("Where"),
        coerce=Reach,
        choices=[(reach.value, reach.label) for reach in (Reach.UNIT, Reach.SUBTREE)],
        widget=forms.RadioSelect,
    )
    last_day = forms.DateField(
        label=_("Last day"),
        widget=DayInput(),
        help_text=_("It ends by itself after this day, at most a year from now."),
    )
    why = forms.CharField(label=_("Why"), max_length=500, help_text=_("Everybody who sees this grant sees the reason."))

    def __init__(self, *args: Any, roles: Iterable[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        _choose(self, "role", roles)

    def clean_last_day(self) -> date:
        last_day: date = self.cleaned_data["last_day"]
        today = timezone.localdate()
        if not today <= last_day < today + LONGEST_GRANT:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return last_day

    @property
    def until(self) -> datetime:
        """The first moment after the last day."""
        after: date = self.cleaned_data["last_day"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(after, datetime.min.time()))


class AccountForm(forms.Form):
    """What an account is opened with; all of it may stay empty."""

    username = forms.CharField(
        label=_("User name"), max_length=80, required=False, help_text=_("Left empty, she gets one.")
    )
    phone = forms.CharField(label=_("Phone to sign in with"), max_length=24, required=False)
    email = forms.EmailField(label=_("E-mail to sign in with"), required=False)

    def clean_phone(self) -> str:
        try:
            return clean_phone(self.cleaned_data["phone"])
        except BadInput as error:
            words = _("No code can be sent to this number. Enter a mobile number, or leave it empty.")
            raise forms.ValidationError(words) from error


def _choose(form: forms.Form, name: str, values: Iterable[Office] | Iterable[Role]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [(value.value, value.label) for value in values]


class TokenForm(forms.Form):
    """A new access key."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("For example: the website of our city.")
    )
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"), choices=list(API_PERMISSIONS.items()), widget=forms.CheckboxSelectMultiple()
    )
    unit = UnitField(
        label=_("Only for this unit and those below it"),
        required=False,
        help_text=_(
            "Name, initials or code. Empty: everywhere you may. What is about you yourself, as your notices, has no unit."
        ),
    )
    days = forms.IntegerField(
        label=_("For how many days"), min_value=1, max_value=LONGEST_TOKEN_DAYS, initial=90, widget=forms.NumberInput()
    )


class QuietHoursForm(forms.Form):
    """When the people of a unit are not disturbed."""

    which = forms.ChoiceField(
        label=_("When are people not disturbed?"),
        choices=[
            ("above", _("as the units above say")),
            ("own", _("at these hours")),
            ("none", _("never: tell them at any hour")),
        ],
        widget=forms.RadioSelect,
    )
    begins = forms.TimeField(
        label=pgettext_lazy("time of day", "From"), widget=ClockInput(), initial=QUIET_FROM, required=False
    )
    ends = forms.TimeField(
        label=pgettext_lazy("time of day", "Until"), widget=ClockInput(), initial=QUIET_UNTIL, required=False
    )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        for name in ("begins", "ends") if values.get("which") == "own" else ():
            if values.get(name) is None and name not in self.errors:
                self.add_error(name, _("Write a time."))
        return values

    @property
    def hours(self) -> tuple[time, time] | None:
        """From when until when; the same twice: never; None: as above. Once the form is valid."""
        which = self.cleaned_data["which"]
        if which == "above":
            return None
        return (QUIET_FROM, QUIET_FROM) if which == "none" else (self.cleaned_data["begins"], self.cleaned_data["ends"])


class WishForm(forms.Form):
    """How often somebody wants to be told."""

    pace = forms.ChoiceField(label=_("How often"), choices=Pace.choices, widget=forms.RadioSelect)
    hour = forms.TypedChoiceField(
        label=_("At what hour"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        help_text=_("For once a day and once a week."),
    )
    weekday = forms.TypedChoiceField(
        label=_("On which day"), choices=list(WEEKDAYS.items()), coerce=int, help_text=_("For once a week.")
    )
    hides_titles = forms.BooleanField(
        label=_("Hide titles on a locked screen"),
        required=False,
        help_text=_("A notification then says only that there is something new."),
    )
