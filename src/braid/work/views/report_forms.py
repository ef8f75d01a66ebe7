"""The register of forms, and one form: its entry, whom it asks, putting it to use, ending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.forms import OverBudgetForm, level_choices
from braid.contact.queries import size_of
from braid.contact.views.drafts import RuleInWords, in_words
from braid.kernel.access import require, scope
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.models import Unit
from braid.units.queries import unit_by_code
from braid.work.actions import (
    ask_units,
    ask_units_no_longer,
    change_form,
    delete_form,
    draft_form,
    end_form,
    give_reason,
    publish_version,
)
from braid.work.answers import check_in_words
from braid.work.enums import ReportFormState
from braid.work.forms import AskedForm, FillForm, NewRegisterForm, RegisterForm
from braid.work.models import ReportForm, ReportFormRule
from braid.work.queries.report_forms import (
    fields_of,
    first_unit_to_ask_for,
    form_for,
    form_to_run_for,
    forms_seen_by,
    newest_version,
    periods_of,
    proposals,
    version_for,
)
from braid.work.queries.time_taken import counts_more, took_before, took_of
from braid.work.rules import RUN_FORMS, VIEW_WORK, can_run_forms_of, is_form_open, is_form_past
from braid.work.shown import effect_of_minutes, effect_of_more, effect_of_thing, effect_shown


@require_safe
@signed_in
def report_forms(request: PersonRequest) -> HttpResponse:
    """The register: forms of the units whose work she sees, or of one of them with all below it."""
    require(bool(scope(request.person, VIEW_WORK)))
    below = _unit(request.GET["unit"]) if request.GET.get("unit") else None
    context = {
        "page": forms_seen_by(request.person, below=below, cursor=request.GET.get("cursor", "")),
        "below": below,
        "may_run": bool(scope(request.person, RUN_FORMS)),
    }
    return render(request, "work/report_forms.html", context)


def _unit(code: str) -> Unit:
    unit = unit_by_code(code)
    if unit is None:
        raise Http404
    return unit


@page
@signed_in
def report_form_new(request: PersonRequest) -> HttpResponse:
    """Register a form; next she writes its questions."""
    unit = first_unit_to_ask_for(request.person)
    require(unit is not None)
    assert unit is not None
    reach = scope(request.person, RUN_FORMS)
    form = NewRegisterForm(request.POST or None, initial={"unit": unit.code}, reach=reach)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request, at=form.own_fields):
            own = form.cleaned_data["unit"]
            whole = ReportFormRule(unit=own, is_subtree=reach.covers_below(own.path))
            made = draft_form(own, form.plan, by=request.person, at=timezone.now(), audience=[whole])
            return redirect("report_form", pk=made.pk)
    context = {"form": form, "unit": unit, "report_form": None, "effect": "", "took_before": None}
    return render(request, "work/report_form_edit.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def report_form(request: PersonRequest, pk: int) -> HttpResponse:
    """One form: what the register says of it, its questions, whom it asks, its periods, and what to do next."""
    found = form_for(request.person, pk)
    version = newest_version(found)
    fields = fields_of(version)
    may_run = can_run_forms_of(request.person, found.unit_path)
    context = {
        "report_form": found,
        "may_run": may_run,
        "may_change": may_run and found.state != "ended",
        "is_open": is_form_open(found),
        "took": took_of(found),
        "is_past": is_form_past(found, timezone.localdate()),
        "version": version,
        "fields": fields,
        "checks": check_in_words(version, fields),
        "proposed": {each.field.pk: each.binding for each in proposals(fields)} if may_run else {},
        "rules": rules_of(found),
        "size": size_of(list(found.audience.all()), on=timezone.localdate()),
        "periods": periods_of(found),
        "versions": found.versions.exclude(published_at=None).order_by("-number"),
    }
    return render(request, "work/report_form.html", context)


def rules_of(form: ReportForm) -> list[RuleInWords]:
    """Whom a form asks, in words."""
    levels = dict(level_choices())
    return [in_words(rule, levels) for rule in form.audience.select_related("unit").order_by("pk")]


@require_safe
@signed_in
def report_form_version(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """What a form asked, or asks, in one of its versions."""
    found = form_for(request.person, pk)
    version = version_for(found, number)
    fields = fields_of(version)
    context = {"report_form": found, "version": version, "fields": fields, "checks": check_in_words(version, fields)}
    return render(request, "work/report_form_version.html", context)


@page
@signed_in
def report_form_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change what the register says of a form; first show what more minutes of one in use would do."""
    found = form_to_run_for(request.person, pk)
    at, shown = timezone.now(), ""
    form = RegisterForm(request.POST or None, report_form=found)
    if request.method == "POST" and form.is_valid() and is_form_open(found) and counts_more(found, form.plan.minutes):
        effect = effect_of_minutes(found, form.plan.minutes, at)
        shown = effect_shown(found, effect, query=f"minutes={form.plan.minutes}")
        form = RegisterForm(request.POST, report_form=found, exceeds=effect.exceeds)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request, at=form.own_fields):
            change_form(found, form.plan, over_budget_why=form.why, by=request.person, at=at)
            return redirect("report_form", pk=pk)
    context = {"form": form, "unit": found.unit, "report_form": found, "effect": shown}
    context["took_before"] = None if is_form_open(found) else took_before(found.unit, *found.title.values())
    return render(request, "work/report_form_edit.html", context, status=422 if form.errors else 200)


@page
@signed_in
def report_form_asked(request: PersonRequest, pk: int) -> HttpResponse:
    """Whom a form asks: its rules in words, how many that is, and one more to add."""
    found = form_to_run_for(request.person, pk)
    at, effect = timezone.now(), None
    given = {
        "reach": scope(request.person, RUN_FORMS),
        "initial": {"unit": found.unit.code, "reach": "subtree", "over_budget_why": found.over_budget_why},
    }
    form = AskedForm(request.POST or None, **given)
    if request.method == "POST" and form.is_valid() and is_form_open(found):
        effect = effect_of_more(found, form.asked, at)
        form = AskedForm(request.POST, exceeds=effect.exceeds, **given)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            ask_units(found, form.asked, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("These units are asked as well."))
            return redirect("report_form_asked", pk=pk)
    context = {
        "report_form": found,
        "unit": found.unit,
        "form": form,
        "effect": effect_shown(found, effect, query=form.query) if effect else "",
        "rules": rules_of(found),
        "size": size_of(list(found.audience.all()), on=timezone.localdate()),
    }
    return render(request, "work/report_form_asked.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def report_form_asked_remove(request: PersonRequest, pk: int, rule: int) -> HttpResponse:
    """Ask the units of one rule no longer."""
    ask_units_no_longer(form_to_run_for(request.person, pk), rule, by=request.person)
    messages.success(request, _("These units are asked no longer."))
    return redirect("report_form_asked", pk=pk)


@page
@signed_in
def report_form_preview(request: PersonRequest, pk: int) -> HttpResponse:
    """The form as those who are asked will see it, to be tried: nothing is kept."""
    found = form_to_run_for(request.person, pk)
    form = FillForm(request.POST or None, version=newest_version(found), counts={})
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("It can be filled in like this. Nothing of your trial was kept."))
        return redirect("report_form_preview", pk=pk)
    context = {"report_form": found, "form": form, "asked": list(form.asked())}
    return render(request, "work/report_form_preview.html", context, status=422 if form.errors else 200)


@page
@signed_in
def report_form_reason(request: PersonRequest, pk: int) -> HttpResponse:
    """A period that was held back: what asking it would do, and why it may."""
    found = form_to_run_for(request.person, pk)
    at = timezone.now()
    effect = effect_of_thing(found, at)
    form = OverBudgetForm(request.POST if request.method == "POST" else None, exceeds=1)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            give_reason(found, form.why, by=request.person, at=at)
            messages.success(request, _("It is asked in a moment. The units that are asked read your reason."))
            return redirect("report_form", pk=pk)
    context = {"report_form": found, "effect": effect_shown(found, effect), "form": form}
    return render(request, "work/report_form_reason.html", context, status=422 if form.errors else 200)


@page
@signed_in
def report_form_publish(request: PersonRequest, pk: int) -> HttpResponse:
    """Look once more at what is asked and of how many, then put it to use."""
    found = form_to_run_for(request.person, pk)
    at = timezone.now()
    effect = effect_of_thing(found, at) if found.state == ReportFormState.DRAFT else None
    form = OverBudgetForm(request.POST if request.method == "POST" else None, exceeds=effect.exceeds if effect else 0)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            publish_version(found, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("It is asked like this from the next period on."))
            return redirect("report_form", pk=pk)
    fields = fields_of(newest_version(found))
    context = {
        "report_form": found,
        "questions": len(fields),
        "proposed": proposals(fields),
        "took_before": took_before(found.unit, *found.title.values()),
        "size": size_of(list(found.audience.all()), on=timezone.localdate()),
        "effect": effect_shown(found, effect) if effect else "",
        "form": form,
    }
    return render(request, "work/report_form_publish.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def report_form_end(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask a form no more."""
    end_form(form_to_run_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("This form is not asked any more. All answers stay."))
    return redirect("report_form", pk=pk)


@require_POST
@signed_in
def report_form_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    delete_form(form_to_run_for(request.person, pk), by=request.person)
    messages.success(request, _("The draft was deleted."))
    return redirect("report_forms")
