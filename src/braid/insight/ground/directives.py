"""What directives show: those that wait, what is to be judged, who is late, a unit's panel, the search, lines of the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from braid.contact.enums import QuestionState
from braid.insight.hooks import Answers, Counted, Found, Panel, Waiting
from braid.insight.queries.search import MOST_ROWS
from braid.insight.words import said_by_reader
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import DirectiveState
from braid.work.models import Directive
from braid.work.queries.directive_inbox import Asked, find_directives_of, given_to, open_directives_of
from braid.work.queries.directive_questions import directive_answers_for, directives_with_questions
from braid.work.queries.directive_reviews import directive_reviews_answered_for, directive_reviews_waiting_for
from braid.work.queries.directives import anchors_of
from braid.work.queries.handlings import directives_to_judge
from braid.work.queries.late import late_below_for
from braid.work.rules import can_handle_at, can_send_directives_of, can_view_work_at

MOST_WAITING = 50
MOST_LINES = 10
MOST_LATEST = 5
TOLD_FOR = timedelta(days=3)
"""So long Today says that a question was answered."""

RECORD = (
    Counted("directive.sent", gettext_lazy("Directives sent"), Strand.WORK),
    Counted("directive.passed", gettext_lazy("Directives passed on"), Strand.WORK),
    Counted("directive.reported", gettext_lazy("Directives reported as done"), Strand.WORK),
    Counted("directive.returned", gettext_lazy("Directives returned"), Strand.WORK),
    Counted("directive.approved", gettext_lazy("Reports on directives that were approved"), Strand.WORK),
    Counted("directive.sentback", gettext_lazy("Reports on directives that were sent back"), Strand.WORK),
    Counted("directive.corrected", gettext_lazy("Directives corrected"), Strand.WORK),
    Counted("directive.answered", gettext_lazy("Questions about directives answered"), Strand.WORK),
    Counted("directive.closed", gettext_lazy("Directives closed"), Strand.WORK),
    Counted("directive.withdrawn", gettext_lazy("Directives withdrawn"), Strand.WORK),
)


def waiting_directives(person: Person, at: datetime) -> Iterator[Waiting]:
    """What her units still have to do, unless it was given to somebody else; and what was given to her."""
    units = [unit for unit in anchors_of(person) if can_handle_at(person, unit.path)]
    shown: set[tuple[int, int]] = set()
    for asked in open_directives_of(units, at=at)[:MOST_WAITING]:
        assigned = asked.handling.assigned_to_id if asked.handling else None
        if asked.waits and assigned in (None, person.pk):
            shown.add((asked.directive.pk, asked.unit.pk))
            yield _asked(asked)
    for asked in given_to(person, at=at, most=MOST_WAITING):
        if (asked.directive.pk, asked.unit.pk) not in shown:
            page = reverse("directive_at", args=[asked.directive.pk, asked.unit.code])
            yield replace(_of(asked.directive, page, _("Do and report"), source=str(asked.unit)), due_on=asked.due_on)


def directive_reports_to_judge(person: Person, at: datetime) -> Iterator[Waiting]:
    """Directives with reports that wait for her."""
    for directive, unit in directives_to_judge(person, most=MOST_LINES):
        page = reverse("directive_units", args=[directive.pk, unit.code]) + "?what=reported"
        yield _of(directive, page, _("Look at reports and approve them"), source=str(unit))


def late_units(person: Person, at: datetime) -> Iterator[Waiting]:
    """One line for each directive of which units right below hers are late."""
    for escalation, count in late_below_for(person, on=timezone.localdate(at), most=MOST_LINES):
        what = ngettext("%(count)d of your units is late", "%(count)d of your units are late", count) % {"count": count}
        page = reverse("directive_status_unit", args=[escalation.directive_id, escalation.unit.code])
        yield _of(escalation.directive, page, what, source=str(escalation.unit))


def waiting_of_directive_sender(person: Person, at: datetime) -> Iterator[Waiting]:
    """Directives somebody asked about, drafts that wait for a second reader such as her, hers that one has read, and hers to be
    asked for again."""
    for directive, number in directives_with_questions(person, most=MOST_LINES):
        what = ngettext("Answer %(n)s question", "Answer %(n)s questions", number) % {"n": number}
        yield _of(directive, reverse("directive_questions", args=[directive.pk]), what)
    for review in directive_reviews_waiting_for(person, most=MOST_LINES):
        page = reverse("directive_review", args=[review.directive_id])
        yield _of(review.directive, page, _("Read as second reader"))
    for read, is_changed in directive_reviews_answered_for(person, most=MOST_LINES):
        page = reverse("directive_send", args=[read.directive_id])
        yield _of(read.directive, page, said_by_reader(read.state, is_changed=is_changed))


def directive_answers_to_her(person: Person, at: datetime) -> Iterator[Waiting]:
    """Questions of hers that were answered or declined in the last days."""
    for question in directive_answers_for(person, since=at - TOLD_FOR, most=MOST_LATEST):
        is_answered = question.state == QuestionState.ANSWERED
        what = _("Your question was answered") if is_answered else _("Your question was not answered")
        yield _of(question.directive, reverse("directive", args=[question.directive_id]), what)


def _asked(asked: Asked) -> Waiting:
    is_back = asked.handling is not None and asked.handling.sent_back_why
    page = reverse("directive_at", args=[asked.directive.pk, asked.unit.code])
    text = asked.directive.said
    return Waiting(
        title=text.title,
        href=page,
        what=_("Sent back: look again") if is_back else _("Do and report"),
        strand=Strand.WORK,
        source=str(asked.directive.unit),
        due_on=asked.due_on,
        since=asked.directive.sent_at,
        language=text.language,
    )


def _of(directive: Directive, href: str, what: str, *, source: str = "") -> Waiting:
    text = directive.said
    return Waiting(
        title=text.title,
        href=href,
        what=what,
        strand=Strand.WORK,
        source=source or str(directive.unit),
        due_on=directive.due_on,
        since=directive.sent_at,
        language=text.language,
    )


def directives_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """What the unit is asked and has to do, and the latest it sent, for those who see its work."""
    if not can_view_work_at(person, unit.path):
        return None
    asked = [each for each in open_directives_of([unit], at=at) if each.waits]
    sent = Directive.objects.filter(unit=unit, sent_at__lte=at).exclude(state=DirectiveState.DRAFT)
    context = {
        "asked": asked[:MOST_LATEST],
        "waiting": len(asked),
        "sent": list(sent.order_by("-sent_at", "-pk")[:MOST_LATEST]),
        "may_send": can_send_directives_of(person, unit.path),
    }
    return Panel(_("Directives"), "insight/panels/directives.html", context, Strand.WORK)


def find_directives(person: Person, text: str, at: datetime) -> Answers:
    """Directives that ask or asked her units with these words in them."""
    rows = [
        Found(said.title, reverse("directive", args=[found.pk]), str(found.unit), said.language)
        for found in find_directives_of(anchors_of(person), text, at=at, most=MOST_ROWS)
        for said in [found.said]
    ]
    return Answers(_("Directives"), rows)
