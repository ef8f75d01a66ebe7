"""Who stands in a vote: nominating, agreeing, being looked at; and what the jury says."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from braid.contact.enums import (
    BEFORE_VOTING,
    BEST_SCORE,
    JURY_STATES,
    MOST_CANDIDATES,
    MOST_NOMINATIONS,
    NOMINATION_FLOW,
    NominationState,
)
from braid.contact.models import Ballot, Juror, Nomination, Score
from braid.contact.rules import can_run_votes_of, takes_nominations
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person


@transaction.atomic
def nominate(ballot: Ballot, *, name: str, words: str, is_self: bool, by: Person, at: datetime) -> Nomination:
    """Put somebody forward in `ballot`: herself, who thereby agrees, or another, who is asked by the link of the nomination.

    The caller has let `by` into the ballot. Refused when nominations are over, without name and words, for a second
    nomination of herself, and beyond `MOST_NOMINATIONS`.
    """
    if not takes_nominations(ballot, at):
        raise WrongState(_("Nobody can be nominated any more."))
    if not name.strip() or not words.strip():
        raise BadInput(_("Say who it is, and why."), fields={"name": _("Write a name.")})
    before = list(Nomination.objects.filter(ballot=ballot, nominated_by=by).values_list("nominee", flat=True))
    if len(before) >= MOST_NOMINATIONS:
        raise WrongState(_("You have nominated %(most)s already. That is as many as one may.") % {"most": len(before)})
    if is_self and by.pk in before:
        raise WrongState(_("You have nominated yourself already."))
    consent = {"state": NominationState.CONSENTED, "nominee": by, "consented_at": at} if is_self else {}
    return Nomination.objects.create(
        ballot=ballot,
        name=name.strip(),
        words=words.strip(),
        nominated_by=by,
        nominated_at=at,
        consent_key=secrets.token_urlsafe(18),
        **consent,
    )


@transaction.atomic
def answer_consent(nomination: Nomination, *, agrees: bool, by: Person | None, at: datetime) -> Nomination:
    """What the nominated person says, who holds the link: she agrees, or does not. Refused once she has answered."""
    _require_before_voting(nomination)
    if agrees:
        NOMINATION_FLOW.move(nomination, NominationState.CONSENTED, consented_at=at, nominee=by)
    else:
        NOMINATION_FLOW.move(nomination, NominationState.REFUSED)
    return nomination


@transaction.atomic
def record_consent(nomination: Nomination, *, how: str, by: Actor, at: datetime) -> Nomination:
    """Record that the nominated person, who cannot use the link, has agreed, and how an officer knows.

    Refused without saying how, once she has answered, and when `by` may not run votes there.
    """
    require(can_run_votes_of(by, nomination.ballot.unit))
    _require_before_voting(nomination)
    if not how.strip():
        raise BadInput(_("Say how she agreed."), fields={"how": _("Say how she agreed.")})
    said = {"consent_how": how.strip(), "consent_recorded_by": by if isinstance(by, Person) else None}
    NOMINATION_FLOW.move(nomination, NominationState.CONSENTED, consented_at=at, **said)
    return nomination


@transaction.atomic
def take_consent_back(nomination: Nomination, *, at: datetime) -> Nomination:
    """What she may do who holds the link, at any time before the result: she stands no more, and nothing of hers is shown."""
    if nomination.ballot.decided_at:
        raise WrongState(_("The result is out. Ask your unit to take your name out of it."))
    NOMINATION_FLOW.move(nomination, NominationState.WITHDRAWN, answered_at=at)
    return nomination


@transaction.atomic
def answer_nomination(nomination: Nomination, *, accepts: bool, answer: str, by: Actor, at: datetime) -> Nomination:
    """Let somebody stand, or say why not. Refused before she has agreed, once voting runs, and when `by` may not run votes."""
    require(can_run_votes_of(by, nomination.ballot.unit))
    _require_before_voting(nomination)
    if not accepts and not answer.strip():
        raise BadInput(_("Say why not: she reads it."), fields={"answer": _("Write a reason.")})
    if accepts and _standing(nomination.ballot) >= MOST_CANDIDATES:
        raise WrongState(_("%(most)s stand already. More do not fit on one page.") % {"most": MOST_CANDIDATES})
    state = NominationState.ACCEPTED if accepts else NominationState.DECLINED
    said = {"answer": answer.strip(), "answered_at": at, "answered_by": by if isinstance(by, Person) else None}
    NOMINATION_FLOW.move(nomination, state, **said)
    if accepts:
        record(nomination.ballot.unit, Strand.CONTACT, "nomination.accepted", by=by, at=at)
    return nomination


@transaction.atomic
def call_juror(ballot: Ballot, person: Person, *, by: Actor) -> Juror:
    """Put `person` on the jury. Refused once the result is out, and when `by` may not run votes there."""
    require(can_run_votes_of(by, ballot.unit))
    _require_undecided(ballot)
    juror, _made = Juror.objects.get_or_create(ballot=ballot, person=person)
    return juror


@transaction.atomic
def dismiss_juror(juror: Juror, *, by: Actor) -> None:
    """Take somebody off the jury, with what she scored. Refused as in `call_juror`."""
    require(can_run_votes_of(by, juror.ballot.unit))
    _require_undecided(juror.ballot)
    juror.delete()


@transaction.atomic
def score_candidates(juror: Juror, scores: Mapping[int, int]) -> None:
    """Write what a member of the jury gives (1 to 10, by nomination); her earlier scores of these are replaced.

    Refused before voting begins, once the result is out, for somebody who does not stand, and beyond 1 to 10.
    """
    if juror.ballot.state not in JURY_STATES:
        raise WrongState(_("The jury gives its scores from the first day of voting until the result is out."))
    standing = set(juror.ballot.nominations.filter(state=NominationState.ACCEPTED).values_list("pk", flat=True))
    if not set(scores) <= standing or not all(1 <= score <= BEST_SCORE for score in scores.values()):
        raise BadInput(_("Give each candidate a number from 1 to 10."))
    rows = [Score(juror=juror, nomination_id=pk, score=score) for pk, score in scores.items()]
    unique = ["juror", "nomination"]
    Score.objects.bulk_create(rows, update_conflicts=True, update_fields=["score"], unique_fields=unique)


def _require_undecided(ballot: Ballot) -> None:
    if ballot.state not in (*BEFORE_VOTING, *JURY_STATES):
        raise WrongState(_("The result is out; the jury cannot be changed any more."))


def _require_before_voting(nomination: Nomination) -> None:
    if nomination.ballot.state not in BEFORE_VOTING:
        raise WrongState(_("Voting has begun; who stands is settled."))


def _standing(ballot: Ballot) -> int:
    return Nomination.objects.filter(ballot=ballot, state=NominationState.ACCEPTED).count()
