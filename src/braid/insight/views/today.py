"""Today: what waits for me."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.insight.queries.today import today_for
from braid.insight.queries.units import own_units
from braid.kernel.offline import keep_offline
from braid.people.decorators import PersonRequest, signed_in
from braid.work.queries.own_units import units_to_work_for


@keep_offline
@require_safe
@signed_in
def today(request: PersonRequest) -> HttpResponse:
    """What waits for her from all strands, her units, and first steps while there are any."""
    at = timezone.now()
    context = {
        "today": today_for(request.person, at=at),
        "units": own_units(request.person, at=at),
        "holds_office": bool(units_to_work_for(request.person, at=at)),
        "at": at,
    }
    return render(request, "insight/today.html", context)
