"""Pages: the offices of a unit, their history, giving somebody an office, ending what somebody is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.actions import end_membership, take_office
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import OFFICES_TO_FILL, CameBy
from braid.people.forms import OfficeForm
from braid.people.queries import (
    history_of,
    holders_at,
    membership_for,
    person_for,
    planned_at,
    term_at,
    terms_of,
)
from braid.people.rules import VIEW_PEOPLE, can_fill_office, can_set_terms, offices_to_fill
from braid.units.models import Unit
from braid.units.queries import unit_for

from .forms_page import form_page
from .rosters import OFFICES, office_asked


@require_safe
@signed_in
def offices(request: PersonRequest, code: str) -> HttpResponse:
    """The offices of one unit: who holds them and how she came to it, what is vacant, what is planned, the term."""
    unit, on = unit_for(request.person, code, VIEW_PEOPLE), timezone.localdate()
    held = list(holders_at(unit, on=on))
    filled = {row.office for row in held if row.came_by != CameBy.ACTING}
    may_fill: dict[int, bool] = {office: can_fill_office(request.person, unit, office) for office in OFFICES}
    planned = list(planned_at(unit))
    passing = {one.held_id for one in planned}
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "held": [(row, may_fill[row.office] and row.pk not in passing) for row in held],
        "vacant": [office for office in OFFICES_TO_FILL if office not in filled],
        "planned": planned,
        "term": term_at(unit, on=on),
        "terms": terms_of(unit),
        "on": on,
        "can_set_terms": can_set_terms(request.person, unit),
        "can_fill": bool(offices_to_fill(request.person, unit)),
    }
    return render(request, "people/offices.html", context)


@require_safe
@signed_in
def office_history(request: PersonRequest, code: str) -> HttpResponse:
    """Who held the offices of the unit, or one of them, from when to when and how she came to it."""
    unit, office = unit_for(request.person, code, VIEW_PEOPLE), office_asked(request, OFFICES)
    listed = history_of(unit, office=office, cursor=request.GET.get("cursor", ""))
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "office": office,
        "offices": OFFICES,
        "page": listed,
    }
    return render(request, "people/office_history.html", context)


@page
@signed_in
def office_take(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """Give somebody an office in the unit."""
    today = timezone.localdate()
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    found = person_for(request.person, pk, on=today)
    offices = offices_to_fill(request.person, unit)
    require(bool(offices))
    form = OfficeForm(request.POST or None, offices=offices, initial={"since": today})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            held = take_office(found, unit, by=request.person, at=timezone.now(), **form.cleaned_data)
            words = _("%(name)s is %(office)s of %(unit)s now.")
            messages.success(request, words % {"name": found.name, "office": held.get_office_display(), "unit": unit})
            return redirect("person", found.pk)
    return form_page(request, form, _("Give an office"), person=found, unit=unit, with_roles=True)


@require_POST
@signed_in
def membership_end(request: PersonRequest, pk: int) -> HttpResponse:
    """End what somebody is, at once."""
    held = membership_for(request.person, pk, on=timezone.localdate())
    end_membership(held, by=request.person, at=timezone.now())
    words = _("%(name)s is no longer %(office)s of %(unit)s.")
    messages.success(
        request, words % {"name": held.person.name, "office": held.get_office_display(), "unit": held.unit}
    )
    return redirect("people", held.unit.code) if request.person.pk != held.person_id else redirect("profile")
