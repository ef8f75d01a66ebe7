"""Pages: who is in a unit and below it, one person, entering and changing somebody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.actions import add_person, change_person
from braid.people.consents import SHOW_CONTACTS
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import Office
from braid.people.forms import NewPersonForm, PersonForm
from braid.people.models import Person
from braid.people.queries import (
    count_in,
    grants_of,
    memberships_in,
    memberships_of,
    memberships_seen,
    paths_of,
    people_named,
    person_for,
)
from braid.people.queries.consents import consents_to
from braid.people.queries.guardians import guardianship_of, is_child
from braid.people.queries.recoveries import open_recovery_of
from braid.people.rules import (
    VIEW_GRANTS,
    VIEW_PEOPLE,
    can_change_person,
    can_end_membership,
    can_help_recover,
    can_open_account,
    can_revoke_grant,
    can_see_contacts,
    offices_to_fill,
    roles_to_give,
)
from braid.units.models import Unit
from braid.units.queries import unit_for

from .forms_page import form_page


@require_safe
@signed_in
def people(request: PersonRequest, code: str) -> HttpResponse:
    """Who is in the unit and below it, newest first, or by name when a name is asked for."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    on = timezone.localdate()
    reach = scope(request.person, VIEW_PEOPLE).within(unit.path)
    name, office = request.GET.get("q", "").strip(), _office(request.GET.get("office", ""))
    cursor = request.GET.get("cursor", "")
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "name": name,
        "office": office,
        "offices": Office,
        "total": count_in(reach, on=on, office=office),
        "can_add": bool(offices_to_fill(request.person, unit)),
        "sees_grants": scope(request.person, VIEW_GRANTS).covers(unit.path),
    }
    if name:
        found = people_named(name, reach, on=on, cursor=cursor)
        return render(request, "people/people.html", {**context, "page": found, "rows": [], "named": found.rows})
    listed = memberships_in(reach, on=on, office=office, cursor=cursor)
    return render(request, "people/people.html", {**context, "page": listed, "rows": listed.rows, "named": []})


def _office(text: str) -> Office | None:
    return Office(int(text)) if text.isdigit() and int(text) in Office.values else None


@require_safe
@signed_in
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """One person, as far as the reader sees her."""
    found = person_for(request.person, pk, on=timezone.localdate())
    return render(request, "people/person.html", _person_context(request.person, found))


def _person_context(reader: Person, found: Person) -> dict[str, object]:
    """What the page of a person shows and offers."""
    on, at = timezone.localdate(), timezone.now()
    paths = paths_of(found, on=on)
    held = list(memberships_seen(reader, found, on=on))
    units = _once([one.unit for one in held] + [one.unit for one in memberships_of(reader, on=on)])
    account = getattr(found, "account", None)
    own = reader.pk == found.pk
    grants = [g for g in grants_of(found, at=at) if own or scope(reader, VIEW_GRANTS).covers(g.unit.path)]
    return {
        "person": found,
        "account": account,
        "memberships": [(one, can_end_membership(reader, one)) for one in held],
        "grants": [(one, can_revoke_grant(reader, one)) for one in grants],
        "to_fill": [unit for unit in units if offices_to_fill(reader, unit)],
        "to_grant": [unit for unit in units if not own and roles_to_give(reader, unit)],
        "sees_contacts": can_see_contacts(reader, found, paths, shows=consents_to(found, SHOW_CONTACTS)),
        "can_change": can_change_person(reader, found, paths),
        "can_open_account": account is None and can_open_account(reader, found, paths, was_used=False),
        "can_invite": account is not None
        and account.last_login is None
        and can_open_account(reader, found, paths, was_used=False),
        "can_recover": account is not None
        and account.last_login is not None
        and can_help_recover(reader, found, paths),
        "recovery": open_recovery_of(account) if account and account.is_being_recovered else None,
        "is_child": is_child(found, on=on),
        "guardianship": guardianship_of(found) if is_child(found, on=on) else None,
        "can_mark_child": not own and can_change_person(reader, found, paths),
        "can_lock": account is not None and not own and can_open_account(reader, found, paths, was_used=True),
    }


def _once(units: list[Unit]) -> list[Unit]:
    return list({unit.pk: unit for unit in units}.values())


@page
@signed_in
def person_new(request: PersonRequest, code: str) -> HttpResponse:
    """Enter somebody new in the unit."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    offices = offices_to_fill(request.person, unit)
    require(bool(offices))
    form = NewPersonForm(request.POST or None, offices=offices)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            made = add_person(unit, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(name)s is in %(unit)s now.") % {"name": made.name, "unit": unit})
            return redirect("person", made.pk)
    return form_page(request, form, _("Enter a person"), unit=unit)


@page
@signed_in
def person_change(request: PersonRequest, pk: int) -> HttpResponse:
    """Change name and contact of somebody."""
    on = timezone.localdate()
    found = person_for(request.person, pk, on=on)
    require(can_change_person(request.person, found, paths_of(found, on=on)))
    initial = {"name": found.name, "phone": found.phone, "email": found.email}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_person(found, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("person", found.pk)
    return form_page(request, form, _("Change her data"), person=found)
