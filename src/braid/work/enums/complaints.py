"""What a complaint is about, how far it has come, and how long it may take."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow


class Grievance(TextChoices):
    """What is wrong with what was asked."""

    TOO_MUCH = "too_much", _("it takes too much time")
    TOLD_ALREADY = "told", _("we have reported this already")
    NOT_OURS = "not_ours", _("it is not our task")
    UNCLEAR = "unclear", _("it is unclear or contradicts something")
    TOO_SOON = "too_soon", _("it is due too soon")
    OTHER = "other", pgettext_lazy("reason for a complaint", "something else")


class ComplaintState(TextChoices):
    WAITING = "waiting", pgettext_lazy("complaint", "waits for an answer")
    ANSWERED = "answered", pgettext_lazy("complaint", "answered")
    TAKEN_BACK = "taken_back", pgettext_lazy("complaint", "taken back")


class Verdict(TextChoices):
    """What whoever hears a complaint thinks of it."""

    RIGHT = "right", pgettext_lazy("complaint", "justified")
    PARTLY = "partly", pgettext_lazy("complaint", "partly justified")
    NOT = "not", pgettext_lazy("complaint", "not justified")


COMPLAINT_FLOW = Flow(
    "complaint",
    {
        ComplaintState.WAITING: [ComplaintState.ANSWERED, ComplaintState.TAKEN_BACK],
        ComplaintState.ANSWERED: [],
        ComplaintState.TAKEN_BACK: [],
    },
)

ANSWER_WITHIN = timedelta(days=15)
"""How long whoever hears a complaint has (国办函〔2026〕12号 asks for a complaints function; the days are the product's)."""
ANSWER_ABOVE_WITHIN = timedelta(days=7)
"""How long each level above has, once the one below has let its days pass."""
