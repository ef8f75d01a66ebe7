"""Visits: logging one in three taps, and the list of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.kernel.forms import said_in
from braid.kernel.offline import keep_offline, once
from braid.people.decorators import PersonRequest, signed_in
from braid.work.actions import log_visit, take_back_visit
from braid.work.enums import VisitKind, VisitTopic
from braid.work.forms.visits import VisitForm
from braid.work.queries.duty import own_visit_for, visits_of
from braid.work.queries.own_units import units_to_work_for


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def visits(request: PersonRequest) -> HttpResponse:
    """Her visits, and one more."""
    at = timezone.now()
    units = units_to_work_for(request.person, at=at)
    start = {"on": timezone.localdate(at), "unit": units[0].code if units else ""}
    form = VisitForm(request.POST or None, initial=start, units=units)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            values = form.cleaned_data
            unit = next(unit for unit in units if unit.code == values.pop("unit"))
            kind, topic = VisitKind(values.pop("kind")), VisitTopic(values.pop("topic"))
            log_visit(unit, kind=kind, topic=topic, **values, by=request.person, at=at)
            messages.success(request, _("Logged. Reports of your unit count it, and so does your record of duty."))
            return redirect("visits")
    words = {"form": form, "units": units, "page": visits_of(request.person, cursor=request.GET.get("cursor", ""))}
    return render(request, "work/visits.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def visit_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Take back one that was logged by mistake."""
    take_back_visit(own_visit_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Taken back: it is counted no more."))
    return redirect("visits")
