"""States of a directive, and of what one unit does with it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow


class DirectiveState(TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


DIRECTIVE_FLOW = Flow(
    "directive",
    {
        DirectiveState.DRAFT: [DirectiveState.SENT],
        DirectiveState.SENT: [DirectiveState.DRAFT, DirectiveState.CLOSED, DirectiveState.WITHDRAWN],
        DirectiveState.CLOSED: [],
        DirectiveState.WITHDRAWN: [],
    },
)


class HandlingState(TextChoices):
    """How far a unit has come with a directive. A unit without a handling has not opened it."""

    OPENED = "opened", _("opened")
    IN_WORK = "in_work", _("in work")
    REPORTED = "reported", _("reported")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")


HANDLING_FLOW = Flow(
    "handling",
    {
        HandlingState.OPENED: [HandlingState.IN_WORK, HandlingState.REPORTED, HandlingState.RETURNED],
        HandlingState.IN_WORK: [HandlingState.REPORTED, HandlingState.RETURNED],
        HandlingState.REPORTED: [HandlingState.APPROVED, HandlingState.IN_WORK],
        HandlingState.RETURNED: [HandlingState.OPENED, HandlingState.IN_WORK],
        HandlingState.APPROVED: [HandlingState.IN_WORK],
    },
)

OPEN_HANDLINGS = (HandlingState.OPENED, HandlingState.IN_WORK)
"""The unit still has to do something."""
SETTLED_HANDLINGS = (HandlingState.REPORTED, HandlingState.RETURNED, HandlingState.APPROVED)
"""The unit has said what there is to say: it is never late."""
