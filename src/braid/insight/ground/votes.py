"""What votes show: those that run and she has not voted in, those of a unit, and lines of the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from braid.contact.queries.votes import ballots_at, ballots_to_vote_in
from braid.contact.rules import can_run_votes_of
from braid.insight.hooks import Counted, Panel, Waiting
from braid.insight.queries.units import own_units
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.models import Unit

RECORD = (
    Counted("ballot.begun", gettext_lazy("Votes begun"), Strand.CONTACT),
    Counted("ballot.decided", gettext_lazy("Votes decided"), Strand.CONTACT),
    Counted("nomination.accepted", gettext_lazy("Nominations accepted"), Strand.CONTACT),
)


def waiting_votes(person: Person, at: datetime) -> Iterator[Waiting]:
    """Votes that run, until she has voted: whether she does is hers to know, and nobody is told."""
    for ballot in ballots_to_vote_in(person, on=timezone.localdate(at)):
        page, what = reverse("ballot", args=[ballot.pk]), pgettext("do it", "Vote")
        yield Waiting(ballot.title, page, what, Strand.CONTACT, str(ballot.unit), ballot.voting_until)


def votes_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """The latest votes of a body, for its people and for those who run them."""
    runs = can_run_votes_of(person, unit)
    if unit.kind == UnitKind.GROUP or not (runs or unit in own_units(person, at=at)):
        return None
    context = {"ballots": ballots_at(unit), "may_begin": runs, "code": unit.code}
    return Panel(_("Votes"), "insight/panels/votes.html", context, Strand.CONTACT)
