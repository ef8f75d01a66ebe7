"""Pages: who holds offices here and below, on paper and as a file; which offices are vacant."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from braid.kernel.access import scope
from braid.kernel.downloads import FORMS, table_answer
from braid.people.decorators import PersonRequest, signed_in
from braid.people.enums import Office
from braid.people.queries import roster_in, roster_rows, vacancies_in, with_acting
from braid.people.rules import VIEW_CONTACTS, VIEW_PEOPLE, offices_to_fill
from braid.units.models import Unit
from braid.units.queries import unit_for

OFFICES = tuple(office for office in Office if office != Office.MEMBER)
CAN_BE_VACANT = (Office.HEAD, Office.DEPUTY, Office.COMMUNICATIONS, Office.LIAISON)
"""Offices that can be vacant. Of committee members nobody says how many there must be."""


@require_safe
@signed_in
def roster(request: PersonRequest, code: str) -> HttpResponse:
    """Who holds which office in the unit and below it, in tree order; made to be printed."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    on, office = timezone.localdate(), office_asked(request, OFFICES)
    reach = scope(request.person, VIEW_PEOPLE).within(unit.path)
    contacts = scope(request.person, VIEW_CONTACTS)
    listed = roster_in(reach, on=on, office=office, cursor=request.GET.get("cursor", ""))
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "on": on,
        "office": office,
        "offices": OFFICES,
        "page": listed,
        "rows": [(row, contacts.covers(row.unit.path)) for row in listed.rows],
        "sees_contacts": any(contacts.covers(row.unit.path) for row in listed.rows),
        "forms": FORMS,
    }
    return render(request, "people/roster.html", context)


@require_safe
@signed_in
def roster_sheet(request: PersonRequest, code: str, form: str) -> HttpResponseBase:
    """The same as a CSV or XLSX file, all of it."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    if form not in FORMS:
        raise Http404
    reach = scope(request.person, VIEW_PEOPLE).within(unit.path)
    rows = roster_rows(request.person, reach, on=timezone.localdate(), office=office_asked(request, OFFICES))
    return table_answer(header(), rows, name=f"roster-{unit.number}", form=form)


def header() -> list[str]:
    """The columns of the exported roster."""
    return [
        _("Unit code"),
        _("Unit"),
        _("Name"),
        _("Office"),
        _("How she came to it"),
        _("Since"),
        _("Term"),
        _("Next congress"),
        _("Phone"),
        _("E-mail"),
    ]


@require_safe
@signed_in
def vacancies(request: PersonRequest, code: str) -> HttpResponse:
    """The units here and below whose office nobody holds, and who acts there."""
    unit = unit_for(request.person, code, VIEW_PEOPLE)
    on, office = timezone.localdate(), office_asked(request, CAN_BE_VACANT) or Office.HEAD
    reach = scope(request.person, VIEW_PEOPLE).within(unit.path)
    found = vacancies_in(reach, office, on=on, cursor=request.GET.get("cursor", ""))
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "office": office,
        "offices": CAN_BE_VACANT,
        "page": found,
        "rows": with_acting(found.rows, office, on=on),
        "can_fill": bool(offices_to_fill(request.person, unit)),
    }
    return render(request, "people/vacancies.html", context)


def office_asked(request: PersonRequest, offices: tuple[Office, ...]) -> Office | None:
    """The office in the address, if it is one of `offices`."""
    text = request.GET.get("office", "")
    return next((office for office in offices if str(office.value) == text), None)
