"""Input about what members send in into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import SubmissionPlan
from braid.contact.enums import NameShown, SubmissionKind
from braid.kernel.files import FileField, Proven

CONSENT = _(
    "Everybody who can be recognised in it knows that the public may see it, and agrees; for children a parent does."
)
PHOTOS = ("photo_1", "photo_2", "photo_3")


class SubmissionForm(forms.Form):
    """A story, an idea or photos, sent from a phone."""

    kind = forms.TypedChoiceField(
        label=_("What is it?"),
        choices=SubmissionKind.choices,
        coerce=SubmissionKind,
        widget=forms.RadioSelect,
        initial=SubmissionKind.STORY,
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(label=_("Text"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 8}))
    name_shown = forms.TypedChoiceField(
        label=_("Which name shall appear?"),
        choices=NameShown.choices,
        coerce=NameShown,
        widget=forms.RadioSelect,
        initial=NameShown.REAL,
    )
    pen_name = forms.CharField(label=_("The other name"), max_length=80, required=False)
    photo_1 = FileField(label=_("Photo"), only_pictures=True, required=False)
    photo_2 = FileField(label=_("Second photo"), only_pictures=True, required=False)
    photo_3 = FileField(label=_("Third photo"), only_pictures=True, required=False)
    shows_people = forms.BooleanField(label=_("Other people can be recognised in it"), required=False)
    consent = forms.BooleanField(label=CONSENT, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("name_shown") == NameShown.PEN and not values.get("pen_name"):
            self.add_error("pen_name", _("Write the name that shall appear."))
        if values.get("shows_people") and not values.get("consent"):
            self.add_error("consent", _("Ask them first, then confirm it here."))
        if values.get("kind") == SubmissionKind.PHOTO and not any(values.get(name) for name in PHOTOS):
            self.add_error("photo_1", _("Add a photo."))
        return values

    @property
    def photos(self) -> list[Proven]:
        """The photos, once the form is valid."""
        return [self.cleaned_data[name] for name in PHOTOS if self.cleaned_data[name]]

    @property
    def plan(self) -> SubmissionPlan:
        """What was filled in, once the form is valid; the consent in the words she read."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in PHOTOS}
        agreed = values.pop("consent")
        return SubmissionPlan(**values, consent_text=str(CONSENT) if agreed else "")
