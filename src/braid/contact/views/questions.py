"""Asking about a notice, and answering once for all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from braid.contact.actions import answer_question, ask_question, decline_question
from braid.contact.forms import AskForm, DeclineForm, NoticeAnswerForm
from braid.contact.queries import notice_for, own_notice_for
from braid.contact.queries.questions import question_for, questions_waiting
from braid.contact.queries.seats import units_addressed
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask about a notice that addresses her."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    require(bool(units_addressed(request.person, notice, at=at)))
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            ask_question(notice, form.cleaned_data["text"], by=request.person, at=at)
            messages.success(request, _("Asked. You read the answer here, and so do all other readers."))
            return redirect("notice", pk=pk)
    words = {"notice": notice, "unit": notice.unit, "form": form}
    return render(request, "contact/ask.html", words, status=422 if form.errors else 200)


@require_safe
@signed_in
def notice_questions(request: PersonRequest, pk: int) -> HttpResponse:
    """The questions on a notice that wait, for those who answer."""
    notice = own_notice_for(request.person, pk, at=timezone.now())
    page = questions_waiting(notice, cursor=request.GET.get("cursor", ""))
    return render(request, "contact/questions.html", {"notice": notice, "unit": notice.unit, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def question_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer one for all readers."""
    at = timezone.now()
    question = question_for(request.person, pk, at=at)
    form = NoticeAnswerForm(request.POST or None, initial={"text": question.text})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            answer_question(question, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Answered. All readers of the notice see it."))
            return redirect("notice_questions", pk=question.notice_id)
    words = {"question": question, "notice": question.notice, "unit": question.notice.unit, "form": form}
    return render(request, "contact/answer.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def question_decline(request: PersonRequest, pk: int) -> HttpResponse:
    """Do not answer one, with a reason for whoever asked."""
    at = timezone.now()
    question = question_for(request.person, pk, at=at)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            decline_question(question, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Not answered. Whoever asked reads your reason, nobody else."))
            return redirect("notice_questions", pk=question.notice_id)
    words = {"question": question, "notice": question.notice, "unit": question.notice.unit, "form": form}
    return render(request, "contact/decline.html", words, status=422 if form.errors else 200)
