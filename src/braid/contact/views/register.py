"""The register of the groups in a subtree, and the affiliations of a unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_affiliation, ask_affiliation, end_affiliation
from braid.contact.enums import FEW_PEOPLE, AffiliationState, Suggestion
from braid.contact.forms import AffiliationForm, RegisterForm
from braid.contact.queries.affiliations import (
    affiliation_for,
    affiliations_of,
    joined_of,
    unit_to_affiliate_for,
    unit_to_ask_for,
)
from braid.contact.queries.register import register_of, suggested_in
from braid.contact.rules import VIEW_GROUPS, can_open_group, can_run_groups_of
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.enums import UnitKind
from braid.units.models import Unit
from braid.units.queries import unit_for
from braid.units.rules import can_restructure


@require_safe
@signed_in
def groups(request: PersonRequest, code: str) -> HttpResponse:
    """The groups in the subtree of a unit that she sees, with what is suggested for them."""
    unit = unit_for(request.person, code, VIEW_GROUPS)
    at = timezone.now()
    form = RegisterForm(request.GET)
    form.is_valid()
    show, text = Suggestion(form.cleaned_data.get("show") or Suggestion.ALL), form.cleaned_data.get("q") or ""
    register = register_of(request.person, unit, at=at, show=show, text=text, cursor=request.GET.get("cursor", ""))
    counted = suggested_in(request.person, unit, at=at)
    context = {
        "unit": unit,
        "ancestors": list(Unit.objects.ancestors(unit.path).filter(is_placeholder=False)),
        "register": register,
        "rows": [(entry, can_restructure(request.person, entry.group.unit)) for entry in register.rows],
        "tabs": [(one, counted[one]) for one in Suggestion],
        "show": show,
        "text": text,
        "few": FEW_PEOPLE,
        "may_open": can_open_group(request.person, unit),
    }
    return render(request, "contact/groups.html", context)


@page
@signed_in
def affiliations(request: PersonRequest, code: str) -> HttpResponse:
    """What a unit belongs together with, what waits for an answer, and asking another unit."""
    unit = unit_to_affiliate_for(request.person, code)
    may_run = can_run_groups_of(request.person, unit)
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (other := _other(request, form)):
        with said_in(form, request):
            virtual = unit if unit.kind == UnitKind.VIRTUAL else other
            ask_affiliation(
                unit,
                other,
                virtual=virtual,
                basis=form.cleaned_data["basis"],
                why=form.cleaned_data["why"],
                by=request.person,
                at=timezone.now(),
            )
            messages.success(request, _("Asked. They belong together once %(unit)s has accepted.") % {"unit": other})
            return redirect("affiliations", code)
    listed = affiliations_of(unit, cursor=request.GET.get("cursor", ""))
    context = {
        "unit": unit,
        "page": listed,
        "rows": joined_of(unit, listed.rows),
        "states": AffiliationState,
        "may_run": may_run,
        "is_virtual": unit.kind == UnitKind.VIRTUAL,
        "form": form,
    }
    return render(request, "contact/affiliations.html", context, status=422 if form.errors else 200)


def _other(request: PersonRequest, form: AffiliationForm) -> Unit | None:
    other = unit_to_ask_for(request.person, form.cleaned_data["other"])
    if other is None:
        form.add_error("other", _("There is no unit with this code. Choose one from the list."))
    return other


@require_POST
@signed_in
def affiliation_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Accept, or decline; whoever asked may take it back."""
    found = affiliation_for(request.person, pk)
    accepts = "accept" in request.POST
    answer_affiliation(found, accepts=accepts, by=request.person, at=timezone.now())
    messages.success(request, _("Accepted.") if accepts else _("Declined."))
    return _back(request, found.unit, found.virtual)


@require_POST
@signed_in
def affiliation_end(request: PersonRequest, pk: int) -> HttpResponse:
    """End it."""
    found = affiliation_for(request.person, pk)
    end_affiliation(found, by=request.person, at=timezone.now())
    messages.success(request, _("Ended."))
    return _back(request, found.unit, found.virtual)


def _back(request: PersonRequest, unit: Unit, virtual: Unit) -> HttpResponse:
    """To the page of the side she looks after."""
    return redirect("affiliations", unit.code if can_run_groups_of(request.person, unit) else virtual.code)
