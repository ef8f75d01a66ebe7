"""States, promises and kinds of question of surveys."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow

FEWEST = 10
"""No group of fewer answers is ever told apart: not in a table, not by subtraction, not in the rows of anonymous answers."""
MOST_QUESTIONS = 60
LONGEST_OPEN = timedelta(days=366)
"""A survey is open for a year at most: sealed answers do not wait longer."""


class SurveyState(TextChoices):
    """Where a survey stands."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", pgettext_lazy("survey", "closed")


SURVEY_FLOW = Flow(
    "survey",
    {
        SurveyState.DRAFT: [SurveyState.OPEN],
        SurveyState.OPEN: [SurveyState.CLOSED],
        SurveyState.CLOSED: [],
    },
)


class Promise(TextChoices):
    """What is promised to those who answer."""

    NAMED = "named", _("with names: she can see, change and erase her answers until it closes")
    ANONYMOUS = "anonymous", _("anonymous: nobody can tell whose answers they are, and nobody can change them")


class QuestionKind(TextChoices):
    """What a question wants to know."""

    ONE = "one", _("one of several choices")
    SEVERAL = "several", _("any number of choices")
    SCALE = "scale", _("a scale")
    NUMBER = "number", _("a number")
    DATE = "date", _("a date")
    SHORT = "short", _("a short text")
    LONG = "long", _("a long text")
