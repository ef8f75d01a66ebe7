"""What a unit does with a directive, and judging it: each act, and the pages that ask for words first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from braid.contact.forms import SendBackForm
from braid.kernel.access import require
from braid.kernel.errors import BadInput
from braid.kernel.forms import said_in
from braid.kernel.offline import keep_offline, once
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit
from braid.work.actions import (
    approve_handling,
    assign_to,
    open_handling,
    pass_on,
    report_done,
    return_directive,
    send_handling_back,
    take_on,
    tick_step,
)
from braid.work.enums import Because
from braid.work.forms.directives import DoneForm, GiveForm, OwnUnitsForm, PassForm, ReturnForm
from braid.work.models import Directive, DirectiveRule
from braid.work.queries.directives import asked_unit_for, chain_of, directive_for, is_given_to
from braid.work.queries.handlings import handling_to_judge, people_of
from braid.work.rules import can_handle_at, can_judge, can_send_directives_of
from braid.work.shown import effect_in_words, effect_of_passing

from .burden import effect_page


def _asked(request: PersonRequest, pk: int, code: str) -> tuple[Directive, Unit]:
    found = directive_for(request.person, pk, at=timezone.now())
    return found, asked_unit_for(request.person, found, code)


@require_POST
@signed_in
def directive_open(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The page says by itself that somebody of the unit has opened it."""
    found, unit = _asked(request, pk, code)
    open_handling(found, unit, by=request.person, at=timezone.now())
    return HttpResponse(status=204)


@require_POST
@signed_in
@once
def directive_take_on(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Take it on for the unit."""
    found, unit = _asked(request, pk, code)
    take_on(found, unit, by=request.person, at=timezone.now())
    messages.success(request, _("It is in work at your unit now."))
    return redirect("directive_at", pk=pk, code=code)


@require_POST
@signed_in
@once
def directive_step(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Tick a step, or take the tick away."""
    found, unit = _asked(request, pk, code)
    is_done = request.POST.get("done") == "1"
    tick_step(found, unit, request.POST.get("step", ""), is_done=is_done, by=request.person, at=timezone.now())
    return redirect("directive_at", pk=pk, code=code)


@require_POST
@signed_in
def directive_give(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Give it to a person of the unit."""
    found, unit = _asked(request, pk, code)
    require(can_handle_at(request.person, unit.path))
    form = GiveForm(request.POST)
    form.offer_people(people_of(unit, on=timezone.localdate()))
    if not form.is_valid():
        raise BadInput(_("Choose somebody of the unit."))
    assign_to(found, unit, form.chosen, by=request.person, at=timezone.now())
    messages.success(request, _("Saved. Whom you chose finds it on Today."))
    return redirect("directive_at", pk=pk, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def directive_report(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Report what was done, in words."""
    found, unit = _asked(request, pk, code)
    require(can_handle_at(request.person, unit.path) or is_given_to(request.person, found, unit))
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            report_done(found, unit, **form.cleaned_data, by=request.person, at=timezone.now())
            messages.success(request, _("Reported. The sender and the units above you see it."))
            return redirect("directive_at", pk=pk, code=code)
    words = {"form": form, "directive": found, "unit": unit}
    return render(request, "work/directive_report.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
def directive_return(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Return it with a reason."""
    found, unit = _asked(request, pk, code)
    require(can_handle_at(request.person, unit.path))
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            said = {"because": Because(form.cleaned_data["because"]), "words": form.cleaned_data["words"]}
            return_directive(found, unit, **said, by=request.person, at=timezone.now())
            messages.success(request, _("Returned, with your reason. You can still take it on."))
            return redirect("directive_at", pk=pk, code=code)
    words = {"form": form, "directive": found, "unit": unit}
    return render(request, "work/directive_return.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_pass(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Pass it on to units of her own."""
    found, unit = _to_pass(request, pk, code)
    chain, at, effect = chain_of(found, unit), timezone.now(), None
    given = {"initial": {"due_on": chain.due_on}, "latest": chain.due_on, **_own_units(unit)}
    form = PassForm(request.POST or None, **given)
    if request.method == "POST" and form.is_valid():
        rules = _rules(form, unit)
        effect = effect_of_passing(found, unit, rules, at)
        form = PassForm(request.POST, exceeds=effect.exceeds, **given)
        if form.is_valid():
            with said_in(form, request):
                added = {name: form.cleaned_data[name] for name in ("due_on", "note", "steps")}
                pass_on(found, unit, rules, **added, over_budget_why=form.why, by=request.person, at=at)
                messages.success(request, _("Passed on. Your units find it on Today."))
                return redirect("directive_at", pk=pk, code=code)
    page = reverse("directive_pass_effect", args=[pk, code])
    words = {
        "form": form,
        "directive": found,
        "unit": unit,
        "chain": chain,
        "effect": effect_in_words(effect, f"{page}?{form.query}") if effect else "",
    }
    return render(request, "work/directive_pass.html", words, status=422 if form.errors else 200)


@require_safe
@signed_in
def directive_pass_effect(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The units that passing it on to the chosen ones would put beyond their budget of time."""
    found, unit = _to_pass(request, pk, code)
    form = OwnUnitsForm(request.GET, **_own_units(unit))
    if not form.is_valid():
        raise Http404
    effect = effect_of_passing(found, unit, _rules(form, unit), timezone.now())
    return effect_page(request, effect, of=found, back=reverse("directive_pass", args=[pk, code]))


@require_POST
@signed_in
def directive_approve(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Approve what a unit reported, as it was shown."""
    at = timezone.now()
    handling = handling_to_judge(request.person, directive_for(request.person, pk, at=at), code)
    approve_handling(handling, seen=request.POST.get("seen", ""), by=request.person, at=at)
    messages.success(request, _("Approved."))
    return redirect("directive_at", pk=pk, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_send_back(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Send back what a unit reported, with a reason."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    handling = handling_to_judge(request.person, found, code)
    require(can_judge(request.person, found, handling))
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            send_handling_back(handling, why=form.cleaned_data["why"], by=request.person, at=at)
            messages.success(request, _("Sent back, with your reason."))
            return redirect("directive_at", pk=pk, code=code)
    words = {"form": form, "directive": found, "unit": handling.unit, "handling": handling}
    return render(request, "work/directive_send_back.html", words, status=422 if form.errors else 200)


def _to_pass(request: PersonRequest, pk: int, code: str) -> tuple[Directive, Unit]:
    """A directive and a unit that it asks, for which she may pass it on."""
    found, unit = _asked(request, pk, code)
    require(can_send_directives_of(request.person, unit.path))
    return found, unit


def _own_units(unit: Unit) -> dict[str, Any]:
    """What `OwnUnitsForm` offers: the units right below `unit`, and the levels there are below it."""
    below = Unit.objects.shown().below(unit.path).order_by().values_list("level", flat=True)
    children = Unit.objects.shown().filter(parent=unit).order_by("path")
    return {"children": list(children), "levels": list(below.distinct())}


def _rules(form: OwnUnitsForm, unit: Unit) -> list[DirectiveRule]:
    """The unsaved rules of what was chosen."""
    levels = sum(1 << level for level in form.cleaned_data["levels"])
    rules = [DirectiveRule(unit=unit, levels=levels)] if levels else []
    chosen = Unit.objects.shown().filter(parent=unit, pk__in=form.cleaned_data["units"]).order_by("path")
    return [*rules, *(DirectiveRule(unit=child, is_subtree=False) for child in chosen)]
