"""Questions on notices: answered ones for all readers, waiting ones for those who answer, and her own."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404

from braid.contact.enums import NoticeState, QuestionState
from braid.contact.models import Notice, NoticeQuestion
from braid.contact.rules import SEND_NOTICES
from braid.kernel.access import scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person

from .notices import own_notice_for

MOST_SHOWN = 50
"""So many answered questions stand under a notice at most; more would be a sign to correct it."""


def questions_on(notice: Notice, person: Person | None) -> tuple[list[NoticeQuestion], list[NoticeQuestion]]:
    """The answered questions of `notice`, which all its readers see, and those of `person` that were not answered. One query."""
    mine = Q(asked_by=person) if person else Q(pk__in=())
    rows = notice.questions.filter(Q(state=QuestionState.ANSWERED) | mine).order_by("pk")[: 2 * MOST_SHOWN]
    answered = [row for row in rows if row.state == QuestionState.ANSWERED]
    return answered[:MOST_SHOWN], [row for row in rows if row.state != QuestionState.ANSWERED]


def questions_waiting(notice: Notice, *, cursor: str = "", size: int = 25) -> Page[NoticeQuestion]:
    """A page of the questions of `notice` that wait for an answer, oldest first."""
    return page_of(notice.questions.filter(state=QuestionState.WAITING), order=("pk",), cursor=cursor, size=size)


def questions_waiting_on(notice: Notice) -> int:
    """How many questions of `notice` wait. One query."""
    return notice.questions.filter(state=QuestionState.WAITING).count()


def question_for(person: Person, pk: int, *, at: datetime) -> NoticeQuestion:
    """The question numbered `pk` if `person` may send for its notice's unit; else `Http404`, and `NotAllowed` for its readers."""
    question = NoticeQuestion.objects.filter(pk=pk).first()
    if question is None:
        raise Http404
    question.notice = own_notice_for(person, question.notice_id, at=at)
    return question


def notices_with_questions(person: Person, *, most: int) -> list[tuple[Notice, int]]:
    """Notices `person` may send for that somebody asked about, newest first, with how many questions wait. Two queries."""
    within = scope(person, SEND_NOTICES).where("notice__unit_path")
    rows = NoticeQuestion.objects.filter(within, state=QuestionState.WAITING, notice__state=NoticeState.SENT)
    counts = rows.values_list("notice").annotate(waiting=Count("pk")).order_by("-notice")
    waiting: dict[int, int] = dict(counts[:most])
    notices = Notice.objects.select_related("unit").in_bulk(waiting)
    return [(notices[number], waiting[number]) for number in waiting]


def answered_for(person: Person, *, since: datetime, most: int) -> list[NoticeQuestion]:
    """The questions `person` asked that were answered or declined since then, newest first. One query."""
    rows = NoticeQuestion.objects.filter(asked_by=person, answered_at__gte=since).select_related("notice__unit")
    return list(rows.order_by("-pk")[:most])
