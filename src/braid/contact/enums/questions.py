"""States of questions on notices."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow

MOST_OPEN_QUESTIONS = 3
"""So many questions of one person on one notice may wait at once."""


class QuestionState(TextChoices):
    """Where a question stands."""

    WAITING = "waiting", _("waiting")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", _("declined")


QUESTION_FLOW = Flow(
    "question",
    {
        QuestionState.WAITING: [QuestionState.ANSWERED, QuestionState.DECLINED],
        QuestionState.ANSWERED: [],
        QuestionState.DECLINED: [],
    },
)
