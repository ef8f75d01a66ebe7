"""Surveys: those that wait for somebody, those a unit makes, and what was said in them, in scope or absent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Func, IntegerField, QuerySet, Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.blind import ENTRY, mark_of
from braid.contact.enums import SurveyState
from braid.contact.models import NamedAnswer, Question, RollPage, Survey, SurveyRule
from braid.contact.rules import RUN_SURVEYS, TYPE_PAPER, VIEW_RESULTS, can_run_surveys_at, can_see_results_at
from braid.kernel.access import Scope, require, scope
from braid.kernel.errors import WrongState
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .seats import Seat, addresses, seats_of, units_meant

MOST_OPEN = 50
"""Open surveys a page lists."""


@dataclass(frozen=True)
class ForHer:
    """An open survey that asks somebody, and whether she has answered it."""

    survey: Survey
    has_answered: bool


def survey_for(person: Person, pk: int) -> Survey:
    """The survey numbered `pk` if `person` runs the surveys of its unit or sees results there; else `Http404`."""
    survey = _surveys().filter(pk=pk).first()
    if survey is None or not (
        can_run_surveys_at(person, survey.unit_path) or can_see_results_at(person, survey.unit_path)
    ):
        raise Http404
    return survey


def survey_to_run_for(person: Person, pk: int) -> Survey:
    """The survey numbered `pk` if `person` runs it. `Http404` when she may not see it; else `NotAllowed`."""
    survey = survey_for(person, pk)
    require(can_run_surveys_at(person, survey.unit_path))
    return survey


def draft_survey_for(person: Person, pk: int) -> Survey:
    """The draft numbered `pk` if `person` runs it. Refused as in `survey_to_run_for`; `WrongState` once it is open."""
    survey = survey_to_run_for(person, pk)
    if survey.state != SurveyState.DRAFT:
        raise WrongState(_("This survey was opened already: nothing of it changes any more."))
    return survey


def question_for(person: Person, pk: int, question: int) -> Question:
    """A question of a draft that `person` runs; refused as in `draft_survey_for`."""
    survey = draft_survey_for(person, pk)
    found = survey.questions.filter(pk=question).first()
    if found is None:
        raise Http404
    found.survey = survey
    return found


def survey_to_answer_for(person: Person, pk: int, *, at: datetime) -> tuple[Survey, list[int]]:
    """The survey numbered `pk` and the units for which it asks `person` at `at`; `Http404` when it does not ask her."""
    survey = _surveys().exclude(state=SurveyState.DRAFT).filter(pk=pk).first()
    units = units_asked(person, survey, at=at) if survey else []
    if survey is None or not units:
        raise Http404
    return survey, units


def survey_on_paper_for(person: Person, pk: int) -> Survey:
    """The survey numbered `pk` if `person` types in answers from paper in a unit that it asks; else `Http404`."""
    survey = _surveys().exclude(state=SurveyState.DRAFT).filter(pk=pk).first()
    reach = scope(person, TYPE_PAPER)
    if survey is None or not asks_within(survey, reach):
        raise Http404
    return survey


def asks_within(survey: Survey, reach: Scope) -> bool:
    """Whether `survey` asks in a unit within `reach`, or belongs to one."""
    if reach.covers(survey.unit_path):
        return True
    return any(_meets(rule.unit.path, rule.is_subtree, reach) for rule in survey.audience.select_related("unit"))


def _meets(path: str, is_subtree: bool, reach: Scope) -> bool:
    if reach.covers(path) or any(is_subtree and top.startswith(path) for top in reach.subtrees):
        return True
    return any(unit.startswith(path) if is_subtree else unit == path for unit in reach.units)


def survey_to_print_for(person: Person, pk: int) -> Survey:
    """The survey numbered `pk` if `person` runs it or types its answers in; else `Http404`."""
    survey = _surveys().filter(pk=pk).first()
    if survey is not None and can_run_surveys_at(person, survey.unit_path):
        return survey
    return survey_on_paper_for(person, pk)


def surveys_run_by(person: Person, *, cursor: str = "", size: int = 25) -> Page[Survey]:
    """A page of the surveys of all units whose surveys `person` runs or whose results she sees, newest first."""
    where = scope(person, RUN_SURVEYS).where() | scope(person, VIEW_RESULTS).where()
    return page_of(_surveys().filter(where), order=("-pk",), cursor=cursor, size=size)


def surveys_waiting_for(person: Person, *, at: datetime) -> list[ForHer]:
    """The surveys that ask `person` at `at`, those that close first in front. Six queries, however many; one on most days,
    when no survey is open at all."""
    on = timezone.localdate(at)
    open_now = Survey.objects.filter(state=SurveyState.OPEN, opens_on__lte=on, closes_on__gte=on)
    if not open_now.exists():
        return []
    seats = _seats_now(person, at=at)
    anchors = {number for seat in seats for number in numbers_of(seat.path)}
    rules = SurveyRule.objects.filter(unit__in=anchors, survey__in=open_now)
    found = rules.select_related("survey", "survey__unit", "unit").order_by("survey__closes_on", "survey_id")
    asking = {rule.survey_id: rule.survey for rule in found if any(addresses(rule, seat, at) for seat in seats)}
    surveys = list(asking.values())[:MOST_OPEN]
    answered = _answered(person, surveys)
    return [ForHer(survey, survey.pk in answered) for survey in surveys]


def units_asked(person: Person, survey: Survey, *, at: datetime) -> list[int]:
    """The units of `person`, by number, for which `survey` asks her as the tree and her offices are now. Three queries."""
    return units_meant(survey.audience.select_related("unit"), _seats_now(person, at=at), at)


def _seats_now(person: Person, *, at: datetime) -> list[Seat]:
    return [seat for seat in seats_of(person, on=timezone.localdate(at)) if seat.since <= at < seat.until]


def has_answered(person: Person, survey: Survey) -> bool:
    """Whether `person` has taken part; of an anonymous survey that is counted already nobody knows any more. One query."""
    return bool(_answered(person, [survey]))


def _answered(person: Person, surveys: list[Survey]) -> set[int]:
    named = NamedAnswer.objects.filter(person=person, survey__in=[one.pk for one in surveys if not one.is_anonymous])
    found = set(named.values_list("survey_id", flat=True))
    marks = {
        one.pk: mark_of(bytes(one.roll_key), one.roll_pages, str(person.pk))
        for one in surveys
        if one.is_anonymous and one.roll_pages
    }
    pages = RollPage.objects.filter(survey__in=marks, number__in={mark.page for mark in marks.values()})
    for survey, number, roll in pages.values_list("survey_id", "number", "marks"):
        if marks[survey].page == number and marks[survey].is_on(bytes(roll)):
            found.add(survey)
    return found


def answer_of(person: Person, survey: Survey) -> NamedAnswer | None:
    """What `person` answered in a survey with names."""
    return NamedAnswer.objects.filter(person=person, survey=survey).first()


def taken_part(survey: Survey) -> int:
    """About how many have taken part so far: whole tens, so that watching the number does not tell who came when."""
    if not survey.is_anonymous:
        return survey.named_answers.count() // 10 * 10
    length = Func("marks", function="LENGTH", output_field=IntegerField())
    total = RollPage.objects.filter(survey=survey).aggregate(sum=Sum(length))["sum"] or 0
    return int(total) // ENTRY // 10 * 10


def units_by_number(numbers: list[int]) -> list[Unit]:
    """The units with these numbers, in tree order."""
    return list(Unit.objects.filter(pk__in=numbers).order_by("path"))


def unit_on_paper(person: Person, code: str = "") -> Unit | None:
    """The unit with `code` if `person` types in answers there; without a code the highest of those units."""
    units = Unit.objects.active().filter(scope(person, TYPE_PAPER).where("path"))
    return (units.filter(code=code) if code else units).order_by("path").first()


def _surveys() -> QuerySet[Survey]:
    return Survey.objects.select_related("unit", "author")
