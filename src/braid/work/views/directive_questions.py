"""Asking about a directive, and answering once for all the units it asks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from braid.contact.forms import AskForm, DeclineForm, NoticeAnswerForm
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in
from braid.work.actions import answer_about_directive, ask_about_directive, decline_about_directive
from braid.work.queries.directive_questions import directive_questions_waiting
from braid.work.queries.directives import (
    asked_unit_for,
    directive_for,
    own_directive_for,
    question_on_directive_for,
)
from braid.work.rules import can_handle_at


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_ask(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Ask about a directive, for a unit that it asks."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    unit = asked_unit_for(request.person, found, code)
    require(can_handle_at(request.person, unit.path))
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            ask_about_directive(found, unit, form.cleaned_data["text"], by=request.person, at=at)
            messages.success(request, _("Asked. You read the answer here, and so do all other units it asks."))
            return redirect("directive_at", pk=pk, code=code)
    words = {"directive": found, "unit": unit, "form": form}
    return render(request, "work/directive_ask.html", words, status=422 if form.errors else 200)


@require_safe
@signed_in
def directive_questions(request: PersonRequest, pk: int) -> HttpResponse:
    """The questions on a directive that wait, for those who answer."""
    found = own_directive_for(request.person, pk, at=timezone.now())
    page = directive_questions_waiting(found, cursor=request.GET.get("cursor", ""))
    return render(request, "work/directive_questions.html", {"directive": found, "unit": found.unit, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer one for all readers."""
    at = timezone.now()
    question = question_on_directive_for(request.person, pk, at=at)
    form = NoticeAnswerForm(request.POST or None, initial={"text": question.text})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            answer_about_directive(question, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Answered. All units the directive asks see it."))
            return redirect("directive_questions", pk=question.directive_id)
    words = {"question": question, "directive": question.directive, "unit": question.directive.unit, "form": form}
    return render(request, "work/directive_answer.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_decline(request: PersonRequest, pk: int) -> HttpResponse:
    """Do not answer one, with a reason for its unit."""
    at = timezone.now()
    question = question_on_directive_for(request.person, pk, at=at)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            decline_about_directive(question, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Not answered. The unit that asked reads your reason, nobody else."))
            return redirect("directive_questions", pk=question.directive_id)
    words = {"question": question, "directive": question.directive, "unit": question.directive.unit, "form": form}
    return render(request, "work/directive_decline.html", words, status=422 if form.errors else 200)
