"""Answering a survey: on the page, on paper, and what somebody does with her own answers."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_survey, erase_answer, type_in_answer
from braid.contact.forms import AnswerForm, PaperForm
from braid.contact.models import Survey
from braid.contact.qr import qr_of
from braid.contact.queries.groups import people_called
from braid.contact.queries.surveys import (
    answer_of,
    has_answered,
    survey_on_paper_for,
    survey_to_answer_for,
    survey_to_print_for,
    surveys_waiting_for,
    unit_on_paper,
    units_by_number,
)
from braid.contact.rules import RUN_SURVEYS, TYPE_PAPER, VIEW_RESULTS, takes_answers
from braid.kernel.access import scope
from braid.kernel.forms import said_in
from braid.kernel.offline import keep_offline
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.models import Person
from braid.units.models import Unit


@keep_offline
@require_safe
@signed_in
def surveys_mine(request: PersonRequest) -> HttpResponse:
    """The surveys that ask her now."""
    context = {
        "rows": surveys_waiting_for(request.person, at=timezone.now()),
        "types_papers": bool(scope(request.person, TYPE_PAPER)),
        "sees_others": bool(scope(request.person, RUN_SURVEYS)) or bool(scope(request.person, VIEW_RESULTS)),
    }
    return render(request, "contact/surveys_mine.html", context)


@keep_offline
@page
@signed_in
def survey_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The questions on one page; a form that was sent before, from a phone that was offline, is answered the same again."""
    at = timezone.now()
    found, numbers = survey_to_answer_for(request.person, pk, at=at)
    hers = None if found.is_anonymous else answer_of(request.person, found)
    if request.method != "POST" and not _is_open_for(request.person, found):
        return render(request, "contact/survey_shut.html", {"survey": found, "hers": hers})
    form = AnswerForm(
        request.POST or None,
        questions=list(found.questions.order_by("place")),
        units=units_by_number(numbers),
        values=hers.values if hers else None,
    )
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            unit = form.cleaned_data.get("for_unit", numbers[0])
            answer_survey(found, form.values, unit=unit, form=form.cleaned_data["form"], by=request.person, at=at)
            return redirect("survey_thanks", pk=pk)
    context = {"survey": found, "form": form, "asked": form.asked_with(), "hers": hers, "is_trial": False}
    return render(request, "contact/survey_answer.html", context, status=422 if form.errors else 200)


def _is_open_for(person: Person, survey: Survey) -> bool:
    """Whether she can fill it in now: it is open, and she can still answer or change her answers."""
    return takes_answers(survey, timezone.localdate()) and not (survey.is_anonymous and has_answered(person, survey))


@require_safe
@signed_in
def survey_thanks(request: PersonRequest, pk: int) -> HttpResponse:
    """What becomes of her answers now."""
    found, _units = survey_to_answer_for(request.person, pk, at=timezone.now())
    return render(request, "contact/survey_thanks.html", {"survey": found})


@require_POST
@signed_in
def survey_erase(request: PersonRequest, pk: int) -> HttpResponse:
    """Erase her own answers."""
    found, _units = survey_to_answer_for(request.person, pk, at=timezone.now())
    erase_answer(found, by=request.person, at=timezone.now())
    messages.success(request, _("Your answers were erased."))
    return redirect("surveys_mine")


@require_safe
@signed_in
def survey_print(request: PersonRequest, pk: int) -> HttpResponse:
    """The survey on paper: questions with boxes, and a QR picture of the page, for those who run it or type it in."""
    found = survey_to_print_for(request.person, pk)
    form = AnswerForm(questions=list(found.questions.order_by("place")))
    address = request.build_absolute_uri(reverse("survey_answer", args=[pk]))
    picture = qr_of(address, _("QR picture of the address below"))
    context = {"survey": found, "asked": form.asked_with(), "address": address, "picture": picture}
    return render(request, "contact/survey_print.html", context)


@page
@signed_in
def survey_paper(request: PersonRequest, pk: int) -> HttpResponse:
    """Type in what somebody answered on paper."""
    on = timezone.localdate()
    found = survey_on_paper_for(request.person, pk)
    unit = unit_on_paper(request.person)
    form = PaperForm(
        request.POST or None,
        survey=found,
        unit=unit,
        questions=list(found.questions.order_by("place")),
        find_unit=partial(unit_on_paper, request.person),
        find=lambda name, unit: people_called(name, request.person, unit, on=on),
    )
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            _type_in(request, found, form)
            messages.success(request, _("Taken in, marked as from paper. You can type in the next one."))
            return redirect("survey_paper", pk=pk)
    context = {"survey": found, "form": form, "asked": form.asked_with(), "unit": unit}
    context["is_open"] = takes_answers(found, on)
    return render(request, "contact/survey_paper.html", context, status=422 if form.errors else 200)


def _type_in(request: PersonRequest, survey: Survey, form: PaperForm) -> None:
    unit: Unit = form.cleaned_data["unit"]
    type_in_answer(
        survey,
        form.values,
        unit=unit,
        form=form.cleaned_data["form"],
        person=form.cleaned_data.get("person"),
        by=request.person,
        at=timezone.now(),
    )
