"""Surveys, made, opened and answered through the product's own actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import (
    QuestionPlan,
    SurveyPlan,
    add_question,
    answer_survey,
    close_survey,
    count_surveys,
    draft_survey,
    open_survey,
)
from braid.contact.enums import Promise, QuestionKind
from braid.contact.models import Question, Survey, SurveyRule
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit

YES_NO = ({"en": "yes", "zh-hans": "是"}, {"en": "no", "zh-hans": "否"})


def draft(unit: Unit, *rules: SurveyRule, promise: Promise = Promise.ANONYMOUS, **plan: Any) -> Survey:
    """A draft of `unit` that asks its whole subtree, with no questions yet."""
    on = timezone.localdate()
    made = SurveyPlan(
        plan.pop("title", {"en": "What do you need?"}),
        plan.pop("opens_on", on),
        plan.pop("closes_on", on + timedelta(days=10)),
        promise,
        **plan,
    )
    return draft_survey(unit, made, by=OPERATOR, at=timezone.now(), audience=rules or [SurveyRule(unit=unit)])


def question(survey: Survey, text: str = "Do you have children?", **plan: Any) -> Question:
    """A question at the end of a draft; by default one of yes and no."""
    kind = plan.pop("kind", QuestionKind.ONE)
    if kind in (QuestionKind.ONE, QuestionKind.SEVERAL):
        plan.setdefault("choices", YES_NO)
    return add_question(survey, QuestionPlan(kind, {"en": text}, **plan), by=OPERATOR)


def survey(unit: Unit, *rules: SurveyRule, **plan: Any) -> Survey:
    """An open survey with one question, one that only those are asked who said yes, and a text."""
    made = draft(unit, *rules, **plan)
    first = question(made, is_required=True)
    question(made, "How many?", kind=QuestionKind.NUMBER, low=1, high=9, asked_if=first.pk, asked_if_choices=(0,))
    question(made, "What do you need?", kind=QuestionKind.LONG)
    return open_survey(made, by=OPERATOR, at=timezone.now())


def answers(survey: Survey, unit: Unit, people: list[Person], *values: Any, at: datetime | None = None) -> None:
    """Let each of `people` answer the questions in order with `values` (None: left out)."""
    questions = list(survey.questions.order_by("place"))
    given = {str(one.pk): value for one, value in zip(questions, values, strict=False) if value is not None}
    for person in people:
        answer_survey(survey, given, unit=unit.pk, form=f"form {person.pk}", by=person, at=at or timezone.now())


def counted(survey: Survey) -> Survey:
    """`survey`, closed and counted."""
    at = timezone.now()
    if survey.closed_at is None:
        close_survey(survey, by=OPERATOR, at=at)
    while count_surveys(at + timedelta(minutes=2)):
        pass
    survey.refresh_from_db()
    return survey
