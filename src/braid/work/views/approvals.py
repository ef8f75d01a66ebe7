"""Approving a part of a period, reopening it, sending a report back, and what happened to an approval."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.kernel.offline import once
from braid.people.decorators import PersonRequest, page, signed_in
from braid.work.actions import approve_part, reopen_part, send_back
from braid.work.figures import figures_of
from braid.work.forms.approvals import ReopenForm, SendBackReportForm
from braid.work.queries.approvals import history_of, seal_of, standing_of, told_of
from braid.work.queries.filed import report_for
from braid.work.queries.looks import Look, fields_asked, look_for
from braid.work.queries.tables import table_of
from braid.work.rules import can_approve_at, can_send_back

from .rollups import page_of_look


@require_safe
@signed_in
def approval(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The part a unit approves, what it waits for, and what happened to its approval."""
    return _approval(request, look_for(request.person, pk, code))


def _approval(request: PersonRequest, look: Look, *, is_stale: bool = False) -> HttpResponse:
    table, standing = table_of(look), standing_of(look.period, look.unit, look.path)
    events = history_of(standing.approval, cursor=request.GET.get("cursor", "")) if standing.approval else None
    context = page_of_look(request, look) | {
        "table": table,
        "figures": figures_of(fields_asked(look.period), table.below),
        "standing": standing,
        "may_approve": can_approve_at(request.person, look.unit),
        "is_stale": is_stale,
        "events": events,
        "told": told_of(standing.approval, events.rows) if standing.approval and events else [],
    }
    return render(request, "work/approval.html", context, status=409 if is_stale else 200)


@require_POST
@signed_in
@once
def approval_give(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Approve the part as it was shown; where something changed since, show how it is now."""
    look = look_for(request.person, pk, code)
    seal = request.POST.get("seal", "")
    require(can_approve_at(request.person, look.unit))
    if seal != seal_of(look.period, look.path):
        return _approval(request, look, is_stale=True)
    approve_part(look.period, look.unit, seal=seal, by=request.person, at=timezone.now())
    messages.success(request, _("Approved. Its numbers count as approved for every level above."))
    return redirect("approval", pk=pk, code=code)


@page
@signed_in
@once
def approval_reopen(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Reopen an approved part, with a reason."""
    look = look_for(request.person, pk, code)
    require(can_approve_at(request.person, look.unit))
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            why = form.cleaned_data["why"]
            reopen_part(look.period, look.unit, why=why, by=request.person, at=timezone.now())
            messages.success(request, _("Reopened, and with it the parts above that were approved."))
            return redirect("approval", pk=pk, code=code)
    context = page_of_look(request, look) | {"form": form}
    return render(request, "work/approval_reopen.html", context, status=422 if form.errors else 200)


@page
@signed_in
@once
def report_send_back(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Send a report back to its unit, with what should be different."""
    found = report_for(request.person, pk, code)
    require(can_send_back(request.person, found.look.period, found.report))
    form = SendBackReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            send_back(found.report, why=form.cleaned_data["why"], by=request.person, at=timezone.now())
            messages.success(request, _("Sent back. It counts again once the unit reports it anew."))
            return redirect("report_seen", pk=pk, code=code)
    context = page_of_look(request, found.look) | {"form": form}
    return render(request, "work/report_send_back.html", context, status=422 if form.errors else 200)
