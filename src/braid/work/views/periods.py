"""Periods of a form: opened by hand, and closed."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from braid.contact.queries import size_of
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.work.actions import close_period, open_period
from braid.work.forms import PeriodForm
from braid.work.queries.report_forms import form_to_run_for, period_to_run_for
from braid.work.shown import effect_of_thing, effect_shown


@page
@signed_in
def period_open(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask a form now, for the days she names."""
    found = form_to_run_for(request.person, pk)
    today = timezone.localdate()
    usual = {"first_on": today, "last_on": today, "due_on": today + timedelta(days=found.due_days)}
    at = timezone.now()
    effect = effect_of_thing(found, at)
    form = PeriodForm(request.POST or None, initial=usual, exceeds=0 if found.over_budget_why else effect.exceeds)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            open_period(found, by=request.person, at=at, **form.cleaned_data)
            messages.success(request, _("It is asked. The units find it on Today."))
            return redirect("report_form", pk=pk)
    size = size_of(list(found.audience.all()), on=today)
    context = {"report_form": found, "form": form, "size": size, "effect": effect_shown(found, effect)}
    return render(request, "work/period_open.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def period_close(request: PersonRequest, pk: int) -> HttpResponse:
    """Take no more reports of a period."""
    period = period_to_run_for(request.person, pk)
    close_period(period, by=request.person, at=timezone.now())
    messages.success(request, _("Closed. It takes no more reports and corrections."))
    return redirect("report_form", pk=period.form_id)
