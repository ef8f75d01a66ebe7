"""States of second readings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow


class ReviewState(TextChoices):
    """Where a second reading stands."""

    ASKED = "asked", _("asked")
    AGREED = "agreed", _("agreed")
    RETURNED = "returned", _("sent back")


REVIEW_FLOW = Flow(
    "second reading",
    {
        ReviewState.ASKED: [ReviewState.ASKED, ReviewState.AGREED, ReviewState.RETURNED],
        ReviewState.AGREED: [ReviewState.ASKED],
        ReviewState.RETURNED: [ReviewState.ASKED],
    },
)
