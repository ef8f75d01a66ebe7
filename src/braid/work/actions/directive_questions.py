"""Asking about a directive, and answering once for all the units it asks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import MOST_OPEN_QUESTIONS, QUESTION_FLOW, QuestionState
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.models import Directive, DirectiveQuestion
from braid.work.queries.directives import is_asked
from braid.work.rules import can_handle_at, can_send_directives_of

from .handlings import check_takes_work


@transaction.atomic
def ask_about_directive(directive: Directive, unit: Unit, text: str, *, by: Person, at: datetime) -> DirectiveQuestion:
    """Ask about a directive for `unit`; those who send for its unit read it, and of which unit it is.

    Refused when `by` may not handle directives for the unit, when it is not asked, when the directive is over, without words,
    and while `MOST_OPEN_QUESTIONS` of the unit wait.
    """
    require(can_handle_at(by, unit.path))
    check_takes_work(directive, at=at)
    if not is_asked(directive, unit):
        raise WrongState(_("This unit is not asked to do this."))
    words = _words(text, "text", _("Write your question."))
    waiting = DirectiveQuestion.objects.filter(directive=directive, unit=unit, state=QuestionState.WAITING)
    if waiting.count() >= MOST_OPEN_QUESTIONS:
        raise WrongState(_("Three questions of your unit wait already. Wait for an answer to them."))
    return DirectiveQuestion.objects.create(directive=directive, unit=unit, asked_by=by, text=words, asked_at=at)


@transaction.atomic
def answer_about_directive(
    question: DirectiveQuestion, *, text: str, answer: str, by: Actor, at: datetime
) -> DirectiveQuestion:
    """Answer a question for all readers; `text` is the question as they read it, which may say it better than she did.

    Refused when `by` may not send for the directive's unit, without words, and when it was answered or declined already.
    """
    require(can_send_directives_of(by, question.directive.unit_path))
    _answer(
        question,
        QuestionState.ANSWERED,
        text=_words(text, "text", _("Write the question as readers see it.")),
        answer=_words(answer, "answer", _("Write an answer.")),
        by=by,
        at=at,
    )
    record(question.directive.unit, Strand.WORK, "directive.answered", by=by, at=at)
    return question


@transaction.atomic
def decline_about_directive(question: DirectiveQuestion, *, why: str, by: Actor, at: datetime) -> DirectiveQuestion:
    """Do not answer a question, for the reason `why`, which its unit reads and nobody else. Refused as answering is."""
    require(can_send_directives_of(by, question.directive.unit_path))
    _answer(question, QuestionState.DECLINED, answer=_words(why, "why", _("Write a reason.")), by=by, at=at)
    return question


def _answer(question: DirectiveQuestion, state: QuestionState, *, by: Actor, at: datetime, **values: str) -> None:
    answered_by = by if isinstance(by, Person) else None
    QUESTION_FLOW.move(question, state, answered_at=at, answered_by=answered_by, **values)


def _words(text: str, field: str, missing: object) -> str:
    if not text.strip():
        raise BadInput(missing, fields={field: missing})
    return text.strip()
