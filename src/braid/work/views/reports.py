"""Reports: which are due, filling one in, reading it with its history, and what the journal counted for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from braid.kernel.access import scope
from braid.kernel.forms import said_in
from braid.kernel.offline import keep_offline, once
from braid.people.decorators import PersonRequest, page, signed_in
from braid.work.actions import add_report_file, file_report, save_draft
from braid.work.answers import answered
from braid.work.bindings import binding_of
from braid.work.forms import FillForm
from braid.work.models import Report, ReportVersion
from braid.work.queries.bulk_reports import bulks_for
from braid.work.queries.counted import counts_for, entries_for
from braid.work.queries.report_forms import fields_of
from braid.work.queries.reports import (
    Place,
    place_for,
    place_to_fill_for,
    report_before,
    reports_due_for,
    reports_filed_for,
)
from braid.work.rules import VIEW_WORK, can_file_for, is_open


@keep_offline
@require_safe
@signed_in
def reports_due(request: PersonRequest) -> HttpResponse:
    """What her units have to report, and what they reported lately."""
    at = timezone.now()
    context = {
        "due": reports_due_for(request.person, at=at),
        "filed": reports_filed_for(request.person, at=at),
        "bulks": bulks_for(request.person, at=at),
        "today": timezone.localdate(at),
        "sees_forms": bool(scope(request.person, VIEW_WORK)),
    }
    return render(request, "work/reports_due.html", context)


@page
@signed_in
@once
@keep_offline
def report_fill(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Fill in what a unit is asked: kept as a draft, or filed. What the journal counted stands there already.

    Files that came with it are kept also when the rest has to be put right, so that she chooses none twice. A device that
    sends by itself has them still.
    """
    place = place_to_fill_for(request.person, pk, code)
    if not is_open(place.period) and request.method != "POST":
        return redirect("report", pk=pk, code=code)
    act = request.POST.get("_act", "file")
    form = _fill_form(request, place, is_whole=act == "file")
    if request.method == "POST":
        is_right = form.is_valid()
        if is_right or "X-Offline" not in request.headers:
            place = _keep_files(request, place, form)
        if is_right:
            with said_in(form, request):
                return _take(request, place, form, act)
    context = _page_of(place) | {
        "form": form,
        "asked": list(form.asked()),
        "now": form.now() if form.is_stale else [],
        "may_begin_with_last": form.may_begin_with_last,
    }
    return render(request, "work/report_fill.html", context, status=422 if form.errors else 200)


def _fill_form(request: PersonRequest, place: Place, *, is_whole: bool) -> FillForm:
    version = place.period.version
    return FillForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        version=version,
        counts=counts_for(place.period, place.unit, fields_of(version)),
        report=place.report,
        last=report_before(place),
        begin_with_last="last" in request.GET,
        is_whole=is_whole,
    )


def _keep_files(request: PersonRequest, place: Place, form: FillForm) -> Place:
    """Keep the files she brought as answers; a report that nobody had begun is begun by that."""
    at = timezone.now()
    for key, proven in form.brought.items():
        report, kept = add_report_file(place.period, place.unit, proven, seen=place.report, by=request.person, at=at)
        place = replace(place, report=report)
        form.take_kept(key, kept, report)
    return place


def _take(request: PersonRequest, place: Place, form: FillForm, act: str) -> HttpResponse:
    """File what she sent, or keep it as a draft and go on where she wanted to."""
    period, unit, seen, at = place.period, place.unit, place.report, timezone.now()
    if act == "file":
        why = form.cleaned_data.get("why", "")
        file_report(period, unit, form.filled, seen=seen, why=why, by=request.person, at=at)
        messages.success(request, _("Reported. It counts for every level above from now on."))
        return redirect("report", pk=period.pk, code=unit.code)
    save_draft(period, unit, form.filled, seen=seen, by=request.person, at=at)
    messages.success(request, _("Kept. It counts once you report it."))
    return redirect("report_fill", pk=period.pk, code=unit.code)


@require_safe
@signed_in
def report(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """What a unit answered, what it said before, and what it may do now."""
    place = place_for(request.person, pk, code)
    fields = fields_of(place.period.version)
    said = place.report
    shown = answered(fields, said.values, said.counted, said.reasons) if said and said.version else []
    context = _page_of(place) | {
        "answers": shown,
        "may_file": can_file_for(request.person, place.unit) and is_open(place.period),
        "history": [(row, answered(fields, row.values, row.counted, row.reasons)) for row in _history(said)],
    }
    return render(request, "work/report.html", context)


def _history(said: Report | None) -> list[ReportVersion]:
    return list(said.versions.select_related("filed_by").order_by("-number")) if said else []


@require_safe
@signed_in
def report_counted(request: PersonRequest, pk: int, code: str, key: str) -> HttpResponse:
    """The entries of the journal behind a number that is filled from it."""
    place = place_for(request.person, pk, code)
    question = place.period.version.fields.filter(key=key).exclude(bound_to="").first()
    if question is None:
        raise Http404
    count = counts_for(place.period, place.unit, [question]).get(key)
    if count is None:
        raise Http404
    context = _page_of(place) | {
        "question": question,
        "count": count,
        "binding": binding_of(question.bound_to),
        "page": entries_for(place.period, place.unit, count, cursor=request.GET.get("cursor", "")),
    }
    return render(request, "work/report_counted.html", context)


def _page_of(place: Place) -> dict[str, Any]:
    """What every page about a report shows of it."""
    return {
        "place": place,
        "period": place.period,
        "report_form": place.period.form,
        "unit": place.unit,
        "report": place.report,
        "today": timezone.localdate(),
    }
