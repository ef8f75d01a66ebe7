"""Offices, roles and how far a grant reaches."""

from datetime import time, timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow


class Office(IntegerChoices):
    """What somebody is in a unit. Numbers, so that sets of offices are bit masks (`1 << office`)."""

    HEAD = 1, _("head")
    DEPUTY = 2, _("deputy")
    COMMUNICATIONS = 3, _("communications officer")
    LIAISON = 4, _("liaison officer")
    COMMITTEE = 5, _("committee member")
    MEMBER = 6, _("member")


OFFICES_TO_FILL = (Office.HEAD, Office.LIAISON)
"""The offices every unit is asked to fill; a unit without one of them is told so."""


class CameBy(IntegerChoices):
    """How somebody came to an office. An acting holder stands in: the office is vacant all the same."""

    UNKNOWN = 0, _("not recorded")
    ELECTED = 1, _("elected at a congress")
    BY_ELECTION = 2, _("by-election")
    APPOINTED = 3, _("appointed")
    ACTING = 4, _("acting")


class SuccessionState(TextChoices):
    """How far a planned succession has come."""

    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("called off")
    REFUSED = "refused", _("refused")


SUCCESSION_FLOW = Flow(
    "succession",
    {
        SuccessionState.PLANNED: [SuccessionState.DONE, SuccessionState.CANCELLED, SuccessionState.REFUSED],
        SuccessionState.DONE: [],
        SuccessionState.CANCELLED: [],
        SuccessionState.REFUSED: [],
    },
)


class Role(TextChoices):
    """What a grant lets somebody do. Few, and each said in words on the roles page."""

    LEAD = "lead", _("leads")
    MANAGE = "manage", _("manages")
    PUBLISH = "publish", _("publishes")
    LIAISE = "liaise", _("answers for the unit")
    VIEW = "view", _("sees")
    OVERSEE = "oversee", _("hears complaints")


class Reach(TextChoices):
    """How far a grant reaches from its unit."""

    UNIT = "unit", _("this unit only")
    SUBTREE = "subtree", _("this unit and all below it")
    CASE = "case", _("one case only")


OFFICE_GRANTS: dict[int, tuple[Role, Reach]] = {
    Office.HEAD: (Role.LEAD, Reach.SUBTREE),
    Office.DEPUTY: (Role.MANAGE, Reach.SUBTREE),
    Office.COMMUNICATIONS: (Role.PUBLISH, Reach.SUBTREE),
    Office.LIAISON: (Role.LIAISE, Reach.UNIT),
    Office.COMMITTEE: (Role.VIEW, Reach.UNIT),
}
"""What an office carries by itself, for as long as it is held. A plain member's rights are over her own data only."""


API_PERMISSIONS = {
    "units.view": _("see units"),
    "people.view": _("see people"),
    "notices.read": _("read my notices"),
    "notices.answer": _("say that I have seen, acknowledged or done a notice"),
    "notices.send": _("write, send and withdraw notices"),
    "notices.receipts": _("see how many have seen a notice"),
    "surveys.results": _("see the counts of closed surveys"),
    "work.view": _("see what is asked of the unit, and what it answered"),
    "reports.file": _("fill in and file reports"),
}
"""What an access key can be given. Those about "my notices" need no office: they are about the person herself."""

LONGEST_TOKEN_DAYS = 366
MOST_TOKENS = 20


class RecoveryState(TextChoices):
    """Where the recovery of an account by two officers stands."""

    ASKED = "asked", _("a second officer must agree")
    WAITING = "waiting", _("agreed, waiting for a day")
    READY = "ready", _("the link can be given to her")
    DONE = "done", _("she has set a new password")
    STOPPED = "stopped", _("she stopped it")
    WITHDRAWN = "withdrawn", _("the officers took it back")
    LAPSED = "lapsed", _("too late, or an officer may no more")


OPEN_RECOVERY = (RecoveryState.ASKED, RecoveryState.WAITING, RecoveryState.READY)
_ENDS = (RecoveryState.STOPPED, RecoveryState.WITHDRAWN, RecoveryState.LAPSED)

RECOVERY_FLOW = Flow(
    "recovery",
    {
        RecoveryState.ASKED: (RecoveryState.WAITING, *_ENDS),
        RecoveryState.WAITING: (RecoveryState.READY, *_ENDS),
        RecoveryState.READY: (RecoveryState.DONE, *_ENDS),
        RecoveryState.DONE: (),
        **dict.fromkeys(_ENDS, ()),
    },
)

RECOVERY_DELAY = timedelta(hours=24)
"""How long she has to stop a recovery after the second officer agreed."""
RECOVERY_PATIENCE = timedelta(days=7)
"""How long a recovery waits for the second officer, and then for its link to be used."""
MOST_RECOVERIES = 3
"""How often within `RECOVERY_PATIENCE` a recovery of one account can be asked for: each one writes to her."""


class Pace(TextChoices):
    """How often somebody wants to be told."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")


QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""The quiet hours where no unit says otherwise, by the federation's clock."""
DAY_FROM, DAY_UNTIL = time(10), time(18)
"""Between these there are no quiet hours anywhere: whoever is in several units must be told at some time."""

MOST_CHANNELS = 20
"""Channels and devices one person can choose."""


class ErasureState(TextChoices):
    """How far the erasing of somebody's data has come."""

    ASKED = "asked", _("asked for")
    ERASING = "erasing", _("being erased")
    DONE = "done", _("erased")
    TAKEN_BACK = "taken_back", _("taken back")


OPEN_ERASURE = (ErasureState.ASKED, ErasureState.ERASING)

ERASURE_FLOW = Flow(
    "erasure",
    {
        ErasureState.ASKED: [ErasureState.ERASING, ErasureState.TAKEN_BACK],
        ErasureState.ERASING: [ErasureState.DONE],
        ErasureState.DONE: [],
        ErasureState.TAKEN_BACK: [],
    },
)

ERASURE_DELAY = timedelta(days=7)
"""How long she can take it back: somebody else with her telephone in hand must not undo years in a minute."""

CHILD_YEARS = 14
"""Below this age an account needs a guardian."""
