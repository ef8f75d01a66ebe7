"""Input about templates of notices into clean values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import TemplatePlan
from braid.contact.blanks import why_not_filled
from braid.contact.models import NoticeTemplate
from braid.people.enums import Office
from braid.units.enums import UnitKind

from .notices import AudienceForm, WordsForm

_WISHES = ("is_public", "asks_acknowledgement", "asks_done")


class TemplateForm(WordsForm, AudienceForm):
    """What a template says, whom notices begun from it address, and what they ask for."""

    is_public = forms.BooleanField(label=_("Public: also on the Homes of these units, for everybody"), required=False)
    asks_acknowledgement = forms.BooleanField(label=_("Ask readers to acknowledge it"), required=False)
    asks_done = forms.BooleanField(label=_("Ask readers to report when it is done"), required=False)

    def __init__(self, data: QueryDict | None = None, *, template: NoticeTemplate | None = None) -> None:
        super().__init__(data, initial=_initial_of(template) if template else None)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in list(values):
            if name.startswith(("title", "body")) and (why := why_not_filled(values[name])):
                self.add_error(name, why)
        return values

    @property
    def plan(self) -> TemplatePlan:
        """What was filled in, once the form is valid."""
        return TemplatePlan(**self.words, **self.kind, **{name: self.cleaned_data[name] for name in _WISHES})


def _initial_of(template: NoticeTemplate) -> dict[str, Any]:
    same = {name: getattr(template, name) for name in ("title", "body", "language", "translations", *_WISHES)}
    return {
        **same,
        "reach": "subtree" if template.is_subtree else "unit",
        "levels": [level for level in range(template.levels.bit_length()) if template.levels >> level & 1],
        "kinds": [kind.value for kind in UnitKind if template.kinds >> kind & 1],
        "offices": [office.value for office in Office if template.offices >> office & 1],
    }
