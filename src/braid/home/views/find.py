"""Finding a unit's Home, without an account and without JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from braid.kernel.access import EVERYWHERE
from braid.units.queries.history import unit_by_code
from braid.units.queries.picker import find_units

from .pages import drawn


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Units whose name or code is like `q`, those nearest to the unit `near` first.

    All Homes are public, so all are found; groups have none.
    """
    asked, near = request.GET.get("q", "").strip()[:60], request.GET.get("near", "")[:40]
    unit = unit_by_code(near) if near else None
    context = {
        "asked": asked,
        "near": unit,
        "found": find_units(asked, EVERYWHERE, near=unit, with_groups=False) if asked else [],
    }
    response = HttpResponse(drawn(request, "home/find.html", context))
    response["Cache-Control"] = "no-store"
    return response
