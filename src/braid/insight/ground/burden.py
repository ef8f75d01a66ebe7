"""What the burden meter shows: a unit's minutes on its page; complaints that wait, and answers to them, on Today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from braid.insight.hooks import Cell, Column, Counted, Panel, Waiting
from braid.insight.queries.branches import Branches, Row
from braid.insight.words import of_n
from braid.kernel.access import may, scope
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.people.rules import GIVE_GRANTS
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.queries import root_unit
from braid.work.queries.budgets import budget_of, budgets_in
from braid.work.queries.burden import Span, asked_of, minutes_everywhere, month_of
from braid.work.queries.complaints import answers_unread_by, most_urgent_heard_by, unheard_count
from braid.work.rules import VIEW_WORK

MOST_WAITING = 20

RECORD = (
    Counted("complaint.made", gettext_lazy("Complaints heard here"), Strand.WORK),
    Counted("complaint.answered", gettext_lazy("Complaints answered"), Strand.WORK),
)


def waiting_complaints(person: Person, at: datetime) -> Iterator[Waiting]:
    """Complaints she hears, the one due first at the top; and answers to her own that she has not read."""
    today = timezone.localdate(at)
    for complaint in most_urgent_heard_by(person, most=MOST_WAITING):
        yield Waiting(
            title=str(complaint.thing),
            href=reverse("complaint", args=[complaint.pk]),
            what=_("Answer the complaint: it is late") if complaint.due_on < today else _("Answer the complaint"),
            strand=Strand.WORK,
            source=str(complaint.unit),
            due_on=complaint.due_on,
            since=complaint.said_at,
        )
    for complaint in answers_unread_by(person):
        yield Waiting(
            title=str(complaint.thing),
            href=reverse("complaint", args=[complaint.pk]),
            what=_("Your complaint was answered"),
            strand=Strand.WORK,
            source=str(complaint.unit),
            since=complaint.answered_at,
        )


def complaints_nobody_hears(person: Person, at: datetime) -> Iterator[Waiting]:
    """For who leads the whole: complaints wait and nobody is named who may hear them. She learns no more than how many."""
    if not any(len(top) == STEP for top in scope(person, GIVE_GRANTS).subtrees):  # she does not lead the root
        return
    number, root = unheard_count(at=at), root_unit()
    if root and number:
        yield Waiting(
            title=ngettext("%(n)d complaint waits", "%(n)d complaints wait", number) % {"n": number},
            href=reverse("grants", args=[root.code]),
            what=_("Name somebody who hears complaints"),
            strand=Strand.WORK,
            source=str(root),
        )


def _over_budget(branches: Branches) -> Sequence[Cell]:
    """How many units were asked more than their budget of time this month; the link leads to them. At most eleven queries."""
    if not scope(branches.person, VIEW_WORK).covers_below(branches.unit.path):
        return [Cell(None)] * len(branches.rows)
    tree = branches.tree
    shown = tree.bodies
    over = shown & (minutes_everywhere(Span.of(month_of(branches.at))) > budgets_in(tree))
    return [
        _over_cell(row, int(over[row.start : row.end].sum()), int(shown[row.start : row.end].sum()))
        for row in branches.rows
    ]


def _over_cell(row: Row, over: int, of: int) -> Cell:
    is_alone = row.end == row.start + 1
    href = reverse("burden_unit" if is_alone else "burden_over", args=[row.unit.code])
    return Cell(over, href=href if over else "", note=of_n(of)) if of else Cell(None)


COLUMNS = (
    Column(
        "burden",
        gettext_lazy("Over their time"),
        _over_budget,
        gettext_lazy("Units that were asked more minutes this month than their budget of time allows."),
        is_ranked=False,
    ),
)


def burden_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """What was asked of the unit this month, against its budget."""
    if not may(person, VIEW_WORK, unit.path):
        return None
    minutes = sum(each.thing.minutes for each in asked_of(unit, Span.of(month_of(at))))
    context = {"minutes": minutes, "budget": budget_of(unit), "code": unit.code}
    return Panel(_("Burden meter"), "insight/panels/burden.html", context, Strand.WORK)
