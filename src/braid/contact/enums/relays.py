"""Choices and constants of carrying a call into chat groups elsewhere."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MARKS = (1, 5, 15, 60, 240, 1440, 10_080)
"""Minutes since sending: the steps in which opens and groups are counted. Nothing finer is kept."""
LATER = 525_600
"""Stands for everything after the last of `MARKS`."""

ASKED_FOR = timedelta(days=14)
"""So long after somebody asked, a call may still be carried; after that nobody is reminded of it."""
MOST_A_MINUTE = 600
"""Opens of one link that one web process counts in a minute: more is no group of people but a machine."""
SAID_AT_MOST = 300
"""Characters of the words that whoever asks may give along."""


class CarryAnswer(TextChoices):
    """What was said of carrying a call into one chat group."""

    NONE = "none", _("nothing yet")
    CARRIED = "carried", _("passed on")
    LEFT = "left", _("not this time")
