"""Pages: beginning a term of a unit, planning another end of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.actions import begin_term, change_term_end
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import TermEndForm, TermForm
from braid.people.queries import term_for, terms_of
from braid.people.rules import VIEW_PEOPLE, can_set_terms
from braid.units.queries import unit_for

from .forms_page import form_page


@page
@signed_in
def term_begin(request: PersonRequest, code: str) -> HttpResponse:
    """Record a congress: a term of the unit begins."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    require(can_set_terms(request.person, unit))
    last = terms_of(unit).first()
    form = TermForm(request.POST or None, initial={"number": last.number + 1 if last else 1})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            term = begin_term(unit, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("%(term)s of %(unit)s is recorded.") % {"term": str(term).capitalize(), "unit": unit}
            )
            return redirect("offices", unit.code)
    return form_page(request, form, _("Record a congress"), unit=unit)


@page
@signed_in
def term_change(request: PersonRequest, pk: int) -> HttpResponse:
    """Plan the next congress for another day."""
    term = term_for(request.person, pk)
    require(can_set_terms(request.person, term.unit))
    form = TermEndForm(request.POST or None, initial={"ends_on": term.ends_on})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_term_end(term, by=request.person, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("offices", term.unit.code)
    return form_page(request, form, _("Plan the next congress"), unit=term.unit)
