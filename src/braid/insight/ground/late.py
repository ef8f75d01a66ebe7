"""What is late below a unit, and waits for its approval, on the head's page: the numbers, and the things behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from braid.insight.hooks import Below, HeadFigure, HeadGroup, RowsBehind
from braid.insight.queries.branches import Branches
from braid.kernel.access import scope
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.models import Directive, Period
from braid.work.queries.approvals import approvals_waiting_for, periods_waiting_for, waiting_in
from braid.work.queries.overdue import (
    directives_late_below,
    late_by_directive,
    late_by_period,
    overdue_directives,
    overdue_reports,
    periods_late_below,
)
from braid.work.rules import VIEW_WORK, can_approve_at

from .approvals import what_waits

DIRECTIVES = gettext_lazy("Answers to directives past due")
REPORTS = gettext_lazy("Reports past due")
APPROVALS = gettext_lazy("Reports and parts to approve")


def late(branches: Branches) -> Iterable[HeadFigure]:
    """Answers to directives, and reports, whose day is past and that units below owe, for those who see their work."""
    unit = branches.unit
    if not branches.children or not _sees_work(branches.person, unit):
        return
    on = timezone.localdate(branches.at)
    directives, reports = overdue_directives(unit, on=on), overdue_reports(unit, on=on)
    if directives.things:
        href = _href("directives", unit, "directive_status_unit", directives.only)
        yield HeadFigure(HeadGroup.LATE, DIRECTIVES, directives.answers, href)
    if reports.things:
        href = _href("reports", unit, "rollup_missing", reports.only)
        yield HeadFigure(HeadGroup.LATE, REPORTS, reports.answers, href)


def approvals(branches: Branches) -> Iterable[HeadFigure]:
    """Reports right below that wait for the approval of this unit."""
    if not can_approve_at(branches.person, branches.unit):
        return
    waiting = approvals_waiting_for([branches.unit])
    if waiting:
        number = sum(one.reports or one.parts for one in waiting)
        href = _href("approvals", branches.unit, "approval", waiting[0].period.pk if len(waiting) == 1 else None)
        yield HeadFigure(HeadGroup.WAITING, APPROVALS, number, href)


def _sees_work(person: Person, unit: Unit) -> bool:
    return scope(person, VIEW_WORK).covers_below(unit.path)


def _href(name: str, unit: Unit, page: str, only: int | None) -> str:
    """Where a number leads: to the `page` of the only thing behind it, else to the list of them."""
    return reverse("head_behind", args=[unit.code, name]) if only is None else reverse(page, args=[only, unit.code])


def _directives(person: Person, unit: Unit, on: date) -> QuerySet[Directive]:
    if not _sees_work(person, unit):
        raise Http404
    return directives_late_below(unit, on=on)


def _late_directives(rows: Sequence[Directive], unit: Unit, on: date) -> list[Below]:
    late = late_by_directive(rows, unit, on=on)
    return [
        Below(
            one.title,
            reverse("directive_status_unit", args=[one.pk, unit.code]),
            one.unit,
            None,
            due_on=one.due_on,
            what=_how_late(number),
        )
        for one, number in late.items()
    ]


def _periods(person: Person, unit: Unit, on: date) -> QuerySet[Period]:
    if not _sees_work(person, unit):
        raise Http404
    return periods_late_below(unit, on=on)


def _late_periods(rows: Sequence[Period], unit: Unit, on: date) -> list[Below]:
    late = late_by_period(rows, unit, on=on)
    return [_of_period(one, "rollup_missing", unit, _how_late(number)) for one, number in late.items()]


def _periods_to_approve(person: Person, unit: Unit, on: date) -> QuerySet[Period]:
    if not can_approve_at(person, unit):
        raise Http404
    return periods_waiting_for(unit)


def _waiting_periods(rows: Sequence[Period], unit: Unit, on: date) -> list[Below]:
    return [_of_period(one.period, "approval", unit, what_waits(one)) for one in waiting_in(rows, unit)]


def _of_period(period: Period, page: str, unit: Unit, what: str) -> Below:
    said = period.form.said_title
    href = reverse(page, args=[period.pk, unit.code])
    return Below(said.text, href, period.unit, None, said.language, period.due_on, what)


def _how_late(number: int | None) -> str:
    if number is None:
        return _("Too many units have an earlier day to count who is late")
    return ngettext("%(n)d unit is late", "%(n)d units are late", number) % {"n": number}


BEHIND = (
    RowsBehind("directives", DIRECTIVES, _directives, _late_directives),
    RowsBehind("reports", REPORTS, _periods, _late_periods),
    RowsBehind("approvals", APPROVALS, _periods_to_approve, _waiting_periods),
)
