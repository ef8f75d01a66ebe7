"""The unit picker: what people type, answered with units."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from braid.kernel import shell
from braid.kernel.access import scope
from braid.kernel.decorators import ActorRequest, for_actors
from braid.units.models import Unit
from braid.units.queries import unit_by_code, unit_for
from braid.units.queries.picker import MOST, Found, find_units
from braid.units.rules import VIEW_UNITS


@require_safe
@for_actors
def unit_picker(request: ActorRequest) -> HttpResponse:
    """Units the person may see that `q` means; `within` (or `scope`): below this unit; `near`: nearest to it first.

    A list in HTML for htmx, else JSON: `{"units": [{"code", "name", "level", "ancestors": [names]}]}`.
    """
    allowed = scope(request.person, VIEW_UNITS)
    within_code = request.GET.get("within") or request.GET.get("scope") or ""
    within = unit_for(request.person, within_code) if within_code else None
    found = find_units(request.GET.get("q", ""), allowed, near=_near(request), within=within, most=MOST)
    if getattr(request, "htmx", False):
        return render(request, "units/picked.html", {"found": found})
    return JsonResponse({"units": [_as_json(one) for one in found]})


def _near(request: ActorRequest) -> Unit | None:
    """The unit to begin from: the named one, else the person's own."""
    code = request.GET.get("near") or (shell.own_unit[0](request) if shell.own_unit else "")
    return unit_by_code(code) if code else None


def _as_json(found: Found) -> dict[str, object]:
    return {
        "code": found.unit.code,
        "name": str(found.unit),
        "level": found.unit.level,
        "ancestors": [str(unit) for unit in found.ancestors],
    }
