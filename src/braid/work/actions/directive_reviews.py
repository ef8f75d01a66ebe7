"""Second readers of directives: asking for one, and what she says. Which units need one is said once, for notices too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import REVIEW_FLOW, ReviewState
from braid.contact.models import AudienceRule
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person
from braid.work.models import Directive, DirectiveReview
from braid.work.queries.directive_reviews import (
    can_review_directive,
    directive_review_of,
    is_directive_agreed,
    needs_second_reader,
    seal_of_directive,
)
from braid.work.queries.time_taken import minutes_of_thing
from braid.work.rules import can_send_directives_of

from .budgets import check_budget
from .directives import hold_directive_draft


@transaction.atomic
def ask_directive_review(
    directive: Directive, *, over_budget_why: str = "", by: Person, at: datetime
) -> DirectiveReview:
    """Ask for a second reader of a draft as it is now; what was said to it before no longer counts.

    Refused once it was sent, and when it puts units over their budget of time without a reason: the one kept before, or
    `over_budget_why`, which the second reader reads as well.
    """
    require(can_send_directives_of(by, directive.unit_path))
    hold_directive_draft(directive)
    why = over_budget_why.strip() or directive.over_budget_why
    minutes = minutes_of_thing(directive)
    check_budget(directive.audience.all(), sender=directive.unit, minutes=minutes, why=why, at=at)
    if why != directive.over_budget_why:
        Directive.objects.filter(pk=directive.pk).update(over_budget_why=why)
        directive.over_budget_why = why
    values = {"seal": seal_of_directive(directive), "asked_by": by, "asked_at": at}
    review = directive_review_of(directive)
    if review is None:
        return DirectiveReview.objects.create(directive=directive, **values)
    REVIEW_FLOW.move(review, ReviewState.ASKED, **values, read_by=None, read_at=None, why="")
    return review


@transaction.atomic
def agree_to_directive(directive: Directive, *, seal: str, by: Person, at: datetime) -> DirectiveReview:
    """Agree, as second reader, to a draft as it was shown under `seal`.

    Refused to its author and to whoever asked, when nobody asked, when it was changed since it was shown, and once it was sent.
    """
    review = _review(directive, by)
    if seal != review.seal or seal != seal_of_directive(directive):
        raise WrongState(_("It was changed since you read it. Read it again."))
    REVIEW_FLOW.move(review, ReviewState.AGREED, read_by=by, read_at=at, why="")
    return review


@transaction.atomic
def return_directive_draft(directive: Directive, *, why: str, by: Person, at: datetime) -> DirectiveReview:
    """Send a draft back, as second reader, for the reason `why`. Refused as in `agree_to_directive`, and without a reason."""
    review = _review(directive, by)
    if not why.strip():
        raise BadInput(_("Say what should be different."), fields={"why": _("Write a reason.")})
    REVIEW_FLOW.move(review, ReviewState.RETURNED, read_by=by, read_at=at, why=why.strip())
    return review


def check_directive_read(directive: Directive, rules: Sequence[AudienceRule], *, by: Actor) -> None:
    """Refused when `directive` needs a second reader and none agreed to it as it is now."""
    if needs_second_reader(directive, rules) and not is_directive_agreed(directive, by=by):
        raise WrongState(_("A second person has to read this directive and agree before it goes out."))


def check_reason_read(directive: Directive, rules: Sequence[AudienceRule], why: str) -> None:
    """Refused where a second reader is needed, and `why` it may take more time than their budget is not what she read."""
    if why != directive.over_budget_why and needs_second_reader(directive, rules):
        raise WrongState(_("The second reader has not read this reason. Ask again, with the reason."))


def check_directive_correctable(directive: Directive) -> None:
    """Refused where a second reader is needed: one alone would put other words under what two agreed to."""
    if needs_second_reader(directive, list(directive.audience.filter(passing=None).select_related("unit"))):
        raise WrongState(_("Directives like this one need a second reader. Withdraw it and send a new one."))


def _review(directive: Directive, by: Person) -> DirectiveReview:
    hold_directive_draft(directive)
    review = directive_review_of(directive)
    if review is None:
        raise WrongState(_("Nobody asked for a second reader."))
    require(can_review_directive(by, directive, review))
    return review
