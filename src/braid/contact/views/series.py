"""Notices that repeat: those of a unit, one of them, skipping a day and stopping."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import skip_day, stop_series
from braid.contact.queries.reviews import is_agreed, needs_second_reader
from braid.contact.queries.series import coming_days, occurrences_of, series_for, series_of
from braid.contact.rules import SEND_NOTICES
from braid.kernel.errors import BadInput
from braid.people.decorators import PersonRequest, signed_in
from braid.units.queries import unit_for


@require_safe
@signed_in
def series_list(request: PersonRequest, code: str) -> HttpResponse:
    """The notices of a unit that repeat."""
    unit = unit_for(request.person, code, SEND_NOTICES)
    words = {"unit": unit, "page": series_of(unit, cursor=request.GET.get("cursor", ""))}
    return render(request, "contact/series_list.html", words)


@require_safe
@signed_in
def series(request: PersonRequest, pk: int) -> HttpResponse:
    """One series: how it repeats, the days to come, what went out."""
    at = timezone.now()
    found = series_for(request.person, pk)
    rules = list(found.draft.audience.select_related("unit").defer("numbers"))
    words = {
        "series": found,
        "notice": found.draft,
        "unit": found.unit,
        "coming": coming_days(found, at=at),
        "page": occurrences_of(found, cursor=request.GET.get("cursor", "")),
        "lacks_reader": found.is_running
        and found.planned_by is not None
        and needs_second_reader(found.draft, rules)
        and not is_agreed(found.draft, by=found.planned_by),
    }
    return render(request, "contact/series.html", words)


@require_POST
@signed_in
def series_skip(request: PersonRequest, pk: int) -> HttpResponse:
    """Skip a day, or let it go out after all."""
    found = series_for(request.person, pk)
    skips = "after_all" not in request.POST
    skip_day(found, _day(request.POST.get("day", "")), skips=skips, by=request.person, at=timezone.now())
    messages.success(request, _("Skipped.") if skips else _("It goes out on that day after all."))
    return redirect("series", pk=pk)


@require_POST
@signed_in
def series_stop(request: PersonRequest, pk: int) -> HttpResponse:
    """Stop it; what went out stays."""
    stop_series(series_for(request.person, pk), by=request.person)
    messages.success(request, _("Stopped. What went out stays; the draft stays a draft."))
    return redirect("series", pk=pk)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadInput(_("Choose one of the buttons on the page.")) from error
