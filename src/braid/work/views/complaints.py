"""Complaints: making one, one's own, hearing and answering them, and what became of those about a unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.models import Unit
from braid.units.queries import unit_for
from braid.work.actions import answer_complaint, complain, note_answer_read, take_back_complaint
from braid.work.enums import ANSWER_WITHIN, ComplaintState
from braid.work.forms.complaints import ComplaintAnswerForm, ComplaintForm
from braid.work.queries.complaints import (
    asked_thing_for,
    complaint_for,
    complaint_to_hear_for,
    complaints_by,
    complaints_heard_by,
    hearing_unit_of,
    outcomes_of,
)
from braid.work.rules import HEAR_COMPLAINTS, VIEW_WORK, can_complain_from, can_hear

KINDS = ("directive", "form")
HEARD = gettext_lazy("Sent to whoever hears complaints. Nobody else learns that it was you.")
UNHEARD = gettext_lazy(
    "Kept. It waits until somebody independent is named to hear it. Nobody else learns that it was you."
)


@require_safe
@signed_in
def complaints_mine(request: PersonRequest) -> HttpResponse:
    """What she complained of, and how it was answered."""
    found = complaints_by(request.person, cursor=request.GET.get("cursor", ""))
    context = {"page": found, "hears": bool(scope(request.person, HEAR_COMPLAINTS))}
    return render(request, "work/complaints_mine.html", context)


@require_safe
@signed_in
def complaints_heard(request: PersonRequest) -> HttpResponse:
    """The complaints she hears: those that wait, and those that were answered."""
    require(bool(scope(request.person, HEAR_COMPLAINTS)))
    waiting = request.GET.get("show", "waiting") != "answered"
    found = complaints_heard_by(request.person, waiting=waiting, cursor=request.GET.get("cursor", ""))
    context = {"page": found, "waiting": waiting, "today": timezone.localdate()}
    return render(request, "work/complaints_heard.html", context)


@require_safe
@signed_in
def complaints_about(request: PersonRequest, code: str) -> HttpResponse:
    """What became of complaints about what a unit asked, without names, for those who ask for it."""
    unit = unit_for(request.person, code, VIEW_WORK)
    rows, cursor = outcomes_of(unit, request.person, cursor=request.GET.get("cursor", ""))
    context = {"unit": unit, "above": Unit.objects.ancestors(unit.path), "rows": rows, "page": {"next_cursor": cursor}}
    return render(request, "work/complaints_about.html", context)


@page
@signed_in
def complaint_new(request: PersonRequest, kind: str, pk: int, code: str) -> HttpResponse:
    """Complain about what a directive or a form asks of one's unit."""
    unit = unit_for(request.person, code, VIEW_WORK)
    if kind not in KINDS or not can_complain_from(request.person, unit):
        raise Http404
    thing = asked_thing_for(kind, pk, unit)
    form, at = ComplaintForm(request.POST or None), timezone.now()
    heard_at = hearing_unit_of(thing, at=at)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            made = complain(thing, unit=unit, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, HEARD if heard_at else UNHEARD)
            return redirect("complaint", pk=made.pk)
    context = {
        "form": form,
        "unit": unit,
        "thing": thing,
        "heard_at": heard_at,
        "days": ANSWER_WITHIN.days,
    }
    return render(request, "work/complaint_new.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def complaint(request: PersonRequest, pk: int) -> HttpResponse:
    """One complaint, for her who made it and for whoever hears it."""
    found = complaint_for(request.person, pk)
    note_answer_read(found, by=request.person, at=timezone.now())
    hers = found.said_by_id == request.person.pk
    waits = found.state == ComplaintState.WAITING
    context = {
        "complaint": found,
        "is_hers": hers,
        "may_answer": waits and can_hear(request.person, found),
        "may_take_back": waits and hers,
        "is_late": waits and found.due_on < timezone.localdate(),
    }
    return render(request, "work/complaint.html", context)


@page
@signed_in
def complaint_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer one."""
    found = complaint_to_hear_for(request.person, pk)
    form = ComplaintAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            answer_complaint(found, **form.cleaned_data, by=request.person, at=timezone.now())
            messages.success(
                request, _("Answered. She who complained reads it, and those who asked, without her name.")
            )
            return redirect("complaint", pk=pk)
    context = {"form": form, "complaint": found}
    return render(request, "work/complaint_answer.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def complaint_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Take one's own back."""
    take_back_complaint(complaint_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect("complaints_mine")
