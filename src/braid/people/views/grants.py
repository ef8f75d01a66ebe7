"""Pages: what the roles are, who may do what in a unit, giving and taking back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import may, require
from braid.kernel.forms import said_in
from braid.people.actions import give_grant, revoke_grant
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import OFFICE_GRANTS, Office, Role
from braid.people.forms import GrantForm
from braid.people.queries import grant_for, grants_at, holders_at, person_for
from braid.people.roles import words_of
from braid.people.rules import GIVE_GRANTS, VIEW_GRANTS, can_revoke_grant, roles_to_give
from braid.units.models import Unit
from braid.units.queries import unit_for

from .forms_page import form_page


@require_safe
@signed_in
def roles(request: PersonRequest) -> HttpResponse:
    """Every role and what it may do, and which office carries which."""
    carried = [(Office(office), role, reach) for office, (role, reach) in OFFICE_GRANTS.items()]
    described = [(role, words_of(role), [one for one in carried if one[1] == role]) for role in Role]
    return render(request, "people/roles.html", {"roles": described})


@require_safe
@signed_in
def grants(request: PersonRequest, code: str) -> HttpResponse:
    """Who may do what in the unit: what offices carry, what was granted."""
    unit = unit_for(request.person, code, VIEW_GRANTS)
    given = grants_at(unit, at=timezone.now())
    holders = holders_at(unit, on=timezone.localdate())
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "carried": [(one, *OFFICE_GRANTS[one.office]) for one in holders],
        "grants": [(one, can_revoke_grant(request.person, one)) for one in given],
        "can_give": may(request.person, GIVE_GRANTS, unit.path),
    }
    return render(request, "people/grants.html", context)


@page
@signed_in
def grant_give(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """Let somebody do something in the unit, for a time."""
    unit = unit_for(request.person, code, VIEW_GRANTS)
    found = person_for(request.person, pk, on=timezone.localdate())
    choices = roles_to_give(request.person, unit)
    require(bool(choices))
    form = GrantForm(request.POST or None, roles=choices)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            give_grant(
                found,
                unit,
                role=form.cleaned_data["role"],
                reach=form.cleaned_data["reach"],
                until=form.until,
                why=form.cleaned_data["why"],
                by=request.person,
                at=timezone.now(),
            )
            messages.success(request, _("Given. You can take it back at any time; it works at once."))
            return redirect("grants", unit.code)
    return form_page(request, form, _("Let her help"), person=found, unit=unit, with_roles=True)


@require_POST
@signed_in
def grant_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a grant back, at once."""
    grant = grant_for(request.person, pk)
    revoke_grant(grant, by=request.person, at=timezone.now())
    messages.success(request, _("Taken back. %(name)s can no longer do this.") % {"name": grant.person.name})
    own = request.person.pk == grant.person_id
    return redirect("profile") if own else redirect("grants", grant.unit.code)
