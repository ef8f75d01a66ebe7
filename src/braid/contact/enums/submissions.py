"""Choices and states of what members send in: ideas, stories and photos."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow

MOST_A_DAY = 10
"""So many one person sends in within a day. It is counted by person, never by address: a village shares one."""
MOST_ON_HOME = 3
MOST_PHOTOS = 3
SUBMISSION = "submission"
"""What kept files call it that they belong to, and deliveries what they tell of."""


class SubmissionKind(TextChoices):
    """What somebody sends in."""

    STORY = "story", _("story")
    IDEA = "idea", _("idea")
    PHOTO = "photo", _("photo")


class NameShown(TextChoices):
    """Under which name it appears."""

    REAL = "real", _("my name")
    PEN = "pen", _("another name")
    NONE = "none", _("no name")


class SubmissionState(TextChoices):
    """Where it stands."""

    SENT = "sent", _("waiting for an answer")
    ACCEPTED = "accepted", _("published")
    DECLINED = "declined", _("declined")
    TAKEN_BACK = "taken_back", _("taken back")


SUBMISSION_FLOW = Flow(
    "submission",
    {
        SubmissionState.SENT: [SubmissionState.ACCEPTED, SubmissionState.DECLINED, SubmissionState.TAKEN_BACK],
        SubmissionState.ACCEPTED: [SubmissionState.DECLINED, SubmissionState.TAKEN_BACK],
        SubmissionState.DECLINED: [SubmissionState.TAKEN_BACK],
        SubmissionState.TAKEN_BACK: [],
    },
)
