"""Pages of officers: somebody is under 14, and who her guardian is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.actions import mark_child, name_guardian
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import ChildForm, GuardianForm
from braid.people.models import Person
from braid.people.queries import paths_of, people_named, person_for
from braid.people.rules import VIEW_PEOPLE, can_change_person

from .forms_page import form_page

MOST_NAMED = 20


@page
@signed_in
def child_mark(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that somebody is under 14."""
    child = _child_for(request, pk)
    form = ChildForm(request.POST or None, initial={"under_14_until": child.under_14_until})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            mark_child(child, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    return form_page(request, form, _("Under 14"), person=child)


@page
@signed_in
def guardian_name(request: PersonRequest, pk: int) -> HttpResponse:
    """Name the guardian of a child, found by name among the people I see."""
    child, on = _child_for(request, pk), timezone.localdate()
    form = GuardianForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        guardian = person_for(request.person, form.cleaned_data["person"], on=on)
        name_guardian(child, guardian, by=request.person, at=timezone.now())
        messages.success(request, _("Named. She is asked to agree; then the child's account can be opened."))
        return redirect("person", pk)
    name = request.GET.get("q", "").strip()
    found = people_named(name, scope(request.person, VIEW_PEOPLE), on=on, size=MOST_NAMED).rows if name else []
    context = {"child": child, "name": name, "people": [one for one in found if one.pk != child.pk]}
    return render(request, "people/guardian.html", context)


def _child_for(request: PersonRequest, pk: int) -> Person:
    """Somebody whose data the reader keeps right, but never the reader."""
    on = timezone.localdate()
    found = person_for(request.person, pk, on=on)
    require(found.pk != request.person.pk and can_change_person(request.person, found, paths_of(found, on=on)))
    return found
