"""Planning when a draft goes out by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact.actions import cancel_plan, plan_sending, repeat_notice
from braid.contact.forms import PlanForm, comes_twice
from braid.contact.queries import draft_for
from braid.contact.queries.reviews import is_agreed, needs_second_reader
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in

from .sending import exceeding, foreseen_of, rules_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_plan(request: PersonRequest, pk: int) -> HttpResponse:
    """Choose day, time and time zone, and whether it repeats."""
    at = timezone.now()
    notice = draft_for(request.person, pk, at=at)
    said, is_read_first = foreseen_of(notice, at), needs_second_reader(notice, rules_of(notice))
    lacks_reader = is_read_first and not is_agreed(notice, by=request.person)
    form = PlanForm(
        request.POST or None,
        series=notice.repeats,
        today=timezone.localdate(at),
        must_repeat=lacks_reader,
        initial={"over_budget_why": notice.over_budget_why},
        exceeds=0 if is_read_first else exceeding(said),
    )
    if request.method == "POST" and form.is_valid() and form.repetition:
        with said_in(form, request):
            series = repeat_notice(notice, form.repetition, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("Planned. Until each day you can change it, skip a day or stop it."))
            return redirect("series", pk=series.pk)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            moment, zone = form.cleaned_data["moment"], form.cleaned_data["zone"]
            plan_sending(notice, moment, zone=zone, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("Planned. Until then you can change it or call it off."))
            if comes_twice(moment, zone):
                messages.info(
                    request, _("The clocks there are put back that night: it goes out the first time they show this.")
                )
            return redirect("notice", pk=pk)
    words = {"notice": notice, "unit": notice.unit, "form": form, "foreseen": said}
    return render(request, "contact/plan.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_plan_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Call the plan off; the draft stays."""
    at = timezone.now()
    cancel_plan(draft_for(request.person, pk, at=at), by=request.person, at=at)
    messages.success(request, _("Called off. It stays a draft."))
    return redirect("notice", pk=pk)
