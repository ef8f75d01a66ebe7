"""Pages: officers from a file, with a look before anything happens."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require, scope
from braid.kernel.imports.pages import bad_rows, run_context, run_for, run_page, upload_page
from braid.kernel.models import ImportRun
from braid.people.actions.importing import confirm_officers, drop_officers
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import ApplyOfficersForm, OfficersForm
from braid.people.imports import OFFICERS, look_over
from braid.people.rules import CHANGE_PEOPLE

WORDS = {
    "added": _("new people"),
    "given": _("offices given"),
    "ended": _("acting heads who end"),
    "unchanged": _("unchanged"),
    "skipped": _("rows left out"),
}


@page
@signed_in
def officers_import(request: PersonRequest) -> HttpResponse:
    """Take a file, stage it, look it over, and go to the page that shows what it would change."""
    require(bool(scope(request.person, CHANGE_PEOPLE)))
    at = timezone.now()
    return upload_page(
        request,
        OfficersForm(request.POST or None, request.FILES or None),
        OFFICERS,
        by=request.person,
        look_over=lambda run: look_over(run, by=request.person, at=at),
        template="people/import.html",
        then="officers_run",
    )


@require_safe
@signed_in
def officers_run(request: PersonRequest, pk: int) -> HttpResponse:
    """What a file would change, or has changed; while it is being applied the page looks again by itself."""
    run = _run_for(request, pk)
    context = {
        **run_context(run, WORDS, name=gettext("Name")),
        "page": "officers_run",
        "bad_rows": "officers_problems",
        "form": ApplyOfficersForm(),
    }
    return run_page(request, "people/import_run.html", context)


@require_safe
@signed_in
def officers_problems(request: PersonRequest, pk: int) -> HttpResponseBase:
    """All that is wrong in a file, as a table."""
    return bad_rows(_run_for(request, pk))


@require_POST
@signed_in
def officers_apply(request: PersonRequest, pk: int) -> HttpResponse:
    """Confirm an import; the worker applies it."""
    run = _run_for(request, pk)
    form = ApplyOfficersForm(request.POST)
    form.is_valid()
    confirm_officers(run, by=request.person, at=timezone.now(), **form.cleaned_data)
    return redirect("officers_run", run.pk)


@require_POST
@signed_in
def officers_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget a file that was not applied."""
    drop_officers(_run_for(request, pk), by=request.person)
    return redirect("officers_import")


def _run_for(request: PersonRequest, pk: int) -> ImportRun:
    require(bool(scope(request.person, CHANGE_PEOPLE)))
    return run_for(request.person, OFFICERS, pk)
