"""Second readers: asking that there be one, asking her, and what she says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import REVIEW_FLOW, ReviewState
from braid.contact.models import Audience, Notice, Review, ReviewRule
from braid.contact.queries.reviews import can_review, is_agreed, needs_second_reader, review_of, seal_of
from braid.contact.rules import can_send_for, can_set_review_rule
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit

from .drafts import hold_draft, keep_reason, reason_of


@transaction.atomic
def set_review_rule(unit: Unit, above: int | None, *, by: Actor, at: datetime) -> None:
    """Ask that notices of `unit` and below to more than `above` units have a second reader; None asks for none (any more).

    Refused when `by` does not lead the unit. What units above it ask for stays.
    """
    require(can_set_review_rule(by, unit))
    if above is None:
        ReviewRule.objects.filter(unit=unit).delete()
    else:
        ReviewRule.objects.update_or_create(unit=unit, defaults={"above": above})
    record(unit, Strand.CONTACT, "unit.reviewrule", by=by, at=at)


@transaction.atomic
def ask_review(notice: Notice, *, over_budget_why: str = "", by: Person, at: datetime) -> Review:
    """Ask for a second reader of a draft as it is now; what was said to it before no longer counts.

    Refused once it was sent, and when it puts units over their budget of time without a reason: the one kept before, or
    `over_budget_why`, which the second reader reads as well.
    """
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    keep_reason(notice, reason_of(notice, over_budget_why, at=at))
    values = {"seal": seal_of(notice), "asked_by": by, "asked_at": at}
    review = review_of(notice)
    if review is None:
        return Review.objects.create(notice=notice, **values)
    REVIEW_FLOW.move(review, ReviewState.ASKED, **values, read_by=None, read_at=None, why="")
    return review


@transaction.atomic
def agree_to(notice: Notice, *, seal: str, by: Person, at: datetime) -> Review:
    """Agree, as second reader, to a draft as it was shown under `seal`.

    Refused to its author and to whoever asked, when nobody asked, when it was changed since it was shown, and once it was sent.
    """
    review = _review(notice, by)
    if seal != review.seal or seal != seal_of(notice):
        raise WrongState(_("It was changed since you read it. Read it again."))
    REVIEW_FLOW.move(review, ReviewState.AGREED, read_by=by, read_at=at, why="")
    return review


@transaction.atomic
def send_back(notice: Notice, *, why: str, by: Person, at: datetime) -> Review:
    """Send a draft back, as second reader, for the reason `why`. Refused as in `agree_to`, and without a reason."""
    review = _review(notice, by)
    if not why.strip():
        raise BadInput(_("Say what should be different."), fields={"why": _("Write a reason.")})
    REVIEW_FLOW.move(review, ReviewState.RETURNED, read_by=by, read_at=at, why=why.strip())
    return review


def check_second_reader(notice: Notice, rules: Sequence[Audience], *, by: Actor) -> None:
    """Refused when `notice` needs a second reader and none agreed to it as it is now."""
    if needs_second_reader(notice, rules) and not is_agreed(notice, by=by):
        raise WrongState(_("A second person has to read this notice and agree before it goes out."))


def check_reason_read(notice: Notice, rules: Sequence[Audience], why: str) -> None:
    """Refused where a second reader is needed, and `why` it may take more time than their budget is not what she read."""
    if why.strip() not in ("", notice.over_budget_why) and needs_second_reader(notice, rules):
        raise WrongState(_("The second reader has not read this reason. Ask again, with the reason."))


def check_correctable(notice: Notice) -> None:
    """Refused where a second reader is needed: one alone would put other words under what two agreed to."""
    if needs_second_reader(notice, list(notice.audience.select_related("unit").defer("numbers"))):
        raise WrongState(_("Notices like this one need a second reader. Withdraw it and send a new one."))


def _review(notice: Notice, by: Person) -> Review:
    hold_draft(notice)
    review = review_of(notice)
    if review is None:
        raise WrongState(_("Nobody asked for a second reader."))
    require(can_review(by, notice, review))
    return review
