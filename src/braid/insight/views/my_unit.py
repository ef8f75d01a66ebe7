"""My unit: people, notices and record of one unit."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.insight import hooks
from braid.insight.enums import HEAD_WEEKS, RECORD_DAYS
from braid.insight.queries.branches import shown_children
from braid.insight.queries.record import days_of_weeks, record_of, totals_below
from braid.insight.queries.units import ancestors_of, can_look_below, own_unit_for, own_units, subtree_for
from braid.insight.rules import EDIT_HOME
from braid.kernel.access import may
from braid.people.decorators import PersonRequest, signed_in
from braid.units import snapshot
from braid.units.models import Unit


@require_safe
@signed_in
def my_unit_first(request: PersonRequest) -> HttpResponse:
    """Her own first unit; somebody who is in none is told how to get into one."""
    units = own_units(request.person, at=timezone.now())
    if units:
        return redirect("my_unit", units[0].code)
    return render(request, "insight/no_unit.html")


@require_safe
@signed_in
def my_unit(request: PersonRequest, code: str) -> HttpResponse:
    """The unit's panels, each cut by the gate; its record in numbers for those who may see its subtree."""
    at = timezone.now()
    unit = own_unit_for(request.person, code, at=at)
    may_look = can_look_below(request.person, unit)
    panels = [panel for source in hooks.unit_panels if (panel := source(request.person, unit, at))]
    context = {
        "unit": unit,
        "ancestors": ancestors_of(unit),
        "units": own_units(request.person, at=at),
        "panels": panels,
        "may_look": may_look,
        "may_edit_home": may(request.person, EDIT_HOME, unit.path),
        "record": [series for series in record_of(unit, on=timezone.localdate(at)) if series.total] if may_look else [],
        "at": at,
    }
    return render(request, "insight/my_unit.html", context)


@require_safe
@signed_in
def record(request: PersonRequest, code: str) -> HttpResponse:
    """The numbers of the last 30 days, or of the weeks of the head's page: all kinds, or one by day and by the units below."""
    on, weeks = timezone.localdate(), request.GET.get("weeks", "")
    unit = subtree_for(request.person, code, at=timezone.now())
    if weeks not in ("", str(HEAD_WEEKS)):
        raise Http404
    days = days_of_weeks(HEAD_WEEKS, on=on) if weeks else RECORD_DAYS
    record = record_of(unit, on=on, days=days)
    chosen = next((series for series in record if series.line.kind == request.GET.get("kind")), None)
    if "kind" in request.GET and chosen is None:
        raise Http404
    context = {
        "unit": unit,
        "ancestors": ancestors_of(unit),
        "record": [series for series in record if series.total is not None],
        "uncounted": [series for series in record if series.total is None],
        "chosen": chosen,
        "below": totals_below(unit, chosen.line.kind, _children(unit), on=on, days=days) if chosen else [],
        "weeks": weeks,
        "and_weeks": f"&weeks={weeks}" if weeks else "",
    }
    return render(request, "insight/record.html", context)


def _children(unit: Unit) -> list[Unit]:
    tree = snapshot.current()
    numbers = [int(tree.numbers[o]) for o in shown_children(tree, tree.span(unit.number)[0])]
    units = Unit.objects.in_bulk(numbers)
    return [units[number] for number in numbers]
