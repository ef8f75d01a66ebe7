"""Sending a directive, and what can be done with it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact.enums import ReviewState
from braid.contact.forms import OverBudgetForm, SendBackForm
from braid.contact.queries import size_of
from braid.contact.views.drafts import in_html
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in
from braid.people.models import Person
from braid.work.actions import (
    agree_to_directive,
    ask_directive_review,
    close_directive,
    correct_directive,
    return_directive_draft,
    send_directive,
    undo_directive,
    withdraw_directive,
)
from braid.work.forms.directives import DirectiveCorrectionForm, WithdrawForm
from braid.work.models import Directive, DirectiveRule
from braid.work.queries.directive_reviews import (
    can_review_directive,
    directive_review_of,
    is_directive_agreed,
    needs_second_reader,
    seal_of_directive,
)
from braid.work.queries.directives import draft_directive_for, own_directive_for
from braid.work.queries.effects import Effect
from braid.work.queries.time_taken import took_before
from braid.work.rules import can_undo_directive
from braid.work.shown import effect_of_thing, effect_shown

from .directive_drafts import receivers_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_send(request: PersonRequest, pk: int) -> HttpResponse:
    """Say in words whom the directive asks and how much work that is; then send it.

    Where a second reader is needed, the reason for going beyond budgets is written when she is asked, for she reads it too.
    """
    at = timezone.now()
    if can_undo_directive(own_directive_for(request.person, pk, at=at), at):
        return redirect("directive", pk=pk)  # a second click: the first has sent it
    found = draft_directive_for(request.person, pk, at=at)
    effect = effect_of_thing(found, at)
    form = OverBudgetForm(initial={"over_budget_why": found.over_budget_why}, exceeds=effect.exceeds)
    if request.method == "POST":
        is_read_first = needs_second_reader(found, _rules(found))
        form = OverBudgetForm(request.POST, exceeds=0 if is_read_first else effect.exceeds)
        if form.is_valid():
            with said_in(form, request):
                send_directive(found, over_budget_why=form.why, by=request.person, at=at)
                return redirect("directive", pk=pk)
    return _send_page(request, found, form, effect, at=at)


def _rules(found: Directive) -> list[DirectiveRule]:
    return list(found.audience.select_related("unit").order_by("pk"))


def _send_page(
    request: PersonRequest, found: Directive, form: OverBudgetForm, effect: Effect, *, at: datetime
) -> HttpResponse:
    rules = _rules(found)
    size = size_of(rules, on=timezone.localdate(at))
    words = {
        "directive": found,
        "size": size,
        "hours": round(size.units * found.minutes / 60),
        "unit": found.unit,
        "took_before": took_before(found.unit, *(text.title for text in found.texts)),
        "rules": receivers_in_words(rules),
        "effect": effect_shown(found, effect),
        "form": form,
        **_second_reading(request.person, found, rules, lacks_why=bool(effect.exceeds and not found.over_budget_why)),
    }
    return render(request, "work/directive_send.html", words, status=422 if form.errors else 200)


def _second_reading(person: Person, found: Directive, rules: list[DirectiveRule], *, lacks_why: bool) -> dict[str, Any]:
    """What the page says of a second reader, where one is needed; `lacks_why`: units would be over budget without a reason."""
    if not needs_second_reader(found, rules):
        return {"needs_reader": False, "may_send": True}
    review, agreed = directive_review_of(found), is_directive_agreed(found, by=person)
    state = review.state if review is not None and review.seal == seal_of_directive(found) else None
    is_asked = state == ReviewState.ASKED
    is_reader = state == ReviewState.AGREED and review is not None and review.read_by == person
    return {
        "needs_reader": True,
        "agreed": agreed,
        "may_send": agreed and not lacks_why,
        "may_ask": not is_reader and (lacks_why or not (agreed or is_asked)),
        "review": review,
        "is_asked": is_asked,
        "is_reader": is_reader,
        "may_review": review is not None and can_review_directive(person, found, review),
    }


@require_POST
@signed_in
def directive_undo(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the sending back while nobody has seen it."""
    at = timezone.now()
    undo_directive(own_directive_for(request.person, pk, at=at), by=request.person, at=at)
    messages.success(request, _("Not sent. It is a draft again."))
    return redirect("directive_edit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Withdraw a directive for a reason."""
    at = timezone.now()
    found = own_directive_for(request.person, pk, at=at)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            withdraw_directive(found, why=form.cleaned_data["why"], by=request.person, at=at)
            messages.success(request, _("Withdrawn. Nobody has to do anything any more."))
            return redirect("directive", pk=pk)
    words = {"form": form, "directive": found, "unit": found.unit}
    return render(request, "work/directive_withdraw.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_close(request: PersonRequest, pk: int) -> HttpResponse:
    """End a directive; GET asks whether she means it."""
    at = timezone.now()
    found = own_directive_for(request.person, pk, at=at)
    if request.method == "POST":
        close_directive(found, by=request.person, at=at)
        messages.success(request, _("Closed. What units did stays readable."))
        return redirect("directive", pk=pk)
    return render(request, "work/directive_close.html", {"directive": found, "unit": found.unit})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_correct(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct a directive; what it said before stays readable."""
    at = timezone.now()
    found = own_directive_for(request.person, pk, at=at)
    form = DirectiveCorrectionForm(request.POST or None, notice=found)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            correct_directive(found, **form.correction, by=request.person, at=at)
            messages.success(request, _("Corrected. What it said before stays readable below."))
            return redirect("directive", pk=pk)
    words = {"form": form, "directive": found, "unit": found.unit, "texts": in_html(found)}
    return render(request, "work/directive_correct.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def directive_review_ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a second reader, with the reason for going beyond budgets where one is needed."""
    at = timezone.now()
    found = draft_directive_for(request.person, pk, at=at)
    effect = effect_of_thing(found, at)
    form = OverBudgetForm(request.POST, exceeds=effect.exceeds)
    if form.is_valid():
        with said_in(form, request):
            ask_directive_review(found, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("Asked. Others who may send for this unit find it on Today."))
            return redirect("directive_send", pk=pk)
    return _send_page(request, found, form, effect, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_review(request: PersonRequest, pk: int) -> HttpResponse:
    """The draft as it would go out, for its second reader; POST sends it back."""
    at = timezone.now()
    found = draft_directive_for(request.person, pk, at=at)
    review = directive_review_of(found)
    if review is None:
        raise Http404
    require(can_review_directive(request.person, found, review))
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            return_directive_draft(found, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Sent back, with your reason."))
            return redirect("directive", pk=pk)
    rules = _rules(found)
    words = {
        "directive": found,
        "unit": found.unit,
        "effect": effect_shown(found, effect_of_thing(found, at)),
        "review": review,
        "form": form,
        "texts": in_html(found),
        "rules": receivers_in_words(rules),
        "size": size_of(rules, on=timezone.localdate(at)),
        "seal": seal_of_directive(found),
    }
    return render(request, "work/directive_review.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def directive_review_agree(request: PersonRequest, pk: int) -> HttpResponse:
    """Agree to what was shown."""
    at = timezone.now()
    found = draft_directive_for(request.person, pk, at=at)
    agree_to_directive(found, seal=request.POST.get("seal", ""), by=request.person, at=at)
    messages.success(request, _("You agreed. Its author can send it now."))
    return redirect("directive", pk=pk)
