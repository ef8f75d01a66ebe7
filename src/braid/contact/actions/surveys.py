"""Everything that happens to a survey before it is answered and when it closes: drafting, questions, recipients, opening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.blind import new_roll_key, pages_for
from braid.contact.branches import answers_to, wrong_branches
from braid.contact.enums import FEWEST, LONGEST_OPEN, MOST_QUESTIONS, SURVEY_FLOW, Promise, QuestionKind, SurveyState
from braid.contact.models import Question, RollPage, Survey, SurveyRule
from braid.contact.queries.audience import addresses_any, size_of
from braid.contact.rules import RUN_SURVEYS, can_address, can_run_surveys_at
from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit

from .drafts import MOST_RULES, address_also, check_open

AT_ONCE = 20
"""Surveys one round of the worker closes."""


@dataclass(frozen=True)
class SurveyPlan:
    """What a survey is to be; texts by language."""

    title: Mapping[str, str]
    opens_on: date
    closes_on: date
    promise: Promise = Promise.ANONYMOUS
    intro: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QuestionPlan:
    """What a question is to be; texts by language."""

    kind: QuestionKind
    text: Mapping[str, str]
    choices: tuple[Mapping[str, str], ...] = ()
    low: int | None = None
    high: int | None = None
    is_required: bool = False
    asked_if: int | None = None
    asked_if_choices: tuple[int, ...] = ()


@transaction.atomic
def draft_survey(
    unit: Unit, plan: SurveyPlan, *, by: Actor, at: datetime, audience: Iterable[SurveyRule] = ()
) -> Survey:
    """Begin a survey of `unit`; nobody but those who run its surveys sees it. `audience` are unsaved rules, or none yet.

    Refused when `by` may not run surveys of the unit or address the audience, when the unit is closed, and for a plan that
    cannot be: no title, days in the wrong order or further apart than `LONGEST_OPEN`.
    """
    require(can_run_surveys_at(by, unit.path))
    check_open(unit)
    _check(plan)
    rules = list(audience)
    require(can_address(by, rules, RUN_SURVEYS))
    survey = Survey.objects.create(
        unit=unit,
        unit_path=unit.path,
        author=by if isinstance(by, Person) else None,
        created_at=at,
        **asdict(plan),
    )
    for rule in rules:
        rule.survey = survey
    SurveyRule.objects.bulk_create(rules)
    return survey


@transaction.atomic
def change_survey(survey: Survey, plan: SurveyPlan, *, by: Actor) -> Survey:
    """Give a draft another title, introduction, promise or other days. Refused as in `draft_survey`, and once it is open."""
    require(can_run_surveys_at(by, survey.unit_path))
    _check(plan)
    _hold_draft(survey)
    for name, value in asdict(plan).items():
        setattr(survey, name, value)
    survey.save(update_fields=list(asdict(plan)))
    return survey


@transaction.atomic
def delete_survey(survey: Survey, *, by: Actor) -> None:
    """Throw a draft away. Refused once it is open: then it can only be closed."""
    require(can_run_surveys_at(by, survey.unit_path))
    _hold_draft(survey)
    survey.delete()


@transaction.atomic
def ask_also(survey: Survey, rule: SurveyRule, *, by: Actor) -> bool:
    """Ask with a draft also those whom the unsaved `rule` means, or only them (`address_also`). Returns whether only them.

    Refused when it is no draft any more, when the rule lies beyond the reach of `by`, and beyond `MOST_RULES`.
    """
    require(can_run_surveys_at(by, survey.unit_path) and can_address(by, [rule], RUN_SURVEYS))
    _hold_draft(survey)
    is_only = address_also(survey.audience, rule, sender=survey.unit_id)
    if survey.audience.count() > MOST_RULES:
        raise BadInput(_("This is a very long list of recipients. Choose a level or a whole subtree instead."))
    return is_only


@transaction.atomic
def ask_no_longer(survey: Survey, rule: int, *, by: Actor) -> Survey:
    """Take the rule numbered `rule` from a draft; one that is gone already changes nothing. Refused as in `ask_also`."""
    require(can_run_surveys_at(by, survey.unit_path))
    _hold_draft(survey)
    survey.audience.filter(pk=rule).delete()
    return survey


@transaction.atomic
def add_question(survey: Survey, plan: QuestionPlan, *, by: Actor) -> Question:
    """Put a question at the end of a draft.

    Refused when it is no draft any more, beyond `MOST_QUESTIONS`, and for a question that cannot be asked: without words,
    with fewer than two choices, with bounds the wrong way round, or depending on an answer that nobody can give before.
    """
    require(can_run_surveys_at(by, survey.unit_path))
    _hold_draft(survey)
    before = list(survey.questions.order_by("place"))
    if len(before) >= MOST_QUESTIONS:
        raise BadInput(_("A survey has at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    _check_question(plan, before)
    place = before[-1].place + 1 if before else 1
    return Question.objects.create(survey=survey, place=place, **_values(plan))


@transaction.atomic
def change_question(question: Question, plan: QuestionPlan, *, by: Actor) -> Question:
    """Ask it in other words, or another way. Refused as in `add_question`, and when later questions depend on what goes."""
    require(can_run_surveys_at(by, question.survey.unit_path))
    _hold_draft(question.survey)
    _check_question(plan, list(question.survey.questions.filter(place__lt=question.place)))
    for name, value in _values(plan).items():
        setattr(question, name, value)
    question.save(update_fields=list(_values(plan)))
    _check_branches(question.survey)
    return question


@transaction.atomic
def move_question(question: Question, *, up: bool, by: Actor) -> Question:
    """Change places with the question before or after it; at the end of the list nothing changes.

    Refused when one of them would come before the question it depends on.
    """
    require(can_run_surveys_at(by, question.survey.unit_path))
    _hold_draft(question.survey)
    others = question.survey.questions
    if up:
        other = others.filter(place__lt=question.place).order_by("-place").first()
    else:
        other = others.filter(place__gt=question.place).order_by("place").first()
    if other:
        question.place, other.place = other.place, question.place
        Question.objects.bulk_update([question, other], ["place"])
        _check_branches(question.survey)
    return question


@transaction.atomic
def remove_question(question: Question, *, by: Actor) -> None:
    """Take it out of a draft. Refused while another question depends on it."""
    require(can_run_surveys_at(by, question.survey.unit_path))
    _hold_draft(question.survey)
    if question.survey.questions.filter(asked_if=question).exists():
        raise WrongState(_("Another question depends on this one. Change that first."))
    question.delete()


@transaction.atomic
def open_survey(survey: Survey, *, by: Actor, at: datetime) -> Survey:
    """Open a draft: from its first day on it takes answers, and nothing of it changes any more.

    Refused when `by` may not run it or address its audience, without questions, when nobody is asked, when its last day is
    past, and, where it promises to be anonymous, when it asks fewer than `FEWEST` people: nothing could be hidden among them.
    """
    rules = list(survey.audience.select_related("unit"))
    require(can_run_surveys_at(by, survey.unit_path) and can_address(by, rules, RUN_SURVEYS))
    check_open(survey.unit)
    if not survey.questions.exists():
        raise BadInput(_("Write a question first."))
    _check_branches(survey)
    on = timezone.localdate(at)
    if survey.closes_on < on:
        raise BadInput(_("Its last day is past. Choose another one."))
    if not any(map(addresses_any, rules)):
        raise BadInput(_("Choose who is asked first."))
    people = size_of(rules, on=on).people
    if survey.is_anonymous and people < FEWEST:
        raise BadInput(
            _(
                "Fewer than %(few)d people are asked: among so few nobody can stay anonymous. Ask more, or ask with names."
            )
            % {"few": FEWEST}
        )
    roll = {"roll_key": new_roll_key(), "roll_pages": pages_for(people)} if survey.is_anonymous else {}
    SURVEY_FLOW.move(survey, SurveyState.OPEN, opened_at=at, **roll)
    RollPage.objects.bulk_create(RollPage(survey=survey, number=number) for number in range(survey.roll_pages))
    record(survey.unit, Strand.CONTACT, "survey.opened", by=by, at=at)
    return survey


@transaction.atomic
def close_survey(survey: Survey, *, by: Actor, at: datetime) -> Survey:
    """Take no more answers; the worker counts those there are. Refused when it is not open."""
    require(can_run_surveys_at(by, survey.unit_path))
    SURVEY_FLOW.move(survey, SurveyState.CLOSED, closed_at=at)
    record(survey.unit, Strand.CONTACT, "survey.closed", by=by, at=at)
    return survey


def close_due_surveys(at: datetime) -> int:
    """Close the surveys whose last day is over; a round of the worker. Returns how many."""
    over = Survey.objects.filter(state=SurveyState.OPEN, closes_on__lt=timezone.localdate(at)).select_related("unit")
    due = list(over.order_by("closes_on", "pk")[:AT_ONCE])
    for survey in due:
        close_survey(survey, by=OPERATOR, at=at)
    return len(due)


def _hold_draft(survey: Survey) -> None:
    """Lock the row, on condition that it still is a draft: what people answer must not change under their hands."""
    if not Survey.objects.filter(pk=survey.pk, state=SurveyState.DRAFT).update(state=SurveyState.DRAFT):
        raise WrongState(_("This survey was opened already: nothing of it changes any more."))


def _check(plan: SurveyPlan) -> None:
    if not any(text.strip() for text in plan.title.values()):
        raise BadInput(_("Give the survey a title."), fields={"title_zh_hans": _("Write a title.")})
    if not timedelta(0) <= plan.closes_on - plan.opens_on <= LONGEST_OPEN:
        words = _("The last day comes after the first, within a year.")
        raise BadInput(words, fields={"closes_on": words})


def _check_question(plan: QuestionPlan, before: list[Question]) -> None:
    if not any(text.strip() for text in plan.text.values()):
        raise BadInput(_("Write the question."), fields={"text_zh_hans": _("Write the question.")})
    if plan.kind in (QuestionKind.ONE, QuestionKind.SEVERAL) and len(plan.choices) < 2:
        words = _("Write at least two choices, one a line.")
        raise BadInput(words, fields={"choices_zh_hans": words})
    if plan.kind in (QuestionKind.NUMBER, QuestionKind.SCALE):
        _check_bounds(plan)
    if plan.asked_if is not None:
        _check_condition(plan, {question.pk: question for question in before})


def _check_bounds(plan: QuestionPlan) -> None:
    if plan.low is None or plan.high is None or plan.low >= plan.high:
        words = _("Give the lowest and the highest number, the lowest first.")
        raise BadInput(words, fields={"high": words})
    if plan.kind == QuestionKind.SCALE and plan.high - plan.low > 10:
        words = _("A scale has at most eleven steps.")
        raise BadInput(words, fields={"high": words})


def _check_condition(plan: QuestionPlan, before: Mapping[int, Question]) -> None:
    """Of a question with several choices exactly one may lead on: only then every step of the way can be counted safely."""
    other = before.get(plan.asked_if or 0)
    fits = other and plan.asked_if_choices and set(plan.asked_if_choices) <= set(answers_to(other))
    if not fits or not other:
        words = _("It can only depend on answers to one earlier question.")
        raise BadInput(words, fields={"asked_if": words})
    if other.kind == QuestionKind.SEVERAL and len(plan.asked_if_choices) != 1:
        words = _("Choose one answer only: the earlier question allows several.")
        raise BadInput(words, fields={"asked_if": words})


def _check_branches(survey: Survey) -> None:
    for question, words in wrong_branches(list(survey.questions.order_by("place"))):
        raise WrongState(_("Question %(place)d: %(why)s") % {"place": question.place, "why": words})


def _values(plan: QuestionPlan) -> dict[str, Any]:
    values = asdict(plan)
    values["asked_if_id"] = values.pop("asked_if")
    return values | {"choices": list(plan.choices), "asked_if_choices": list(plan.asked_if_choices)}
