"""Input of the pages about the tree, into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.forms import DayInput, PickerInput, offer

from .enums import UnitKind
from .models import Unit
from .queries import unit_by_code
from .queries.picker import unit_named


class UnitField(forms.CharField):
    """A unit, sent as its code; the page shows the picker. A whole name that one unit alone has will do, too."""

    widget = PickerInput

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        unit = unit_by_code(code) or unit_named(code)
        if unit is None:
            raise forms.ValidationError(_("There is no unit with this code. Choose one from the list."))
        return unit


class DeedForm(forms.Form):
    """What every change of the tree needs: since when, and why. Forms of single deeds add theirs before it."""

    on = forms.DateField(label=_("Since"), widget=DayInput())
    why = forms.CharField(
        label=_("Why"), max_length=500, help_text=_("A few words, for example the decision. It stays in the history.")
    )

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        self.unit = unit
        kwargs["initial"] = {"on": timezone.localdate, **self.initial_of(unit)}
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in ("on", "why")] + ["on", "why"])

    def initial_of(self, unit: Unit) -> dict[str, Any]:
        """What the form shows at first."""
        return {}

    def values(self) -> dict[str, Any]:
        """What was entered beside day and reason."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("on", "why")}


def kind_choices() -> list[tuple[int, Any]]:
    """The kinds a unit can be given here: a group is more than a unit, and begins on the page of groups."""
    return [(kind.value, kind.label) for kind in UnitKind if kind != UnitKind.GROUP]


class AddForm(DeedForm):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    kind = forms.TypedChoiceField(label=_("Kind"), choices=kind_choices(), coerce=int, initial=UnitKind.BODY)
    level = forms.IntegerField(
        label=_("Level"), min_value=1, max_value=39, required=False, help_text=_("Empty: one below the unit above.")
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)


class RenameForm(DeedForm):
    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    name_zh_hant = forms.CharField(label=_("Name in Traditional Chinese"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    full_name_zh_hant = forms.CharField(label=_("Full name in Traditional Chinese"), max_length=200, required=False)
    full_name_en = forms.CharField(label=_("Full name in English"), max_length=200, required=False)

    def initial_of(self, unit: Unit) -> dict[str, Any]:
        return {name: getattr(unit, name) for name in self.base_fields if hasattr(unit, name)}


class ChangeForm(DeedForm):
    code = forms.CharField(label=_("Code"), max_length=40)
    kind = forms.TypedChoiceField(label=_("Kind"), coerce=int)
    level = forms.IntegerField(label=_("Level"), min_value=1, max_value=39)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    latitude = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)
    is_placeholder = forms.BooleanField(
        label=_("A step of the register that stands for nobody"),
        help_text=_("It stays in the tree, but has no page and no offices."),
        required=False,
    )

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(unit, *args, **kwargs)
        is_group = unit.kind == UnitKind.GROUP  # what is a group stays one
        offer(self, "kind", [(unit.kind, unit.get_kind_display())] if is_group else kind_choices())

    def initial_of(self, unit: Unit) -> dict[str, Any]:
        return {name: getattr(unit, name) for name in self.base_fields if hasattr(unit, name)}


class MoveForm(DeedForm):
    parent = UnitField(label=_("New unit above"))


class MergeForm(DeedForm):
    into = UnitField(label=_("The unit that stays"))


class SplitForm(DeedForm):
    code = forms.CharField(label=_("Code of the new unit"), max_length=40)
    name = forms.CharField(label=_("Name of the new unit"), max_length=120)
    children = forms.TypedMultipleChoiceField(
        label=_("Units that go to it"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(unit, *args, **kwargs)
        below = Unit.objects.filter(parent=unit).active().order_by("path")
        offer(self, "children", [(child.pk, str(child)) for child in below])


class ImportForm(forms.Form):
    """A file of units."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV or XLSX with the columns code, parent_code and name; see the export.")
    )


class ApplyForm(forms.Form):
    """How a file that was looked over is to be applied."""

    why = forms.CharField(label=_("Why"), max_length=500, required=False)
    skip_bad = forms.BooleanField(label=_("Leave out the bad rows and apply the rest"), required=False)
    close_missing = forms.BooleanField(label=_("Close the units the file leaves out"), required=False)
