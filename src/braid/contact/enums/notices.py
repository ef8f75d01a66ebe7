"""States and facts of notices."""

from datetime import timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow

UNDO_WINDOW = timedelta(seconds=10)
"""How long after sending a notice can be taken back as if nothing had happened."""


SOONEST_PLAN = timedelta(minutes=5)
LATEST_PLAN = timedelta(days=366)
"""How near and how far away the moment may be at which a notice goes out by itself."""

FILE_OWNER = "notice"
"""Under which name the files of notices belong to them in the store of the kernel."""


class NoticeState(TextChoices):
    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Fact(IntegerChoices):
    """What a receipt says. Three separate facts, each recorded once per person and notice."""

    SEEN = 1, _("seen")
    ACKNOWLEDGED = 2, _("acknowledged")
    DONE = 3, _("done")


class Missing(IntegerChoices):
    """Which units a sender looks for: those not reached, that have not seen, acknowledged or done. Values as in `UnitSet`."""

    SEEN = Fact.SEEN.value, _("not seen")
    ACKNOWLEDGED = Fact.ACKNOWLEDGED.value, _("not acknowledged")
    DONE = Fact.DONE.value, _("not done")
    REACHED = 11, _("not reached")


class Show(TextChoices):
    """Which part of an inbox."""

    ALL = "all", _("All")
    UNREAD = "unread", _("Unread")
    ACKNOWLEDGE = "acknowledge", _("To acknowledge")
    DO = "do", _("To do")
    WAITING = "waiting", _("Waiting for me")


NOTICE_FLOW = Flow(
    "notice",
    {
        NoticeState.DRAFT: [NoticeState.SENT],
        NoticeState.SENT: [NoticeState.DRAFT, NoticeState.WITHDRAWN],
        NoticeState.WITHDRAWN: [],
    },
)

SEARCH_KIND = "notice"
"""Under which kind notices stand in the search of the kernel."""
