"""The burden meter: what a unit was asked, what a subtree was asked and by whom, budgets, and what a draft would do."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from braid.contact.models import Notice
from braid.contact.queries import draft_for
from braid.contact.queries.reach import place_of
from braid.kernel.access import require, scope
from braid.kernel.downloads import FORMS, table_answer
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.models import Unit
from braid.units.queries import unit_for
from braid.work.actions import set_budgets
from braid.work.enums import DirectiveState, ReportFormState
from braid.work.forms import AskedForm, MinutesForm
from braid.work.forms.burden import BudgetsForm
from braid.work.models import Directive, ReportForm
from braid.work.queries.budgets import level_budgets
from braid.work.queries.burden import month_after, month_asked, month_before, month_of
from braid.work.queries.duplicates import MOST, duplicates_in
from braid.work.queries.effects import Effect, page_of_places
from braid.work.queries.stale_forms import stale_forms_in
from braid.work.queries.subtree_burden import levels_in, units_over, who_asks
from braid.work.queries.unit_burden import asked_by, burden_of
from braid.work.rules import (
    RUN_FORMS,
    SEND_DIRECTIVES,
    VIEW_WORK,
    asks_for,
    can_complain_from,
    can_set_budgets_of,
)
from braid.work.shown import effect_of_minutes, effect_of_more, effect_of_thing

SENT_FROM = {"notice": "notice_send", "directive": "directive_send", "form": "report_form"}
"""The page from which a draft goes out, by its kind."""


@require_safe
@signed_in
def burden_unit(request: PersonRequest, code: str) -> HttpResponse:
    """What a unit was asked in a month, for its people and for those above who ask it."""
    unit = unit_for(request.person, code, VIEW_WORK)
    month = _month(request)
    context = {
        **_about(request, unit, month),
        "burden": burden_of(unit, month, reader=request.person),
        "asked": asked_by(unit, month, reader=request.person),
        "may_complain": can_complain_from(request.person, unit),
    }
    return render(request, "work/burden_unit.html", context)


@require_safe
@signed_in
def burden_below(request: PersonRequest, code: str) -> HttpResponse:
    """What the units of a subtree were asked, and by whom."""
    unit = _subtree(request, code)
    month = _month(request)
    context = {
        **_about(request, unit, month),
        "levels": levels_in(unit, month),
        "senders": who_asks(unit, month),
    }
    return render(request, "work/burden_below.html", context)


@require_safe
@signed_in
def burden_file(request: PersonRequest, code: str) -> HttpResponseBase:
    """What a unit was asked in a month, as a file: thing by thing."""
    unit, month = unit_for(request.person, code, VIEW_WORK), _month(request)
    lines = burden_of(unit, month, reader=request.person).lines
    header = [_("Day"), _("Kind"), _("What"), _("From"), _("Code"), _("Minutes")]
    header += [_("Estimated, minutes"), _("Really took, minutes"), _("Why it may take more time than the budget")]
    rows = [
        [
            timezone.localdate(line.at).isoformat(),
            line.kind.label,
            line.title,
            str(line.sender),
            line.sender.code,
            line.minutes,
            line.estimate or None,
            line.took.minutes if line.took else None,
            line.why,
        ]
        for line in lines
    ]
    return table_answer(header, rows, name=f"burden-{code}-{month:%Y-%m}", form=_form(request))


@require_safe
@signed_in
def burden_below_file(request: PersonRequest, code: str) -> HttpResponseBase:
    """What the units of a subtree were asked, level by level, as a file."""
    unit, month = _subtree(request, code), _month(request)
    header = [_("Level"), pgettext("how many", "Units"), _("Over budget"), _("Minutes in the middle")]
    rows = [[row.name, row.units, row.over, row.middle] for row in levels_in(unit, month)]
    return table_answer(header, rows, name=f"burden-below-{code}-{month:%Y-%m}", form=_form(request))


@require_safe
@signed_in
def burden_over(request: PersonRequest, code: str) -> HttpResponse:
    """The units of a subtree that were asked more than their budget."""
    unit = _subtree(request, code)
    month, cursor, level = _month(request), request.GET.get("cursor", ""), request.GET.get("level", "")
    found = units_over(unit, month, level=place_of(level) if level else None, after=place_of(cursor) if cursor else -1)
    return render(request, "work/burden_over.html", {**_about(request, unit, month), "page": found})


@require_safe
@signed_in
def burden_twins(request: PersonRequest, code: str) -> HttpResponse:
    """Questions that two forms ask the same units."""
    unit = _subtree(request, code)
    context = {**_about(request, unit, _month(request)), "pairs": duplicates_in(unit), "most": MOST}
    return render(request, "work/burden_twins.html", context)


@require_safe
@signed_in
def burden_forms(request: PersonRequest, code: str) -> HttpResponse:
    """Forms past their last day, and forms nobody answers."""
    unit = _subtree(request, code)
    found = stale_forms_in(unit, at=timezone.now(), cursor=request.GET.get("cursor", ""))
    return render(request, "work/burden_forms.html", {**_about(request, unit, _month(request)), "page": found})


@page
@signed_in
def burden_budgets(request: PersonRequest, code: str) -> HttpResponse:
    """How many minutes a month may be asked of the units below, level by level."""
    unit = unit_for(request.person, code, VIEW_WORK)
    require(can_set_budgets_of(request.person, unit))
    form = BudgetsForm(request.POST or None, levels=level_budgets(unit))
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            set_budgets(unit, form.minutes, by=request.person, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("burden_below", code=unit.code)
    context = {**_about(request, unit, _month(request)), "form": form}
    return render(request, "work/burden_budgets.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def burden_effect(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    """The units that a draft would put beyond their budget of time."""
    thing = _draft(request, kind, pk)
    return effect_page(request, _effect(request, thing), of=thing, back=reverse(SENT_FROM[kind], args=[pk]))


def effect_page(request: PersonRequest, effect: Effect, *, of: object, back: str) -> HttpResponse:
    """The units that `effect` puts beyond their budget, with a way `back` to where the thing is sent from."""
    cursor = request.GET.get("cursor", "")
    found = page_of_places(effect.places, after=place_of(cursor) if cursor else -1)
    return render(request, "work/burden_effect_page.html", {"thing": of, "effect": effect, "page": found, "back": back})


def _effect(request: PersonRequest, thing: Notice | Directive | ReportForm) -> Effect:
    """Of a draft what it does; of a form what the rule in the address would add to it, or so many minutes."""
    at, minutes = timezone.now(), MinutesForm(request.GET)
    form = AskedForm(request.GET, reach=scope(request.person, RUN_FORMS))
    if isinstance(thing, ReportForm) and "unit" in request.GET and form.is_valid():
        return effect_of_more(thing, form.asked, at)
    if isinstance(thing, ReportForm) and minutes.is_valid():
        return effect_of_minutes(thing, minutes.cleaned_data["minutes"], at)
    return effect_of_thing(thing, at)


def _draft(request: PersonRequest, kind: str, pk: int) -> Notice | Directive | ReportForm:
    """What is not sent yet (of a form also one in use), if she may send it; else 404."""
    if kind == "notice":
        return draft_for(request.person, pk, at=timezone.now())
    if kind == "directive":
        sends = scope(request.person, SEND_DIRECTIVES).where("unit_path")
        return get_object_or_404(
            Directive.objects.select_related("unit").filter(sends), pk=pk, state=DirectiveState.DRAFT
        )
    if kind == "form":
        runs = scope(request.person, RUN_FORMS).where("unit_path")
        forms = ReportForm.objects.select_related("unit").filter(runs)
        return get_object_or_404(forms.exclude(state=ReportFormState.ENDED), pk=pk)
    raise Http404


def _form(request: PersonRequest) -> str:
    form = request.GET.get("form", "csv")
    return form if form in FORMS else "csv"


def _subtree(request: PersonRequest, code: str) -> Unit:
    """A unit whose whole subtree she may look into."""
    unit = unit_for(request.person, code, VIEW_WORK)
    require(scope(request.person, VIEW_WORK).covers_below(unit.path))
    return unit


def _about(request: PersonRequest, unit: Unit, month: date) -> dict[str, object]:
    """What all these pages show of the unit and the month."""
    last = month_of(timezone.now())
    return {
        "unit": unit,
        "above": Unit.objects.ancestors(unit.path),
        "month": month,
        "month_before": month_before(month),
        "month_after": month_after(month) if month < last else None,
        "may_look_below": scope(request.person, VIEW_WORK).covers_below(unit.path),
        "may_set": can_set_budgets_of(request.person, unit),
        "may_read_outcomes": asks_for(request.person).covers(unit.path),
    }


def _month(request: PersonRequest) -> date:
    return month_asked(request.GET.get("month", ""), at=timezone.now())
