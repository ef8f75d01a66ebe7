"""Typing in reports for many units: a table to download, to bring back, and to file."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.downloads import FORMS, table_answer
from braid.kernel.enums import ImportState
from braid.kernel.imports.pages import stage_upload
from braid.kernel.models import ImportRun
from braid.kernel.sheets import SheetError
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.models import Unit
from braid.work.actions import file_sheet, forget_sheet
from braid.work.answer_sheets import form_of, line_of
from braid.work.forms import SheetForm
from braid.work.queries.bulk_reports import Bulk, bulk_for, look_over
from braid.work.queries.reports import stamp_of
from braid.work.rules import is_open

_KIND = re.compile(r"r(\d+)-(\d+)")
SHOWN = 500
"""Bad cells that the page lists."""


@page
@signed_in
def bulk_reports(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The table of the units below one unit: take it away, bring it back."""
    bulk = bulk_for(request.person, pk, code)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = stage_upload(form.cleaned_data["file"], form_of(bulk.kind, bulk.columns), by=request.person)
        except SheetError as error:  # what is wrong with the file belongs beside its field
            form.add_error("file", str(error.message))
        else:
            return redirect("bulk_run", pk=run.pk)
    context = {"bulk": bulk, "form": form, "is_open": is_open(bulk.period), "today": timezone.localdate()}
    return render(request, "work/bulk_reports.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def bulk_file(request: PersonRequest, pk: int, code: str) -> HttpResponseBase:
    """The table: a line for each unit, with what it answered and what the journal counted."""
    bulk = bulk_for(request.person, pk, code)
    columns = bulk.columns
    reports = bulk.reports
    rows = (
        line_of(columns, unit, stamp_of(reports.get(unit.pk)), reports.get(unit.pk), bulk.counts[unit.pk])
        for unit in bulk.units
    )
    wanted = request.GET.get("form", "xlsx")
    heads = [column.heading for column in columns]
    return table_answer(heads, rows, name=f"reports-{pk}-{code}", form=wanted if wanted in FORMS else "xlsx")


@page
@signed_in
def bulk_run(request: PersonRequest, pk: int) -> HttpResponse:
    """What a table would report, and each bad cell; then report it."""
    run, bulk = _run_for(request, pk)
    looked = look_over(run, bulk)
    bad = len({problem.line for problem in looked.problems})
    if request.method == "POST":
        leave_out = "leave_out_bad" in request.POST
        file_sheet(
            run, bulk.period, looked.filings, bad=bad, leave_out_bad=leave_out, by=request.person, at=timezone.now()
        )
        messages.success(request, _filed(len(looked.filings)))
        return redirect("bulk_reports", pk=bulk.period.pk, code=bulk.top.code)
    context = {
        "run": run,
        "bulk": bulk,
        "good": len(looked.filings),
        "untouched": looked.untouched,
        "bad": bad,
        "problems": looked.problems[:SHOWN],
    }
    return render(request, "work/bulk_run.html", context)


def _filed(count: int) -> str:
    words = ngettext("%(count)d unit was reported for.", "%(count)d units were reported for.", count)
    return words % {"count": count}


@require_POST
@signed_in
def bulk_forget(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget a table that was not reported."""
    run, bulk = _run_for(request, pk)
    forget_sheet(run, by=request.person)
    messages.success(request, _("The table was forgotten. Nothing was reported."))
    return redirect("bulk_reports", pk=bulk.period.pk, code=bulk.top.code)


def _run_for(request: PersonRequest, pk: int) -> tuple[ImportRun, Bulk]:
    """Her own table that waits, and what it is about as that is now; else 404."""
    run = ImportRun.objects.filter(pk=pk, by_number=request.person.pk, state=ImportState.STAGED).first()
    named = _KIND.fullmatch(run.kind) if run else None
    top = Unit.objects.filter(pk=int(named[2])).first() if named else None
    if run is None or named is None or top is None:
        raise Http404
    return run, bulk_for(request.person, int(named[1]), top.code)
