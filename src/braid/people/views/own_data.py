"""Pages: all that is kept of me or of a child I am guardian of, as a page and as a file; erasing it; the inventory."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.actions import ask_erasure, change_person, take_back_erasure
from braid.people.decorators import PersonRequest, page, shown_again, signed_in
from braid.people.enums import ERASURE_DELAY, Office
from braid.people.erasure_words import day_of
from braid.people.forms import PersonForm
from braid.people.models import Person
from braid.people.queries import memberships_of
from braid.people.queries.erasures import erasure_for, waiting_erasure_of
from braid.people.queries.guardians import subject_for
from braid.people.queries.inventory import inventory_by_app
from braid.people.queries.own_data import Section, own_data, own_data_as_json
from braid.people.rules import VIEW_INVENTORY
from braid.people.seen_by import seen_by_words

from .forms_page import form_page

FORMS = ("json", "html")


@require_safe
@signed_in
def my_data(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything that is kept of her, table by table, with what for, who sees it and how long."""
    person = _subject(request, pk)
    erasure = waiting_erasure_of(person)
    context = {
        "person": person,
        "is_own": person.pk == request.person.pk,
        "sections": [(one, seen_by_words(one.holding.seen_by)) for one in own_data(person)],
        "erasure_day": day_of(erasure) if erasure else "",
    }
    return render(request, "people/my_data.html", context)


@require_safe
@signed_in
def my_data_file(request: PersonRequest, pk: int, form: str) -> HttpResponse:
    """The same, whole, as a file to take along: for people (HTML), or for a program (JSON)."""
    person = _subject(request, pk)
    if form not in FORMS:
        raise Http404
    at = timezone.now()
    if form == "json":
        kept = {"federation": settings.FEDERATION_NAME, "written_at": at.isoformat(), **own_data_as_json(person)}
        answer = HttpResponse(json.dumps(kept, ensure_ascii=False, indent=1), content_type="application/json")
    else:
        context = {"person": person, "sections": _explained(own_data(person, most=None)), "at": at}
        answer = HttpResponse(render_to_string("people/my_data_file.html", context, request))
    answer["Content-Disposition"] = f'attachment; filename="my-data.{form}"'
    return answer


def _explained(sections: list[Section]) -> list[tuple[Section, str]]:
    return [(one, seen_by_words(one.holding.seen_by)) for one in sections]


@page
@signed_in
def my_data_correct(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct what is kept of a child; her own data everybody corrects on the page Me."""
    person = _subject(request, pk)
    if person.pk == request.person.pk:
        return redirect("profile")
    initial = {"name": person.name, "phone": person.phone, "email": person.email}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_person(person, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("my_data", pk)
    return form_page(request, form, _("Change her data"))


@page
@shown_again
def my_data_erase(request: PersonRequest, pk: int) -> HttpResponse:
    """What erasing does; ask for it."""
    person = _subject(request, pk)
    if request.method == "POST":
        erasure = ask_erasure(person, by=request.person, at=timezone.now())
        messages.success(
            request, _("On %(day)s it will be erased. Until then you can take this back.") % {"day": day_of(erasure)}
        )
        return redirect("my_data", pk)
    held = memberships_of(person, on=timezone.localdate())
    context = {
        "person": person,
        "is_own": person.pk == request.person.pk,
        "days": ERASURE_DELAY.days,
        "offices": [one for one in held if one.office != Office.MEMBER],
        "is_asked": waiting_erasure_of(person) is not None,
    }
    return render(request, "people/my_data_erase.html", context)


@require_POST
@signed_in
def my_data_keep(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the erasing back."""
    person = _subject(request, pk)
    take_back_erasure(erasure_for(person), by=request.person, at=timezone.now())
    messages.success(request, _("Taken back. Everything stays as it is."))
    return redirect("my_data", pk)


@require_safe
@signed_in
def inventory(request: PersonRequest) -> HttpResponse:
    """Every field in which something is kept of people: what for, who sees it, how long."""
    require(bool(scope(request.person, VIEW_INVENTORY)))
    return render(request, "people/inventory.html", {"apps": inventory_by_app()})


def _subject(request: PersonRequest, pk: int) -> Person:
    return subject_for(request.person, pk, on=timezone.localdate())
