"""Choices and constants of groups, chat groups and affiliations."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow

GROUP_LEVEL = 30
"""The level every group stands on: below all levels of the federation, so no table of levels takes a group for a township."""

REMIND_BEFORE = timedelta(days=30)
"""So long before a group's end date whoever is responsible for it is asked whether it goes on."""
EXTENSION = timedelta(days=365)
LONGEST = timedelta(days=731)
"""No group is planned for longer than two years ahead: it is asked for again, or ends."""
QUIET_AFTER = timedelta(days=183)
"""A group in which for so long nobody joined and nothing was said is put forward for closing."""
FEW_PEOPLE = 3
"""A group of fewer people is put forward for merging."""
FEWEST_SHOWN = 10
"""Below so many the public is not told how many people a group has."""


class JoinRule(TextChoices):
    """How one comes into a group."""

    OPEN = "open", _("open: whoever wants to joins")
    ASKED = "asked", _("asked: she asks, and gets an answer")
    INVITED = "invited", _("invited: only with the link")


class RequestState(TextChoices):
    """Where a request to join stands."""

    WAITING = "waiting", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    TAKEN_BACK = "taken_back", _("taken back")


REQUEST_FLOW = Flow(
    "join request",
    {
        RequestState.WAITING: [RequestState.ACCEPTED, RequestState.DECLINED, RequestState.TAKEN_BACK],
        RequestState.ACCEPTED: [],
        RequestState.DECLINED: [],
        RequestState.TAKEN_BACK: [],
    },
)


class Basis(TextChoices):
    """What an online-only body gathers units by."""

    AREA = "area", _("area")
    TRADE = "trade", _("trade")
    INTEREST = "interest", _("interest")


class AffiliationState(TextChoices):
    """Where an affiliation stands."""

    ASKED = "asked", _("asked")
    CURRENT = "current", _("in force")
    DECLINED = "declined", _("declined")
    ENDED = "ended", _("ended")


OPEN_AFFILIATIONS = (AffiliationState.ASKED, AffiliationState.CURRENT)
"""Those that stand in the way of asking again."""

AFFILIATION_FLOW = Flow(
    "affiliation",
    {
        AffiliationState.ASKED: [AffiliationState.CURRENT, AffiliationState.DECLINED],
        AffiliationState.CURRENT: [AffiliationState.ENDED],
        AffiliationState.DECLINED: [],
        AffiliationState.ENDED: [],
    },
)


class Suggestion(TextChoices):
    """Which groups of the register somebody wants to see. Nothing is ever done to them by itself."""

    ALL = "all", _("All")
    ENDING = "ending", _("End date near or past")
    QUIET = "quiet", _("Quiet")
    SMALL = "small", _("Very small")
    DOUBLE = "double", _("Doubled")


GROUP_SEARCH_KIND = "group"
"""Under which kind groups stand in the search of the kernel."""
