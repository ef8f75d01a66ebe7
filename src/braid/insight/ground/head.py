"""What the ground shows on the head's page: branches that are alive, offices that are vacant, what waits for somebody below."""

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
from braid.work.queries.approvals import approvals_waiting_for
from braid.work.queries.overdue import overdue_directives, overdue_reports
from braid.work.rules import VIEW_WORK, can_approve_at


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


def late(branches: Branches) -> Iterable[HeadFigure]:
    """Units below that have not answered directives and forms whose day is past, for those who see their work."""
    unit = branches.unit
    if not branches.children or not scope(branches.person, VIEW_WORK).covers_below(unit.path):
        return
    on = timezone.localdate(branches.at)
    directives, reports = overdue_directives(unit, on=on), overdue_reports(unit, on=on)
    if directives.things:
        (first, *more) = directives.things
        href = reverse("directives") if more else reverse("directive_status_unit", args=[first.pk, unit.code])
        yield HeadFigure(HeadGroup.LATE, _("Units late with a directive"), directives.units, href)
    if reports.things:
        (first, *more) = reports.things
        href = reverse("rollups") if more else reverse("rollup_missing", args=[first.pk, unit.code])
        yield HeadFigure(HeadGroup.LATE, _("Reports past due"), reports.units, href)


def approvals(branches: Branches) -> Iterable[HeadFigure]:
    """Reports right below that wait for the approval of this unit."""
    if not can_approve_at(branches.person, branches.unit):
        return
    waiting = approvals_waiting_for([branches.unit])
    number = sum(one.reports or one.parts for one in waiting)
    if waiting:
        (first, *more) = waiting
        href = reverse("rollups") if more else reverse("approval", args=[first.period.pk, branches.unit.code])
        yield HeadFigure(HeadGroup.WAITING, _("Reports and parts to approve"), number, href)


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


def _submissions(person: Person, unit: Unit) -> QuerySet[Any]:
    reach = scope(person, ANSWER_SUBMISSIONS).within(unit.path)
    return Submission.objects.filter(reach.where(), state=SubmissionState.SENT).select_related("unit")


def _submission(row: Submission) -> Below:
    return Below(row.title, reverse("submission", args=[row.pk]), row.unit, row.sent_at)


WAITING = (
    WaitingBelow("questions", _("Questions without an answer"), _questions, _question),
    WaitingBelow("stories", _("Submissions without an answer"), _submissions, _submission),
)

SERIES = (
    HeadSeries(_("Notices and answers"), Strand.CONTACT, ("notice.sent", "notice.answered", "submission.accepted")),
    HeadSeries(_("People joined"), Strand.CONTACT, ("person.joined", "office.taken")),
    HeadSeries(_("Reports and visits"), Strand.WORK, ("report.filed", "visit.logged")),
)
