"""States and constants of votes and nominations."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow

MOST_CHOICES = 10
"""So many candidates each may tick at most, whatever a vote allows."""
MOST_CANDIDATES = 200
"""They stand on one page, because everybody sees all of them before she chooses."""
FEWEST_CANDIDATES = 2
MOST_NOMINATIONS = 5
"""So many one person nominates in one vote."""
LONGEST_VOTE = timedelta(days=60)
BEST_SCORE = 10
"""A member of the jury gives 1 to 10."""
FEWEST_TOLD = 10
"""A number of votes below it is not told for a level."""
SLOT = timedelta(minutes=10)
"""Votes from one network are counted together for so long, and then forgotten."""
BURST_FROM = 200
"""So many voters from one network within a slot are shown to moderators. A village behind one address stays below it."""
LATE_LINES = timedelta(minutes=2)
"""How long after a slot its votes may still come from the spool."""
OBJECTION = timedelta(days=30)
"""How long after the result votes can be counted again; then they are deleted, and the result stays."""


class BallotState(TextChoices):
    """Where a vote stands."""

    NOMINATING = "nominating", _("nominations are open")
    MODERATING = "moderating", _("nominations are looked through")
    VOTING = "voting", _("voting runs")
    COUNTING = "counting", _("voting is over")
    DECIDED = "decided", _("result is out")
    CANCELLED = "cancelled", pgettext_lazy("a vote", "called off")


BALLOT_FLOW = Flow(
    "vote",
    {
        BallotState.NOMINATING: [BallotState.MODERATING, BallotState.CANCELLED],
        BallotState.MODERATING: [BallotState.VOTING, BallotState.CANCELLED],
        BallotState.VOTING: [BallotState.COUNTING, BallotState.CANCELLED],
        BallotState.COUNTING: [BallotState.DECIDED, BallotState.CANCELLED],
        BallotState.DECIDED: [],
        BallotState.CANCELLED: [],
    },
)

BEFORE_VOTING = (BallotState.NOMINATING, BallotState.MODERATING)
"""While it is settled who stands."""
JURY_STATES = (BallotState.VOTING, BallotState.COUNTING)
"""While the jury gives its scores."""


class NominationState(TextChoices):
    """Where a nomination stands."""

    ASKED = "asked", _("she is asked whether she agrees")
    REFUSED = "refused", _("she does not want to stand")
    CONSENTED = "consented", _("she agrees; not looked at yet")
    ACCEPTED = "accepted", _("stands for the vote")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("she has taken her consent back")


NOMINATION_FLOW = Flow(
    "nomination",
    {
        NominationState.ASKED: [NominationState.CONSENTED, NominationState.REFUSED],
        NominationState.CONSENTED: [NominationState.ACCEPTED, NominationState.DECLINED, NominationState.WITHDRAWN],
        NominationState.ACCEPTED: [NominationState.DECLINED, NominationState.WITHDRAWN],
        NominationState.REFUSED: [],
        NominationState.DECLINED: [],
        NominationState.WITHDRAWN: [],
    },
)

WITH_CONSENT = (NominationState.CONSENTED, NominationState.ACCEPTED)
"""Those that may not stand without a record of her consent."""
