"""What takes a unit's time, how much of it there is, and how it is known what something really took."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Asking(TextChoices):
    """What a level above can send that takes time."""

    NOTICE = "notice", _("notice")
    DIRECTIVE = "directive", _("directive")
    FORM = "form", _("form")


USUAL_BUDGETS = (240, 480, 960, 1_920)
"""Minutes a month from all levels above where nobody set others, by rank from the lowest level up; above these the last one.

A village's officer is a volunteer with a farm or a job: an hour a week. Each level up has about twice the people who do this,
and from the county up it is somebody's work: 1,920 minutes are four days of eight hours."""

MOST_MINUTES = 600
"""Longer times are counted as this many: they lie above every middle there is."""
FEWEST_SAID = 10
"""So many must have said how long something took before the middle of it is shown: of fewer one can guess who said it."""
