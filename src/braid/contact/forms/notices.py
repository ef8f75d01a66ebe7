"""Input about notices into clean values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import NewAttachment, NoticeText
from braid.contact.enums import LONGEST_REMIND_AFTER, Show
from braid.contact.models import Attachment, Audience, Notice
from braid.contact.words import LANGUAGES, Translations, field_of, readers_language, why_not_translated
from braid.kernel.access import Scope
from braid.kernel.files import FileField
from braid.kernel.forms import DayInput, PickerInput, offer
from braid.people.enums import Office
from braid.units import snapshot
from braid.units.enums import UnitKind
from braid.units.models import Level, Unit

from .attachments import DESCRIPTION_HELP


class WordsForm(forms.Form):
    """A title and a text: in a first language, and in others where somebody wrote them."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("An empty line begins a new paragraph. - makes a list, **bold**, # a heading."),
    )

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        given = kwargs.get("initial") or {}
        kwargs["initial"] = {"language": readers_language(), **given, **_fields_of(given.get("translations", {}))}
        if data is not None and "language" not in data:
            data = data.copy()
            data["language"] = kwargs["initial"]["language"]
        super().__init__(data, *args, **kwargs)
        for code, name in LANGUAGES:
            self.fields[field_of("title", code)] = forms.CharField(
                label=f"{_('Title')} · {name}",
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[field_of("body", code)] = forms.CharField(
                label=f"{_('Text')} · {name}",
                max_length=50_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 8, "lang": code}),
            )
        others = [field_of(name, code) for code, _name in LANGUAGES for name in ("title", "body")]
        self.order_fields([*WordsForm.base_fields, *others])  # as on the page, for the list of what is wrong

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, why in why_not_translated(values.get("body", ""), values.get("language", ""), self._others).items():
            self.add_error(name, why)
        return values

    @property
    def words(self) -> dict[str, Any]:
        """What was written, once the form is valid."""
        values = self.cleaned_data
        words = {name: values[name] for name in ("title", "body", "language")}
        return {**words, "translations": self._others}

    @property
    def _others(self) -> dict[str, dict[str, str]]:
        """What was written in other languages; one that was left empty is left out."""
        found = {
            code: {name: str(self.cleaned_data.get(field_of(name, code), "")).strip() for name in ("title", "body")}
            for code, _name in LANGUAGES
        }
        return {code: text for code, text in found.items() if any(text.values())}

    @property
    def other_languages(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Title and text in each language but the first, for the page."""
        return [(self[field_of("title", code)], self[field_of("body", code)]) for code, _name in self._not_first()]

    @property
    def has_other_languages(self) -> bool:
        """Whether somebody wrote in one of them."""
        return any(field.value() or field.errors for pair in self.other_languages for field in pair)

    def _not_first(self) -> list[tuple[str, str]]:
        """The languages but the first; also that one where the same was written twice."""
        first = self["language"].value()
        return [each for each in LANGUAGES if each[0] != first or self[field_of("title", each[0])].errors]


def _fields_of(translations: Translations) -> dict[str, str]:
    return {field_of(name, code): text.get(name, "") for code, text in translations.items() for name in text}


class NoticeForm(WordsForm):
    """What a notice says and asks for."""

    asks_acknowledgement = forms.BooleanField(label=_("Ask readers to acknowledge it"), required=False)
    asks_done = forms.BooleanField(label=_("Ask readers to report when it is done"), required=False)
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput())
    remind_after_days = forms.IntegerField(
        label=_("Remind the silent after so many days"),
        min_value=1,
        max_value=LONGEST_REMIND_AFTER,
        required=False,
        help_text=_("Once, without you asking again. Units that have answered by then are left in peace."),
    )
    is_public = forms.BooleanField(label=_("Public: also on the Homes of these units, for everybody"), required=False)

    @property
    def text(self) -> NoticeText:
        """What was filled in, once the form is valid."""
        wishes = {
            name: self.cleaned_data[name] for name in NoticeForm.base_fields.keys() - WordsForm.base_fields.keys()
        }
        return NoticeText(**self.words, **wishes)


class RewriteForm(WordsForm):
    """New words for `notice`: refused, with all she wrote, where somebody changed it since her page was made."""

    based_on = forms.CharField(widget=forms.HiddenInput, required=False)
    """When the words that her page began with were written."""

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        notice: Notice,
    ) -> None:
        self._based_on = notice.changed_at.isoformat()
        self.is_stale = data is not None and data.get("based_on") != self._based_on
        if data is not None and self.is_stale:
            data = data.copy()
            data["based_on"] = self._based_on  # she has seen it now: saving again is her decision
        now = {name: getattr(notice, name) for name in self.base_fields if hasattr(notice, name)}
        now |= {"translations": notice.translations, "language": notice.language}
        super().__init__(data, files, initial={**now, "based_on": self._based_on})

    def clean(self) -> dict[str, Any]:
        super().clean()
        del self.cleaned_data["based_on"]
        if self.is_stale:
            self.add_error(None, _("Somebody changed this text meanwhile. Compare it with yours, then save again."))
        return self.cleaned_data


class DraftForm(RewriteForm, NoticeForm):
    """New words and wishes for a draft."""


class SaidAnewForm(RewriteForm):
    """Other words for what went out, in all its languages: one that was left as it was is left so knowingly."""

    others_stay = forms.BooleanField(label=_("The other languages stay right as they are"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = kwargs["notice"]
        self.fields["language"].widget = forms.HiddenInput()
        self.fields["language"].disabled = True  # what is its first language stays that
        if not self._before.translations:
            del self.fields["others_stay"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        others, before = self._others, self._before.translations
        is_new = any(values.get(name) != getattr(self._before, name) for name in ("title", "body"))
        if is_new and not values.get("others_stay") and any(others.get(code) == text for code, text in before.items()):
            self.add_error(
                "others_stay", _("Another language says what it said before. Correct it, too, or tick this.")
            )
        return values


class CorrectionForm(SaidAnewForm):
    """New words for a notice that went out, and a picture or file more or less."""

    file = FileField(label=_("Add a picture or file"), required=False)
    description = forms.CharField(
        label=_("What the picture shows or the file is"), max_length=200, required=False, help_text=DESCRIPTION_HELP
    )
    remove = forms.TypedMultipleChoiceField(
        label=_("Take away"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(
        label=_("What was corrected"), max_length=500, help_text=_("Readers see this with the earlier text.")
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        notice: Notice,
        attachments: Iterable[Attachment] = (),
    ) -> None:
        super().__init__(data, files, notice=notice)
        offer(self, "remove", [(each.pk, str(each)) for each in attachments])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("file") and not values.get("description"):
            self.add_error("description", _("Write a description."))
        return values

    @property
    def correction(self) -> dict[str, Any]:
        """What `correct_notice` takes, once the form is valid."""
        values = self.cleaned_data
        file = values["file"]
        return {
            **{name: values[name] for name in ("title", "body", "why", "remove")},
            "translations": self.words["translations"],
            "add": [NewAttachment(file, values["description"])] if file else [],
        }


class UnitInReach(forms.Form):
    """A unit within `reach`, where the sender may send: other units do not exist for this form."""

    unit = forms.CharField(label=_("Unit"), max_length=40, widget=PickerInput)

    def __init__(self, *args: Any, reach: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["unit"])
        self._reach = reach

    def clean_unit(self) -> Unit:
        unit = Unit.objects.active().filter(self._reach.where("path"), code=self.cleaned_data["unit"].strip()).first()
        if unit is None:
            raise forms.ValidationError(_("There is no such unit within your reach."))
        return unit


class NewNoticeForm(UnitInReach, NoticeForm):
    """A new notice: also says for which unit."""


class ReasonForm(forms.Form):
    """Why something is withdrawn."""

    why = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Readers see this in place of the text."))


class AudienceForm(forms.Form):
    """Which units at and below a unit something addresses, and which offices there."""

    reach = forms.ChoiceField(
        label=_("Which units"),
        choices=[("subtree", _("this unit and all below it")), ("unit", _("this unit only"))],
        widget=forms.RadioSelect,
        initial="subtree",
    )
    levels = forms.TypedMultipleChoiceField(
        label=_("Only these levels"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.TypedMultipleChoiceField(
        label=_("Only this kind of unit"),
        coerce=int,
        required=False,
        choices=UnitKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Groups get a notice only if you tick them, or choose the group itself as the unit."),
    )
    offices = forms.TypedMultipleChoiceField(
        label=_("Only these offices"),
        coerce=int,
        required=False,
        choices=Office.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nothing to address everybody."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "levels", level_choices())

    @property
    def kind(self) -> dict[str, Any]:
        """What was chosen, once the form is valid: the fields of an `AudienceKind`."""
        values = self.cleaned_data
        masks = {name: _mask(values[name]) for name in ("levels", "kinds", "offices")}
        return {"is_subtree": values["reach"] == "subtree", **masks}


class RuleForm(UnitInReach, AudienceForm):
    """One rule of whom a notice addresses."""

    @property
    def rule(self) -> Audience:
        """The unsaved rule of a notice, once the form is valid."""
        return Audience(**self.said)

    @property
    def said(self) -> dict[str, Any]:
        """What the rule says, once the form is valid: the fields of an `AudienceRule`."""
        return {"unit": self.cleaned_data["unit"], **self.kind}


class FilterForm(forms.Form):
    """What somebody wants to see of her inbox. What cannot be read is left out: a link must not fail for a filter."""

    show = forms.ChoiceField(choices=Show.choices, required=False)
    level = forms.IntegerField(min_value=1, max_value=99, required=False)
    q = forms.CharField(max_length=100, required=False)


def level_choices() -> list[tuple[int, str]]:
    """The levels there are in the tree, by their names."""
    names = {level.pk: str(level) for level in Level.objects.all()}
    present = [int(level) for level in np.unique(snapshot.current().levels)]
    return [(level, names.get(level) or str(_("Level %(number)d") % {"number": level})) for level in present]


def _mask(values: list[int]) -> int:
    return sum(1 << value for value in set(values))
