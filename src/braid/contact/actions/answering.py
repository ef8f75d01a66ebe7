"""Everything that takes in answers to surveys: named ones, which stay hers, and anonymous ones, which go into the box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.blind import Mark, mark_of, random_number, sealed_answer
from braid.contact.branches import Values, checked
from braid.contact.models import NamedAnswer, RollPage, SealedAnswer, Survey, SurveyRule
from braid.contact.queries.audience import units_of_all
from braid.contact.queries.surveys import units_asked
from braid.contact.rules import TYPE_PAPER, takes_answers
from braid.kernel.access import Actor, may, require
from braid.kernel.bulk import insert_rows
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person
from braid.units.models import Unit

KEYS_KEPT = 50
"""Forms of one person that are known again when they come twice."""


@dataclass(frozen=True)
class Given:
    """An anonymous answer on its way into the box. `who` is only ever turned into a mark on the roll."""

    who: str
    unit: int
    values: dict[str, Any]
    form: str
    from_paper: bool = False


@transaction.atomic
def answer_survey(survey: Survey, values: Values, *, unit: int, form: str, by: Person, at: datetime) -> None:
    """Take in what `by` answers, for her unit numbered `unit`. `form` is the key of the form she sent.

    The same form sent again changes nothing: a phone that was offline may not know that it arrived. In a survey with names
    another form replaces her answers. In an anonymous one nothing can be replaced: that is refused (409), as is answering
    before the first or after the last day. Refused, too, when the survey does not ask her, and for answers that do not fit.
    """
    require(unit in units_asked(by, survey, at=at))
    if survey.is_anonymous:
        given = Given(str(by.pk), unit, {}, form)
        if _was_sent(survey, given):
            return
    else:
        hers = NamedAnswer.objects.select_for_update().filter(survey=survey, person=by).first()
        if hers and form in hers.keys:
            return
    _check_takes(survey, at)
    fitting = checked(list(survey.questions.order_by("place")), values)
    if survey.is_anonymous:
        put_into_box(survey, [Given(str(by.pk), unit, fitting, form)])
    else:
        _keep_named(survey, by, unit, fitting, form, at=at)


@transaction.atomic
def type_in_answer(
    survey: Survey, values: Values, *, unit: Unit, form: str, by: Actor, at: datetime, person: Person | None = None
) -> None:
    """Take in what was answered on paper in `unit`, marked so. With names, `person` is who wrote it.

    Who wrote an anonymous paper is not known, so nobody can tell whether she answered on her phone as well: the paper says
    that one of the two is enough. Refused when `by` may not type in answers there, when the survey does not ask the unit or
    the person, when it takes no answers, and for answers that do not fit. The same form again changes nothing.
    """
    require(may(by, TYPE_PAPER, unit.path))
    _check_takes(survey, at)
    fitting = checked(list(survey.questions.order_by("place")), values)
    if survey.is_anonymous:
        if unit.pk not in units_of_all(SurveyRule.objects.filter(survey=survey).select_related("unit")):
            raise BadInput(_("This unit is not asked."), fields={"unit": _("Choose another unit.")})
        paper = Given(f"paper {form}", unit.pk, fitting, form, from_paper=True)
        if not _was_sent(survey, paper):
            put_into_box(survey, [paper])
        return
    if person is None or unit.pk not in units_asked(person, survey, at=at):
        raise BadInput(_("She is not asked in this unit."), fields={"person": _("Write another name.")})
    _keep_named(survey, person, unit.pk, fitting, form, at=at, from_paper=True)


@transaction.atomic
def erase_answer(survey: Survey, *, by: Person, at: datetime) -> None:
    """Erase what `by` answered in a survey with names; nothing there changes nothing. Refused once it takes no answers."""
    if survey.is_anonymous:
        raise WrongState(_("Anonymous answers cannot be erased: nobody can tell which are yours."))
    _check_takes(survey, at)
    NamedAnswer.objects.filter(survey=survey, person=by).delete()


@transaction.atomic
def put_into_box(survey: Survey, answers: Sequence[Given]) -> None:
    """Seal anonymous answers and put their people on the roll; the caller has asked the gate and checked the values.

    In one transaction, yet nothing joins the two: the roll has no order, and the box no names. Refused when somebody is on
    the roll already.
    """
    by_page: dict[int, list[Mark]] = defaultdict(list)
    for answer in answers:
        mark = _mark(survey, answer)
        by_page[mark.page].append(mark)
    pages = RollPage.objects.select_for_update().filter(survey=survey, number__in=by_page).order_by("number")
    for page in pages:
        marks = bytes(page.marks)
        for mark in by_page[page.number]:
            if mark.is_on(marks):
                raise WrongState(_("You have answered already. Anonymous answers cannot be changed."))
            marks = mark.added_to(marks)
        RollPage.objects.filter(survey=survey, number=page.number).update(marks=marks)
    rows = ((random_number(), survey.pk, _sealed(answer)) for answer in answers)
    insert_rows(SealedAnswer, ("id", "survey_id", "sealed"), rows)


def _sealed(answer: Given) -> str:
    return sealed_answer({"unit": answer.unit, "values": answer.values, "paper": answer.from_paper})


def _mark(survey: Survey, answer: Given) -> Mark:
    return mark_of(bytes(survey.roll_key), survey.roll_pages, answer.who, answer.form)


def _was_sent(survey: Survey, answer: Given) -> bool:
    """Whether this very form is in the box already."""
    if not survey.roll_pages:
        return False
    mark = _mark(survey, answer)
    page = RollPage.objects.filter(survey=survey, number=mark.page).first()
    return page is not None and mark.is_same_form(bytes(page.marks))


def _keep_named(
    survey: Survey, person: Person, unit: int, values: Values, form: str, *, at: datetime, from_paper: bool = False
) -> None:
    hers, is_new = NamedAnswer.objects.select_for_update().get_or_create(
        survey=survey,
        person=person,
        defaults={"unit_id": unit, "values": values, "keys": [form], "from_paper": from_paper, "answered_at": at},
    )
    if is_new or form in hers.keys:
        return
    hers.unit_id, hers.values, hers.answered_at, hers.from_paper = unit, dict(values), at, from_paper
    hers.keys = [*hers.keys, form][-KEYS_KEPT:]
    hers.save()


def _check_takes(survey: Survey, at: datetime) -> None:
    """By the row as it is now: it may have been closed since the page was made."""
    survey.refresh_from_db(fields=["state"])
    if not takes_answers(survey, timezone.localdate(at)):
        raise WrongState(_("This survey takes no answers now."))
