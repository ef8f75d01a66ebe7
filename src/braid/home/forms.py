"""What officers type for a public Home, into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.kernel.forms import offer

from .enums import COUNTRIES
from .models import HelpLine, HomeText
from .queries.help import Line


class HomeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a unit says about itself."""

    class Meta:
        model = HomeText
        fields = ("about", "phone", "email", "address", "hours", "country")
        widgets = {"about": forms.Textarea(attrs={"rows": 6, "maxlength": 2000})}
        help_texts = {
            "about": _("A few plain sentences: who you are, what people can come to you for."),
            "phone": _("The number people should call. Not a private one."),
            "country": _("Which country’s help numbers stand on this page and all below."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "country", [("", _("Not chosen here")), *COUNTRIES])

    def clean_about(self) -> str:
        """Short enough for a small page on a slow phone."""
        about = str(self.cleaned_data["about"]).replace("\r\n", "\n").strip()
        if len(about) > 2000:
            raise forms.ValidationError(_("This is too long for the page: at most 2,000 characters."))
        return about

    def said(self) -> dict[str, str]:
        """The clean values, for the action."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class HelpLineForm(forms.ModelForm):  # type: ignore[type-arg]
    """A help number somebody has just checked."""

    is_checked = forms.BooleanField(
        label=_("I checked today that this number and these hours are right"),
        error_messages={"required": _("Check it first: call the number or look it up at its source.")},
    )

    class Meta:
        model = HelpLine
        fields = (
            "number",
            "name",
            "name_zh_hant",
            "name_en",
            "operator",
            "for_whom",
            "hours",
            "is_emergency",
            "source",
        )
        help_texts = {"source": _("For example: called it, or the address of the official page.")}

    def said(self) -> dict[str, Any]:
        """The clean values, for the action."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def start_of(line: Line, raw: dict[str, Any] | None) -> dict[str, Any]:
    """What the form of an inherited number starts with: as shipped where it was shipped, else as it is shown."""
    if raw is not None and line.unit_number == 0:
        return {name: raw.get(name, "") for name in _WORDS} | {"is_emergency": raw["emergency"]}
    return {name: getattr(line, name, "") for name in (*_WORDS, "is_emergency")}


_WORDS = ("number", "name", "name_zh_hant", "name_en", "operator", "for_whom", "hours")
