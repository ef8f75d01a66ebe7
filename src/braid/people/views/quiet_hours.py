"""Page: when the people of a unit are not disturbed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.forms import said_in
from braid.people.actions import set_quiet_hours
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import QuietHoursForm
from braid.people.models import QuietHours
from braid.people.queries.quiet_hours import hours_above
from braid.people.rules import SET_QUIET_HOURS
from braid.units.models import Unit
from braid.units.queries import unit_for


@page
@signed_in
def quiet_hours(request: PersonRequest, code: str) -> HttpResponse:
    """The quiet hours of a unit and all below it."""
    unit = unit_for(request.person, code, SET_QUIET_HOURS)
    form = QuietHoursForm(request.POST or None, initial=_initial(QuietHours.objects.filter(unit=unit).first()))
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            set_quiet_hours(unit, form.hours, by=request.person, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("quiet_hours", code=unit.code)
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "form": form,
        "above": hours_above(unit),
    }
    return render(request, "people/quiet_hours.html", context, status=422 if form.errors else 200)


def _initial(said: QuietHours | None) -> dict[str, Any]:
    if said is None:
        return {"which": "above"}
    return {"which": "none"} if said.begins == said.ends else {"which": "own", "begins": said.begins, "ends": said.ends}
