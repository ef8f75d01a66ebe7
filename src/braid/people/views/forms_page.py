"""The page that shows one form about a person or a unit."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render

from braid.people.decorators import PersonRequest
from braid.people.models import Person
from braid.units.models import Unit


def form_page(
    request: PersonRequest,
    form: Form,
    title: str,
    *,
    person: Person | None = None,
    unit: Unit | None = None,
    with_roles: bool = False,
) -> HttpResponse:
    """Draw `form` under `title`; whom and which unit it is about stands above it."""
    context = {"form": form, "title": title, "person": person, "unit": unit, "with_roles": with_roles}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)
