"""What comes of telephoning people of a unit that stays silent."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallOutcome(TextChoices):
    """What came of it: reached, or unreachable because of one of these."""

    REACHED = "reached", _("reached by phone")
    NO_ANSWER = "no_answer", _("nobody answers the telephone")
    WRONG_NUMBER = "wrong_number", _("the number is missing or wrong")
    AWAY = "away", _("she is away or ill")
    LEFT = "left", _("she is not in the unit any more")
    NO_LINE = "no_line", _("there is no telephone or network")
    OTHER = "other", _("another reason")


CALLED_FOR = timedelta(days=30)
"""So long Today asks to telephone."""
