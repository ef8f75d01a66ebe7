"""States of a directive and of what one unit does with it, and when the late are reminded."""

from datetime import timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow


class DirectiveState(TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    CLOSED = "closed", pgettext_lazy("directive", "closed")
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

    OPENED = "opened", pgettext_lazy("handling", "opened")
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
        HandlingState.RETURNED: [HandlingState.IN_WORK, HandlingState.REPORTED],
        HandlingState.APPROVED: [HandlingState.IN_WORK, HandlingState.REPORTED],
    },
)

OPEN_HANDLINGS = (HandlingState.OPENED, HandlingState.IN_WORK)
"""The unit still has to do something."""
SETTLED_HANDLINGS = (HandlingState.REPORTED, HandlingState.RETURNED, HandlingState.APPROVED)
"""The unit has said what there is to say: it is never late."""


class Because(TextChoices):
    """Why a unit returns a directive; its words say more."""

    NOT_OURS = "not_ours", _("it is not ours")
    DONE = "done", _("it is done already")
    OTHER = "other", _("another reason")


class Step(IntegerChoices):
    """A time at which units are told of a directive by their channels: when it comes, and then only those that are late."""

    SENT = 0, _("sent")
    BEFORE = 1, _("before it is due")
    AFTER = 2, _("after it was due")
    ABOVE = 3, _("the unit above is told")
    AGAIN = 4, _("again after it was due")


STEP_OFFSETS = {
    Step.BEFORE: timedelta(days=-2),
    Step.AFTER: timedelta(days=1),
    Step.ABOVE: timedelta(days=3),
    Step.AGAIN: timedelta(days=7),
}
"""How long after the day it is due each step is taken."""
CAUGHT_UP_WITHIN = timedelta(days=2)
"""So long afterwards a step is still taken by a worker that stood still; later it would only confuse."""
SENT_BEFORE = timedelta(days=1)
"""Who was told of a directive less than this ago is not reminded yet."""

DIRECTIVE, DIRECTIVE_REMINDER, DIRECTIVE_LATE = "directive", "work_remind", "work_late"
"""Kinds of delivery: a directive, a reminder of one (both numbered by their telling), how many of her units are late."""

MOST_STEPS = 30
LONGEST_STEP = 300
"""Steps of one directive, and letters in one of them."""
