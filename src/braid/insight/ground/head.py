"""What the ground shows on the head's page: branches that are alive, offices that are vacant, questions that wait below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import NoticeState, QuestionState, SubmissionState
from braid.contact.models import NoticeQuestion, Submission
from braid.contact.rules import ANSWER_SUBMISSIONS, SEND_NOTICES
from braid.insight.enums import ALIVE_DAYS, Missing
from braid.insight.hooks import Below, HeadFigure, HeadGroup, HeadSeries, WaitingBelow
from braid.insight.queries.activity import last_days
from braid.insight.queries.branches import Branches
from braid.kernel.access import scope
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import DirectiveState
from braid.work.models import DirectiveQuestion
from braid.work.rules import SEND_DIRECTIVES


def alive(branches: Branches) -> Iterable[HeadFigure]:
    """How many of the branches right below had anything recorded lately; how far the latest notices were seen."""
    on = timezone.localdate(branches.at)
    days = last_days([row.unit for row in branches.children], on=on)
    table = reverse("subtree", args=[branches.unit.code])
    if branches.children:
        live = sum(day > on - timedelta(days=ALIVE_DAYS) for day in days.values())
        href = f"{table}?sort=activity"
        yield HeadFigure(HeadGroup.ALIVE, _("Branches with anything in 30 days"), live, href, len(branches.children))
    seen = branches.seen.share(branches.together.start, branches.together.end)
    if seen.of:
        yield HeadFigure(
            HeadGroup.ALIVE, _("Units that saw the latest notices"), seen.have, f"{table}#notices", seen.of
        )


def vacant(branches: Branches) -> Iterable[HeadFigure]:
    """Units without a head, and without a liaison officer."""
    for name, missing, label in (
        ("heads", Missing.HEAD, _("Units without a head")),
        ("liaisons", Missing.LIAISON, _("Units without a liaison officer")),
    ):
        share = branches.figures.share(name, branches.together.start, branches.together.end)
        href = reverse("subtree_without", args=[branches.unit.code, missing.value])
        yield HeadFigure(HeadGroup.VACANT, label, share.of - share.have if share.of else None, href, share.of)


def _questions(person: Person, unit: Unit) -> QuerySet[Any]:
    reach = scope(person, SEND_NOTICES).within(unit.path)
    rows = NoticeQuestion.objects.filter(reach.where("notice__unit_path"), state=QuestionState.WAITING)
    return rows.filter(notice__state=NoticeState.SENT).select_related("notice__unit")


def _question(row: NoticeQuestion) -> Below:
    said = row.notice.said
    return Below(
        said.title, reverse("notice_questions", args=[row.notice_id]), row.notice.unit, row.asked_at, said.language
    )


def _directive_questions(person: Person, unit: Unit) -> QuerySet[Any]:
    reach = scope(person, SEND_DIRECTIVES).within(unit.path)
    rows = DirectiveQuestion.objects.filter(reach.where("directive__unit_path"), state=QuestionState.WAITING)
    return rows.filter(directive__state=DirectiveState.SENT).select_related("directive__unit")


def _directive_question(row: DirectiveQuestion) -> Below:
    page = reverse("directive_questions", args=[row.directive_id])
    return Below(row.directive.title, page, row.directive.unit, row.asked_at)


def _submissions(person: Person, unit: Unit) -> QuerySet[Any]:
    reach = scope(person, ANSWER_SUBMISSIONS).within(unit.path)
    return Submission.objects.filter(reach.where(), state=SubmissionState.SENT).select_related("unit")


def _submission(row: Submission) -> Below:
    return Below(row.title, reverse("submission", args=[row.pk]), row.unit, row.sent_at)


WAITING = (
    WaitingBelow("questions", _("Questions about notices without an answer"), _questions, _question),
    WaitingBelow(
        "directive-questions",
        _("Questions about directives without an answer"),
        _directive_questions,
        _directive_question,
    ),
    WaitingBelow("stories", _("Submissions without an answer"), _submissions, _submission),
)

SERIES = (
    HeadSeries(_("Notices and answers"), Strand.CONTACT, ("notice.sent", "notice.answered", "submission.accepted")),
    HeadSeries(_("People joined"), Strand.CONTACT, ("person.joined", "office.taken")),
    HeadSeries(_("Reports and visits"), Strand.WORK, ("report.filed", "visit.logged")),
)
