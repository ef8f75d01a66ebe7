"""Asking about a notice, and answering once for all its readers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import MOST_OPEN_QUESTIONS, QUESTION_FLOW, NoticeState, QuestionState
from braid.contact.models import Notice, NoticeQuestion
from braid.contact.queries.seats import units_addressed
from braid.contact.rules import can_send_for, is_out
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person


@transaction.atomic
def ask_question(notice: Notice, text: str, *, by: Person, at: datetime) -> NoticeQuestion:
    """Ask about a notice; those who send for its unit read it, not who asked.

    Refused when the notice does not address `by`, is not out or was withdrawn, without words, and while
    `MOST_OPEN_QUESTIONS` of hers on it wait.
    """
    require(bool(units_addressed(by, notice, at=at)))
    if notice.state != NoticeState.SENT or not is_out(notice, at):
        raise WrongState(_("Only a notice that has gone out and was not withdrawn can be asked about."))
    words = _words(text, "text", _("Write your question."))
    waiting = NoticeQuestion.objects.filter(notice=notice, asked_by=by, state=QuestionState.WAITING)
    if waiting.count() >= MOST_OPEN_QUESTIONS:
        raise WrongState(_("Three questions of yours wait already. Wait for an answer to them."))
    return NoticeQuestion.objects.create(notice=notice, asked_by=by, text=words, asked_at=at)


@transaction.atomic
def answer_question(question: NoticeQuestion, *, text: str, answer: str, by: Actor, at: datetime) -> NoticeQuestion:
    """Answer a question for all readers; `text` is the question as they read it, which may say it better than she did.

    Refused when `by` may not send for the notice's unit, without words, and when it was answered or declined already.
    """
    require(can_send_for(by, question.notice.unit_path))
    _answer(
        question,
        QuestionState.ANSWERED,
        text=_words(text, "text", _("Write the question as readers see it.")),
        answer=_words(answer, "answer", _("Write an answer.")),
        by=by,
        at=at,
    )
    record(question.notice.unit, Strand.CONTACT, "notice.answered", by=by, at=at)
    return question


@transaction.atomic
def decline_question(question: NoticeQuestion, *, why: str, by: Actor, at: datetime) -> NoticeQuestion:
    """Do not answer a question, for the reason `why`, which she who asked reads and nobody else. Refused as answering is."""
    require(can_send_for(by, question.notice.unit_path))
    _answer(question, QuestionState.DECLINED, answer=_words(why, "why", _("Write a reason.")), by=by, at=at)
    return question


def _answer(question: NoticeQuestion, state: QuestionState, *, by: Actor, at: datetime, **values: str) -> None:
    answered_by = by if isinstance(by, Person) else None
    QUESTION_FLOW.move(question, state, answered_at=at, answered_by=answered_by, **values)


def _words(text: str, field: str, missing: object) -> str:
    if not text.strip():
        raise BadInput(missing, fields={field: missing})
    return text.strip()
