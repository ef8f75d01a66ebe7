"""Subtree: what is alive, late and waiting below a unit."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.contact.rules import can_see_receipts_at
from braid.insight.enums import Missing
from braid.insight.queries.branches import Branches, branches_of
from braid.insight.queries.icicle import Measure, icicle_of
from braid.insight.queries.missing import missing_in
from braid.insight.queries.table import table_of
from braid.insight.queries.units import ancestors_of, can_look_below, subtree_for
from braid.insight.sheet import sheet_answer
from braid.insight.words import MEASURES, MISSING_TITLES, STEPS
from braid.people.decorators import PersonRequest, signed_in


@require_safe
@signed_in
def subtree(request: PersonRequest, code: str) -> HttpResponse:
    """One line per child, sortable, and the walkable picture of how far something has arrived."""
    branches = _branches(request, code)
    sort, descending = request.GET.get("sort", ""), request.GET.get("down") == "1"
    shown = request.GET.get("show", "seen")
    ancestors = ancestors_of(branches.unit)
    parent = ancestors[-1] if ancestors and can_look_below(request.person, ancestors[-1]) else None
    context = {
        "unit": branches.unit,
        "ancestors": ancestors,
        "parent": parent,
        "table": table_of(branches, sort=sort, descending=descending),
        "sort": sort,
        "down": descending,
        "icicle": icicle_of(branches, _measure(branches, shown)) if branches.children else None,
        "measures": MEASURES,
        "steps": STEPS,
        "shown": shown,
        "notices": branches.seen.by_notice(branches.together.start, branches.together.end),
        "sees_receipts": can_see_receipts_at(request.person, branches.unit.path),
        "at": branches.at,
    }
    return render(request, "insight/subtree.html", context)


def _branches(request: PersonRequest, code: str) -> Branches:
    at = timezone.now()
    return branches_of(request.person, subtree_for(request.person, code, at=at), at=at)


def _measure(branches: Branches, shown: str) -> Measure:
    if shown == "seen":
        return branches.seen.share
    if shown not in MEASURES:
        raise Http404
    return lambda start, end: branches.figures.share(shown, start, end)


@require_safe
@signed_in
def subtree_sheet(request: PersonRequest, code: str, form: str) -> HttpResponseBase:
    """The same table as a CSV or XLSX file."""
    branches = _branches(request, code)
    table = table_of(branches, sort=request.GET.get("sort", ""), descending=request.GET.get("down") == "1")
    return sheet_answer(table, name=f"subtree-{branches.unit.number}", form=form)


@require_safe
@signed_in
def subtree_without(request: PersonRequest, code: str, missing: str) -> HttpResponse:
    """The units behind a number of vacancies."""
    unit = subtree_for(request.person, code, at=timezone.now())
    lacking = Missing(missing)
    page = missing_in(unit, lacking, at=timezone.now(), cursor=request.GET.get("cursor", ""))
    context = {"unit": unit, "ancestors": ancestors_of(unit), "title": MISSING_TITLES[lacking], "page": page}
    return render(request, "insight/without.html", context)
