"""Tables in and out in the browser: import with a look before it, and export."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from braid.kernel.access import require, scope
from braid.kernel.decorators import ActorRequest, for_actors
from braid.kernel.downloads import table_answer
from braid.kernel.imports.pages import bad_rows, run_context, run_for, run_page, upload_page
from braid.kernel.models import ImportRun
from braid.units.actions.importing import confirm_import, drop_import
from braid.units.exports import HEADER, day_of, export_rows, path_on
from braid.units.forms import ApplyForm, ImportForm
from braid.units.imports import UNITS, Options, look_over
from braid.units.queries import unit_for
from braid.units.rules import IMPORT_UNITS, VIEW_UNITS

WORDS = {
    "added": _("added"),
    "moved": _("moved"),
    "renamed": _("renamed"),
    "changed": _("details changed"),
    "reopened": _("reopened"),
    "unchanged": _("unchanged"),
    "missing": _("not in the file"),
    "closed": _("closed"),
    "restored": _("codes restored"),
    "skipped": _("rows left out"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_actors
def units_import(request: ActorRequest) -> HttpResponse:
    """Take a file, stage it, look it over, and go to the page that shows what it would change."""
    require(bool(scope(request.person, IMPORT_UNITS)))
    at = timezone.now()
    return upload_page(
        request,
        ImportForm(request.POST or None, request.FILES or None),
        UNITS,
        by=request.person,
        look_over=lambda run: look_over(run, Options(), by=request.person, at=at),
        template="units/import.html",
        then="import_run",
    )


@require_safe
@for_actors
def import_run(request: ActorRequest, pk: int) -> HttpResponse:
    """What a file would change, or has changed; while it is being applied the page looks again by itself."""
    run = _run_for(request, pk)
    context = {
        **run_context(run, WORDS, name=pgettext("of a unit", "Name")),
        "page": "import_run",
        "bad_rows": "import_problems",
        "form": ApplyForm(),
    }
    return run_page(request, "units/import_run.html", context)


@require_safe
@for_actors
def import_problems(request: ActorRequest, pk: int) -> HttpResponseBase:
    """All that is wrong in a file, as a table."""
    return bad_rows(_run_for(request, pk))


@require_POST
@for_actors
def import_apply(request: ActorRequest, pk: int) -> HttpResponse:
    """Confirm an import; the worker applies it."""
    run = _run_for(request, pk)
    form = ApplyForm(request.POST)
    form.is_valid()
    confirm_import(run, by=request.person, at=timezone.now(), **form.cleaned_data)
    return redirect("import_run", run.pk)


@require_POST
@for_actors
def import_drop(request: ActorRequest, pk: int) -> HttpResponse:
    """Forget a file that was not applied."""
    drop_import(_run_for(request, pk), by=request.person)
    return redirect("units_import")


@require_safe
@for_actors
def units_export(request: ActorRequest) -> HttpResponseBase:
    """The units the person may see as a table: `under` the code of a unit, `on` a past day, `format` csv or xlsx."""
    allowed = scope(request.person, VIEW_UNITS)
    if not allowed:
        raise Http404("no units")
    on = day_of(request.GET.get("on", ""), today=timezone.localdate())
    under = request.GET.get("under")
    path = path_on(unit_for(request.person, under, on=on), on) if under else ""
    rows = export_rows(allowed, on=on, path=path)
    return table_answer(HEADER, rows, name=f"units-{on}", form=request.GET.get("format", "csv"))


def _run_for(request: ActorRequest, pk: int) -> ImportRun:
    require(bool(scope(request.person, IMPORT_UNITS)))
    return run_for(request.person, UNITS, pk)
