"""Making a survey: its words, questions and branches, whom it asks, trying it, opening and closing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import (
    add_question,
    ask_also,
    ask_no_longer,
    change_question,
    change_survey,
    close_survey,
    delete_survey,
    draft_survey,
    move_question,
    open_survey,
    remove_question,
)
from braid.contact.enums import SurveyState
from braid.contact.forms import (
    AnswerForm,
    NewSurveyForm,
    QuestionForm,
    SurveyForm,
    SurveyRuleForm,
    condition_in_words,
    level_choices,
)
from braid.contact.models import Question, Survey, SurveyRule
from braid.contact.queries import size_of
from braid.contact.queries.surveys import (
    draft_survey_for,
    question_for,
    survey_for,
    survey_to_run_for,
    surveys_run_by,
    taken_part,
)
from braid.contact.rules import RUN_SURVEYS, VIEW_RESULTS, can_read_texts_of, can_run_surveys_at
from braid.kernel.access import require, scope
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.models import Unit

from .drafts import in_words


@require_safe
@signed_in
def surveys_run(request: PersonRequest) -> HttpResponse:
    """The surveys of the units whose surveys she runs or whose results she sees."""
    may_run = bool(scope(request.person, RUN_SURVEYS))
    require(may_run or bool(scope(request.person, VIEW_RESULTS)))
    found = surveys_run_by(request.person, cursor=request.GET.get("cursor", ""))
    return render(request, "contact/survey_list.html", {"page": found, "may_run": may_run})


@page
@signed_in
def survey_new(request: PersonRequest) -> HttpResponse:
    """Begin a survey; next she writes its questions."""
    reach = scope(request.person, RUN_SURVEYS)
    unit = Unit.objects.active().filter(reach.where("path")).order_by("path").first()
    require(unit is not None)
    assert unit is not None
    form = NewSurveyForm(request.POST or None, initial={"unit": unit.code}, reach=reach)
    if request.method == "POST" and form.is_valid():
        own = form.cleaned_data["unit"]
        whole = SurveyRule(unit=own, is_subtree=reach.covers_below(own.path))
        made = draft_survey(own, form.plan, by=request.person, at=timezone.now(), audience=[whole])
        return redirect("survey", pk=made.pk)
    words = {"form": form, "unit": unit, "survey": None}
    return render(request, "contact/survey_form.html", words, status=422 if form.errors else 200)


@require_safe
@signed_in
def survey(request: PersonRequest, pk: int) -> HttpResponse:
    """A survey as those see it who make it: where it stands, its questions, whom it asks, what to do next."""
    found = survey_for(request.person, pk)
    rules = list(found.audience.select_related("unit").order_by("pk"))
    may_run = can_run_surveys_at(request.person, found.unit_path)
    context = {
        "survey": found,
        "may_run": may_run,
        "may_change": may_run and found.state == SurveyState.DRAFT,
        "may_read_texts": can_read_texts_of(request.person, found),
        "questions": _in_words(found),
        "rules": [in_words(rule, dict(level_choices())) for rule in rules],
        "size": size_of(rules, on=timezone.localdate()),
        "taken_part": taken_part(found) if found.state == SurveyState.OPEN else None,
    }
    return render(request, "contact/survey.html", context)


def _in_words(found: Survey) -> list[tuple[Question, str]]:
    questions = list(found.questions.order_by("place"))
    by_key = {question.pk: question for question in questions}
    return [(question, condition_in_words(question, by_key)) for question in questions]


@page
@signed_in
def survey_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change title, introduction, promise and days of a draft."""
    found = draft_survey_for(request.person, pk)
    form = SurveyForm(request.POST or None, survey=found)
    if request.method == "POST" and form.is_valid():
        change_survey(found, form.plan, by=request.person)
        return redirect("survey", pk=pk)
    words = {"form": form, "unit": found.unit, "survey": found}
    return render(request, "contact/survey_form.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def survey_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    delete_survey(draft_survey_for(request.person, pk), by=request.person)
    messages.success(request, _("The draft was deleted."))
    return redirect("surveys_run")


@page
@signed_in
def survey_audience(request: PersonRequest, pk: int) -> HttpResponse:
    """Whom a draft asks: its rules in words, how many that is, and one more to add."""
    found = draft_survey_for(request.person, pk)
    reach = scope(request.person, RUN_SURVEYS)
    form = SurveyRuleForm(request.POST or None, reach=reach, initial={"unit": found.unit.code, "reach": "subtree"})
    if request.method == "POST" and form.is_valid():
        is_only = ask_also(found, SurveyRule(**form.said), by=request.person)
        messages.success(request, _("Now only these are asked.") if is_only else _("Added to those who are asked."))
        return redirect("survey_audience", pk=pk)
    rules = list(found.audience.select_related("unit").order_by("pk"))
    context = {
        "survey": found,
        "unit": found.unit,
        "form": form,
        "rules": [in_words(rule, dict(level_choices())) for rule in rules],
        "size": size_of(rules, on=timezone.localdate()),
    }
    return render(request, "contact/survey_audience.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def survey_audience_remove(request: PersonRequest, pk: int, rule: int) -> HttpResponse:
    """Take one rule away."""
    ask_no_longer(draft_survey_for(request.person, pk), rule, by=request.person)
    messages.success(request, _("They are not asked any more."))
    return redirect("survey_audience", pk=pk)


@page
@signed_in
def question_new(request: PersonRequest, pk: int) -> HttpResponse:
    """Write one more question."""
    found = draft_survey_for(request.person, pk)
    form = QuestionForm(request.POST or None, before=list(found.questions.order_by("place")))
    if request.method == "POST" and form.is_valid():
        add_question(found, form.plan, by=request.person)
        return redirect("survey", pk=pk)
    return _question_form(request, {"survey": found, "question": None, "form": form})


@page
@signed_in
def question_edit(request: PersonRequest, pk: int, question: int) -> HttpResponse:
    """Change a question."""
    found = question_for(request.person, pk, question)
    before = list(found.survey.questions.filter(place__lt=found.place).order_by("place"))
    form = QuestionForm(request.POST or None, before=before, question=found)
    if request.method == "POST" and form.is_valid():
        change_question(found, form.plan, by=request.person)
        return redirect("survey", pk=pk)
    return _question_form(request, {"survey": found.survey, "question": found, "form": form})


def _question_form(request: PersonRequest, context: dict[str, Any]) -> HttpResponse:
    own, others = context["form"].own_and_others()
    context |= {"own": own, "others": others}
    return render(request, "contact/survey_question.html", context, status=422 if context["form"].errors else 200)


@require_POST
@signed_in
def question_move(request: PersonRequest, pk: int, question: int) -> HttpResponse:
    """Put a question one place up or down."""
    move_question(question_for(request.person, pk, question), up="up" in request.POST, by=request.person)
    return redirect("survey", pk=pk)


@require_POST
@signed_in
def question_remove(request: PersonRequest, pk: int, question: int) -> HttpResponse:
    """Take a question out."""
    remove_question(question_for(request.person, pk, question), by=request.person)
    messages.success(request, _("The question was removed."))
    return redirect("survey", pk=pk)


@page
@signed_in
def survey_preview(request: PersonRequest, pk: int) -> HttpResponse:
    """The survey as those who are asked will see it, to be tried: nothing is kept."""
    found = survey_to_run_for(request.person, pk)
    form = AnswerForm(request.POST or None, questions=list(found.questions.order_by("place")))
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("It can be answered like this. Nothing of your trial was kept."))
        return redirect("survey_preview", pk=pk)
    context = {"survey": found, "form": form, "asked": form.asked_with(), "hers": None, "is_trial": True}
    return render(request, "contact/survey_answer.html", context, status=422 if form.errors else 200)


@page
@signed_in
def survey_open(request: PersonRequest, pk: int) -> HttpResponse:
    """Look once more at what is promised and how many are asked, then open it."""
    found = draft_survey_for(request.person, pk)
    if request.method == "POST":
        open_survey(found, by=request.person, at=timezone.now())
        messages.success(request, _("The survey is open. Those who are asked find it on Today from its first day on."))
        return redirect("survey", pk=pk)
    rules = list(found.audience.select_related("unit"))
    context = {"survey": found, "size": size_of(rules, on=timezone.localdate()), "questions": found.questions.count()}
    return render(request, "contact/survey_open.html", context)


@require_POST
@signed_in
def survey_close(request: PersonRequest, pk: int) -> HttpResponse:
    """Close it before its last day."""
    close_survey(survey_to_run_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Closed. The answers are counted in a minute or two."))
    return redirect("survey", pk=pk)
