"""Small sentences these pages say in many places."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from braid.contact.enums import ReviewState

from .enums import Missing
from .hooks import HeadGroup
from .queries.shares import Share


def n_of_n(share: Share) -> str:
    """“380 of 412”; nothing where there is nothing to have."""
    return _("%(have)s of %(of)s") % {"have": f"{share.have:,}", "of": f"{share.of:,}"} if share.of else ""


def of_n(of: int) -> str:
    """“of 412”: what a number beside it is a part of."""
    return _("of %(of)s") % {"of": f"{of:,}"}


def said_by_reader(state: str, *, is_changed: bool) -> str:
    """What the second reader of a draft said, for its author; or that it `is_changed` since, so that it no longer counts."""
    if state == ReviewState.RETURNED:
        return _("The second reader sent it back")
    if is_changed:
        return _("It was changed since: ask again.")
    return _("The second reader agreed")


MEASURES = {
    "seen": gettext_lazy("Latest notices seen"),
    "liaisons": gettext_lazy("Has a liaison officer"),
    "heads": gettext_lazy("Has a head"),
    "people": gettext_lazy("Has anybody"),
}
"""What the picture of coverage can show, by the word in its address."""

MISSING_TITLES = {
    Missing.HEAD: gettext_lazy("Units without a head"),
    Missing.LIAISON: gettext_lazy("Units without a liaison officer"),
    Missing.PEOPLE: gettext_lazy("Units without anybody"),
}

STEPS = (
    ("none", gettext_lazy("nothing to have")),
    ("0", gettext_lazy("none")),
    ("1", gettext_lazy("less than half")),
    ("2", gettext_lazy("half or more")),
    ("3", gettext_lazy("80 % or more")),
    ("4", gettext_lazy("all")),
)
"""The patterns of the picture, in words."""

GROUPS = {
    HeadGroup.ALIVE: pgettext_lazy("numbers of the head's page", "Alive"),
    HeadGroup.LATE: pgettext_lazy("numbers of the head's page", "Late"),
    HeadGroup.WAITING: pgettext_lazy("numbers of the head's page", "Waiting"),
    HeadGroup.VACANT: pgettext_lazy("numbers of the head's page", "Vacant"),
}
"""The four questions of the head's page."""
