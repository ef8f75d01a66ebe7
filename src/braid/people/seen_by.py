"""Who can see a field, in words: worked out from the roles, so that it is true of whatever the roles are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.personal import HOLDINGS, Audience, Holding, SeenBy

from .consents import SHOW_CONTACTS
from .models import Person
from .queries.consents import consents_to
from .roles import roles_in_words
from .rules import VIEW_CONTACTS, VIEW_PEOPLE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AUDIENCES: dict[Audience, StrOrPromise] = {
    Audience.HERSELF: gettext_lazy("Seen by: nobody but you."),
    Audience.NOBODY: gettext_lazy("Seen by: nobody; the machine needs it."),
    Audience.ADDRESSED: gettext_lazy("Seen by: those it is written to."),
}

SHORT: dict[Audience, StrOrPromise] = {
    Audience.HERSELF: gettext_lazy("she herself"),
    Audience.NOBODY: gettext_lazy("nobody, the machine"),
    Audience.ADDRESSED: gettext_lazy("those it is written to"),
}


def seen_by_words(seen_by: SeenBy) -> str:
    """A sentence about who sees it."""
    if isinstance(seen_by, Audience):
        return str(AUDIENCES[seen_by])
    words = _("Seen by: who has one of these roles in your units or above them: %(roles)s.")
    return words % {"roles": roles_in_words(seen_by)}


def who_sees(seen_by: SeenBy) -> str:
    """The same in a word or two, about somebody else's data."""
    return str(SHORT[seen_by]) if isinstance(seen_by, Audience) else roles_in_words(seen_by)


def own_fields_seen_by(person: Person) -> dict[str, str]:
    """The sentence for each field that says who `person` is, as things stand with what she agreed to."""
    holding = holding_of_persons()
    shows = consents_to(person, SHOW_CONTACTS)
    found = {name: holding.field_seen_by(name) for name in holding.fields}
    return {
        name: seen_by_words(VIEW_PEOPLE if shows and seen_by == VIEW_CONTACTS else seen_by)
        for name, seen_by in found.items()
    }


def holding_of_persons() -> Holding:
    """The holding of the table of persons itself."""
    return next(one for one in HOLDINGS if one.model is Person)
