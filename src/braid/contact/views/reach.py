"""Whom a notice reached: by level, and unit by unit down the tree."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.contact.enums import Missing, NoticeState
from braid.contact.forms import level_choices
from braid.contact.models import Notice
from braid.contact.queries import (
    notice_for,
    people_seen,
    reach_by_level,
    reach_of,
    reach_of_children,
    reached_for,
    told_within,
    top_of_reach,
    units_missing,
)
from braid.contact.queries.calls import has_phone_list
from braid.contact.queries.reach import FEWEST
from braid.contact.rules import can_call_at, can_send_for
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit
from braid.units.paths import numbers_of


@require_safe
@signed_in
def notice_reach(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin at the highest unit of the notice that she may see."""
    notice = notice_for(request.person, pk, at=timezone.now())
    return redirect("notice_reach_unit", pk=pk, code=top_of_reach(request.person, notice))


@require_safe
@signed_in
def notice_reach_unit(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The counts below one unit: by level, for each unit right below it, and its own people by office."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    part = reached_for(request.person, notice, code, at=at)
    unit = part.unit
    (row,) = reach_of(notice, [part])
    names = dict(level_choices())
    words = {
        "notice": notice,
        "unit": unit,
        "above": above_in_reach(request, notice, unit),
        "row": row,
        "levels": [
            (names.get(line.level, str(line.level)), line.counts) for line in reach_by_level(notice, within=part)
        ],
        "told": told_within(notice, part),
        "children": reach_of_children(notice, part),
        "people": people_seen(notice, unit, on=timezone.localdate(at)) if row.own else [],
        "fewest": FEWEST,
        "missing": [(what, row.counts.lacking(what)) for what in _missing(notice)],
        "may_remind": notice.state == NoticeState.SENT and can_send_for(request.person, notice.unit_path),
        "may_call": bool(row.own) and can_call_at(request.person, unit.path) and has_phone_list(notice),
    }
    return render(request, "contact/reach.html", words)


@require_safe
@signed_in
def notice_missing(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The units that were not reached, or have not seen, acknowledged or done it."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    part = reached_for(request.person, notice, code, at=at)
    missing = _missing(notice)
    what = _what(request.GET.get("what", ""), missing)
    page = units_missing(notice, part, what, cursor=request.GET.get("cursor", ""))
    words = {
        "notice": notice,
        "unit": part.unit,
        "above": above_in_reach(request, notice, part.unit),
        "what": what,
        "missing": missing,
        "page": page,
        "rows": with_places(page.rows),
    }
    return render(request, "contact/missing.html", words)


def above_in_reach(request: PersonRequest, notice: Notice, unit: Unit) -> list[Unit]:
    """The units above `unit` whose part of the reach she may see too."""
    top = Unit.objects.get(code=top_of_reach(request.person, notice))
    return list(Unit.objects.ancestors(unit.path).filter(path__gte=top.path)) if unit.path.startswith(top.path) else []


def _missing(notice: Notice) -> list[Missing]:
    """What can be missing, given what the notice asks for."""
    asked = {Missing.ACKNOWLEDGED: notice.asks_acknowledgement, Missing.DONE: notice.asks_done}
    return [
        what for what in (Missing.REACHED, Missing.SEEN, Missing.ACKNOWLEDGED, Missing.DONE) if asked.get(what, True)
    ]


def _what(value: str, missing: list[Missing]) -> Missing:
    for what in missing:
        if what.name.lower() == (value or "seen"):
            return what
    raise Http404


def with_places(units: list[Unit]) -> list[tuple[Unit, list[Unit]]]:
    """Each unit with the units above it, nearest last, without the root. One query."""
    above = {number for unit in units for number in numbers_of(unit.path)[1:-1]}
    rows = Unit.objects.in_bulk(above)
    return [(unit, [rows[number] for number in numbers_of(unit.path)[1:-1]]) for unit in units]
