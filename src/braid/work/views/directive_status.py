"""How far units have come with a directive: by level, for each unit right below, and the units behind each number."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from braid.contact.forms import level_choices
from braid.contact.views.reach import with_places
from braid.kernel.access import scope
from braid.kernel.downloads import FORMS, table_answer
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit
from braid.work.enums import HandlingState
from braid.work.models import Handling
from braid.work.queries.directives import directive_for
from braid.work.queries.handlings import (
    ALL,
    LATE,
    NOT_OPENED,
    SHOWN,
    Behind,
    Counts,
    status_below,
    status_rows,
    status_unit_for,
    top_of_status,
    units_behind,
)
from braid.work.rules import VIEW_WORK

WORDS = {
    NOT_OPENED: gettext_lazy("not opened"),
    **{state.value: state.label for state in HandlingState},
    LATE: gettext_lazy("late"),
    ALL: pgettext_lazy("units", "asked"),
}
"""What each number counts."""


@require_safe
@signed_in
def directive_status(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin at the highest unit of the directive that she may see."""
    found = directive_for(request.person, pk, at=timezone.now())
    return redirect("directive_status_unit", pk=pk, code=top_of_status(request.person, found).code)


@require_safe
@signed_in
def directive_status_unit(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The counts below one unit: together, by level, and for each unit right below it."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    unit = status_unit_for(request.person, found, code)
    status = status_below(found, unit, on=timezone.localdate(at))
    names = dict(level_choices())
    words = {
        "directive": found,
        "unit": unit,
        "above": _above(request, unit),
        "whole": [(what, WORDS[what], status.whole.of(what)) for what in SHOWN],
        "heads": [(what, WORDS[what]) for what in SHOWN],
        "levels": [(level, names.get(level, str(level)), _cells(counts)) for level, counts in status.by_level],
        "children": [(row, _cells(row.counts)) for row in status.children],
        "is_late_known": status.is_late_known,
    }
    return render(request, "work/directive_status.html", words)


@require_safe
@signed_in
def directive_status_file(request: PersonRequest, pk: int, code: str) -> HttpResponseBase:
    """The same as a file: together, each level, each unit right below."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    unit = status_unit_for(request.person, found, code)
    form = request.GET.get("form", "csv")
    names = {level: str(name) for level, name in level_choices()}
    header = [_("Unit or level"), _("Code"), *(str(WORDS[what]) for what in SHOWN)]
    rows = status_rows(status_below(found, unit, on=timezone.localdate(at)), names)
    return table_answer(header, rows, name=f"directive-{pk}-{code}", form=form if form in FORMS else "csv")


@require_safe
@signed_in
def directive_units(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The units behind one number."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    unit = status_unit_for(request.person, found, code)
    what = request.GET.get("what", ALL)
    behind = Behind(
        unit, what, has_itself=request.GET.get("with") == "itself", level=_level(request.GET.get("level", ""))
    )
    page = units_behind(found, behind, on=timezone.localdate(at), cursor=request.GET.get("cursor", ""))
    said = {row.unit_id: row for row in Handling.objects.filter(directive=found, unit__in=page.rows)}
    words = {
        "directive": found,
        "unit": unit,
        "above": _above(request, unit),
        "what": what,
        "words": WORDS[what],
        "level": dict(level_choices()).get(behind.level) if behind.level is not None else None,
        "tabs": [(each, WORDS[each]) for each in SHOWN],
        "page": page,
        "rows": [(each, places, said.get(each.pk)) for each, places in with_places(page.rows)],
    }
    return render(request, "work/directive_units.html", words)


def _cells(counts: Counts) -> list[tuple[str, object, object]]:
    """Each number of a row: what it counts, in words, and itself."""
    return [(what, WORDS[what], counts.of(what)) for what in SHOWN]


def _level(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else None


def _above(request: PersonRequest, unit: Unit) -> list[Unit]:
    """The units above `unit` whose part she may see too."""
    reach = scope(request.person, VIEW_WORK)
    return [above for above in Unit.objects.ancestors(unit.path) if reach.covers_below(above.path)]
