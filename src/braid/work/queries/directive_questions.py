"""Questions on directives: answered ones for all readers, waiting ones for those who answer, and those of her units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q

from braid.contact.enums import QuestionState
from braid.contact.queries.questions import MOST_SHOWN
from braid.kernel.access import scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveQuestion
from braid.work.rules import SEND_DIRECTIVES


def questions_on_directive(
    directive: Directive, units: Iterable[Unit]
) -> tuple[list[DirectiveQuestion], list[DirectiveQuestion]]:
    """The answered questions of `directive`, for all readers, and those of `units` that were not answered. One query."""
    hers = Q(unit__in=[unit.pk for unit in units])
    rows = directive.questions.filter(Q(state=QuestionState.ANSWERED) | hers).order_by("pk")[: 2 * MOST_SHOWN]
    answered = [row for row in rows if row.state == QuestionState.ANSWERED]
    return answered[:MOST_SHOWN], [row for row in rows if row.state != QuestionState.ANSWERED]


def directive_questions_waiting(directive: Directive, *, cursor: str = "", size: int = 25) -> Page[DirectiveQuestion]:
    """A page of the questions of `directive` that wait for an answer, oldest first."""
    rows = directive.questions.filter(state=QuestionState.WAITING).select_related("unit")
    return page_of(rows, order=("pk",), cursor=cursor, size=size)


def directive_questions_waiting_on(directive: Directive) -> int:
    """How many questions of `directive` wait. One query."""
    return directive.questions.filter(state=QuestionState.WAITING).count()


def directives_with_questions(person: Person, *, most: int) -> list[tuple[Directive, int]]:
    """Directives `person` may send for that somebody asked about, newest first, with how many questions wait. Two queries."""
    within = scope(person, SEND_DIRECTIVES).where("directive__unit_path")
    rows = DirectiveQuestion.objects.filter(within, state=QuestionState.WAITING, directive__state=DirectiveState.SENT)
    counts = rows.values_list("directive").annotate(waiting=Count("pk")).order_by("-directive")
    waiting: dict[int, int] = dict(counts[:most])
    found = Directive.objects.select_related("unit").in_bulk(waiting)
    return [(found[number], waiting[number]) for number in waiting]


def directive_answers_for(person: Person, *, since: datetime, most: int) -> list[DirectiveQuestion]:
    """The questions `person` asked that were answered or declined since then, newest first. One query."""
    rows = DirectiveQuestion.objects.filter(asked_by=person, answered_at__gte=since).select_related("directive__unit")
    return list(rows.order_by("-pk")[:most])
