"""Pages: choosing a successor, planning the day, what passes on, calling it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.actions import cancel_succession, plan_succession
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import Office, SuccessionState
from braid.people.forms import SuccessionForm
from braid.people.models import Membership
from braid.people.queries import holders_at, membership_for, people_named, person_for, succession_for, work_to_pass
from braid.people.queries.successions import grants_to_pass, what_passed
from braid.people.rules import VIEW_PEOPLE, can_cancel_succession, can_fill_office

MOST_NAMED = 20


@require_safe
@signed_in
def successor_choose(request: PersonRequest, pk: int) -> HttpResponse:
    """Choose who follows in an office: from the unit's other officers, or by name."""
    on = timezone.localdate()
    held = _held_for(request, pk)
    name = request.GET.get("q", "").strip()
    if name:
        reach = scope(request.person, VIEW_PEOPLE)
        people = people_named(name, reach, on=on, size=MOST_NAMED).rows
    else:
        people = list({row.person_id: row.person for row in holders_at(held.unit, on=on)}.values())
    context = {"held": held, "name": name, "people": [one for one in people if one.pk != held.person_id]}
    return render(request, "people/successor.html", context)


@page
@signed_in
def succession_plan(request: PersonRequest, pk: int, person: int) -> HttpResponse:
    """Plan the day on which the office passes on; shows what would pass."""
    held = _held_for(request, pk)
    successor = person_for(request.person, person, on=timezone.localdate())
    form = SuccessionForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            planned = plan_succession(held, successor, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Planned. It happens by itself on that day; until then you can call it off."))
            return redirect("succession", planned.pk)
    context = {
        "form": form,
        "held": held,
        "successor": successor,
        "grants": grants_to_pass(held, at=timezone.now()),
        "work": work_to_pass(held),
    }
    return render(request, "people/succession_plan.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def succession(request: PersonRequest, pk: int) -> HttpResponse:
    """One succession: planned, done, called off or refused."""
    found = succession_for(request.person, pk)
    is_planned = found.state == SuccessionState.PLANNED
    context = {
        "succession": found,
        "held": found.held,
        "unit": found.unit,
        "is_planned": is_planned,
        "refusal": found.outcome.get("refusal", ""),
        "grants": grants_to_pass(found.held, at=timezone.now()) if is_planned and found.passes_grants else [],
        "work": work_to_pass(found.held) if is_planned else what_passed(found),
        "can_cancel": is_planned and can_cancel_succession(request.person, found),
    }
    return render(request, "people/succession.html", context)


@require_POST
@signed_in
def succession_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Call it off."""
    found = succession_for(request.person, pk)
    cancel_succession(found, by=request.person, at=timezone.now())
    messages.success(request, _("Called off. Nothing changes."))
    return redirect("offices", found.unit.code)


def _held_for(request: PersonRequest, pk: int) -> Membership:
    """The office to pass on, for whoever may fill it; plain membership is no office."""
    held = membership_for(request.person, pk, on=timezone.localdate())
    if held.office == Office.MEMBER:
        raise Http404
    require(can_fill_office(request.person, held.unit, Office(held.office)))
    return held
