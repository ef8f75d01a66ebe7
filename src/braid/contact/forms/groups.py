"""Input about groups, chat groups and affiliations into clean values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import ChatPlan, GroupPlan
from braid.contact.enums import LONGEST, Basis, JoinRule, Suggestion
from braid.contact.models import ChatGroup, Group
from braid.contact.queries.chats import platforms
from braid.kernel.errors import BadInput
from braid.kernel.forms import DayInput
from braid.people.models import Person

Find = Callable[[str], Person]
"""Who is meant by a name; raises `BadInput` in words when that is not clear."""


class GroupForm(forms.Form):
    """What a group is to be."""

    purpose = forms.CharField(
        label=_("What it is for"), max_length=300, help_text=_("One sentence that everybody understands.")
    )
    join_rule = forms.TypedChoiceField(
        label=_("How one comes in"),
        choices=JoinRule.choices,
        coerce=JoinRule,
        widget=forms.RadioSelect,
        initial=JoinRule.ASKED,
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=DayInput(),
        help_text=_("At most two years from now. Before it comes, whoever is responsible is asked whether it goes on."),
    )
    is_public = forms.BooleanField(
        label=_("Public: with a card on the Home of the body, for everybody to see"), required=False
    )

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        if group:
            kwargs.setdefault("initial", {name: getattr(group, name) for name in GroupForm.base_fields})
        super().__init__(*args, **kwargs)
        self._group = group

    def clean_ends_on(self) -> date:
        ends_on: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if not (self._group and ends_on == self._group.ends_on) and not today <= ends_on <= today + LONGEST:
            raise forms.ValidationError(_("Choose a day within two years from today."))
        return ends_on

    @property
    def plan(self) -> GroupPlan:
        """What was filled in, once the form is valid."""
        return GroupPlan(**{name: self.cleaned_data[name] for name in GroupForm.base_fields})


class NameForm(forms.Form):
    """Somebody by her name."""

    person = forms.CharField(label=_("Her name"), max_length=100, widget=forms.TextInput({"list": "names"}))

    def __init__(self, *args: Any, find: Find, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._find = find

    def clean_person(self) -> Person | None:
        name = self.cleaned_data["person"]
        return found(self._find, name) if name else None


class NewGroupForm(GroupForm, NameForm):
    """A new group: also its name, and who is responsible."""

    name = forms.CharField(label=_("Name of the group"), max_length=120)
    person = forms.CharField(
        label=_("Who is responsible"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"list": "names", "autocomplete": "off"}),
        help_text=_("The name of somebody in this unit or below it. Left empty, it is you."),
    )
    field_order = ("name", "purpose", "person", "join_rule", "ends_on", "is_public")


class CloseForm(forms.Form):
    """Why a group ends."""

    why = forms.CharField(label=_("Reason"), max_length=500, help_text=_("It stays in the history of the group."))


class RegisterForm(forms.Form):
    """What somebody wants to see of the register. What cannot be read is left out: a link must not fail for a filter."""

    show = forms.ChoiceField(choices=Suggestion.choices, required=False)
    q = forms.CharField(max_length=100, required=False)


class ChatForm(forms.Form):
    """A chat group elsewhere."""

    platform = forms.CharField(
        label=_("Platform"), max_length=60, widget=forms.TextInput({"list": "platforms", "autocomplete": "off"})
    )
    name = forms.CharField(label=_("What it is called there"), max_length=120)
    size = forms.IntegerField(label=_("How many people are in it"), min_value=0, max_value=1_000_000, required=False)
    owners = forms.CharField(
        label=_("Who owns it"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name a line. Several owners take turns in this order."),
    )
    turn_days = forms.IntegerField(
        label=_("Days of a turn"),
        min_value=1,
        max_value=366,
        required=False,
        help_text=_("For example 7: a week each."),
    )
    turns_from = forms.DateField(label=_("First day of the first turn"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, find: Find, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._find = find

    @classmethod
    def initial_of(cls, chat: ChatGroup, owners: Sequence[Person]) -> dict[str, Any]:
        """What stands in the form of a chat group that is on record."""
        names = ("platform", "name", "size", "turn_days", "turns_from")
        lines = "\n".join(f"{owner.name} #{owner.pk}" for owner in owners)
        return {name: getattr(chat, name) for name in names} | {"owners": lines}

    def clean_owners(self) -> list[Person]:
        lines = [line.strip() for line in self.cleaned_data["owners"].splitlines() if line.strip()]
        return list(dict.fromkeys(found(self._find, line) for line in lines))

    def clean(self) -> None:
        several = len(self.cleaned_data.get("owners", ())) > 1
        for name in ("turn_days", "turns_from"):
            if several and name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, _("Several owners take turns: fill this in, too."))

    @property
    def plan(self) -> ChatPlan:
        """What was filled in, once the form is valid."""
        return ChatPlan(**self.cleaned_data)

    @property
    def platforms(self) -> list[str]:
        """Names to choose from; any other may be typed."""
        return platforms()


class AffiliationForm(forms.Form):
    """Asking another unit to belong together."""

    other = forms.CharField(
        label=_("The other unit"),
        max_length=200,
        help_text=_("Its code, or the address of its Home."),
    )
    basis = forms.TypedChoiceField(
        label=_("What they have in common"),
        choices=Basis.choices,
        coerce=Basis,
        widget=forms.RadioSelect,
        initial=Basis.INTEREST,
    )
    why = forms.CharField(label=_("Why"), max_length=300, help_text=_("The other side reads it before it answers."))

    def clean_other(self) -> str:
        """The code, which is the last part of an address."""
        return str(self.cleaned_data["other"]).strip().rstrip("/").rpartition("/")[2]


def found(find: Find, name: str) -> Person:
    """Who `find` means by `name`, with its refusal as that of a form's field."""
    try:
        return find(name)
    except BadInput as error:
        raise forms.ValidationError(str(error.message)) from error
