"""Surveys: making them, branches, opening, answering, counting, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone, translation

from braid.contact.actions import (
    QuestionPlan,
    answer_survey,
    change_question,
    close_due_surveys,
    close_survey,
    count_surveys,
    erase_answer,
    move_question,
    open_survey,
    remove_question,
    type_in_answer,
)
from braid.contact.branches import asked, checked, wrong_branches
from braid.contact.enums import Promise, QuestionKind, SurveyState
from braid.contact.models import (
    BlindAnswer,
    NamedAnswer,
    Question,
    RollPage,
    SealedAnswer,
    Survey,
    SurveyRule,
    SurveyTable,
)
from braid.contact.queries.survey_results import results_of, texts_of
from braid.contact.queries.surveys import has_answered, surveys_waiting_for, taken_part, units_asked
from braid.contact.words import said, said_below
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.models import Person
from braid.people.queries.headcounts import forget_headcounts
from braid.units.models import Unit
from tests import factories
from tests.factories.surveys import answers, counted, draft, question, survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    return timezone.now()


def members(unit: Unit, number: int) -> list[Person]:
    return [factories.member(unit) for _ in range(number)]


def test_words_are_those_of_the_reader_or_marked() -> None:
    words = {"zh-hans": "是", "en": "yes"}
    assert str(said(words)) == "yes"
    with translation.override("zh-hant"):
        assert str(said(words)) == "是（简体中文）"
    assert str(said({"zh-hant": "否"})) == "否 (繁體中文)"


def test_a_language_is_named_once_for_a_question_and_its_choices() -> None:
    question = {"zh-hans": "够吗？"}
    assert str(said_below(question, {"zh-hans": "够"})) == "够"
    assert str(said_below(question, {"zh-hant": "夠"})) == "夠 (繁體中文)"
    assert str(said_below({"en": "Enough?"}, {"zh-hans": "够"})) == "够 (简体中文)"


def test_branches_decide_what_is_asked(world: SimpleNamespace) -> None:
    made = draft(world.county)
    first = question(made)
    second = question(
        made, "How many?", kind=QuestionKind.SCALE, low=1, high=5, asked_if=first.pk, asked_if_choices=(0,)
    )
    third = question(made, "Why so many?", kind=QuestionKind.SHORT, asked_if=second.pk, asked_if_choices=(4, 5))
    questions = [first, second, third]
    yes, five = {str(first.pk): 0}, {str(second.pk): 5}
    assert asked(questions, {}) == [first]
    assert asked(questions, yes) == [first, second]
    assert asked(questions, yes | five) == questions
    assert asked(questions, {str(first.pk): 1} | five) == [first]
    assert checked(questions, {str(first.pk): 1} | five | {str(third.pk): "x"}) == {str(first.pk): 1}


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("one", 2),
        ("one", "0"),
        ("several", [0, 7]),
        ("number", 10),
        ("scale", 0),
        ("date", "soon"),
        ("short", "x" * 201),
    ],
)
def test_what_is_no_answer_is_refused(world: SimpleNamespace, kind: str, bad: Any) -> None:
    made = draft(world.county)
    bounds = {"low": 1, "high": 5} if kind in ("number", "scale") else {}
    one = question(made, kind=QuestionKind(kind), **bounds)
    with pytest.raises(BadInput):
        checked([one], {str(one.pk): bad})


def test_a_required_question_must_be_answered_where_it_is_asked(world: SimpleNamespace) -> None:
    made = draft(world.county)
    first = question(made)
    second = question(made, "Why?", kind=QuestionKind.SHORT, is_required=True, asked_if=first.pk, asked_if_choices=(0,))
    assert checked([first, second], {str(first.pk): 1})
    with pytest.raises(BadInput):
        checked([first, second], {str(first.pk): 0})


def test_only_forward_branches_that_somebody_can_take(world: SimpleNamespace) -> None:
    made = draft(world.county)
    first, second = question(made), question(made, "Why?", kind=QuestionKind.SHORT)
    plan = QuestionPlan(QuestionKind.SHORT, {"en": "Why?"}, asked_if=first.pk, asked_if_choices=(0,))
    change_question(second, plan, by=OPERATOR)
    with pytest.raises(WrongState):
        move_question(second, up=True, by=OPERATOR)
    second.refresh_from_db()
    with pytest.raises(WrongState):
        remove_question(first, by=OPERATOR)
    with pytest.raises(WrongState):  # the choice that leads on would be gone
        change_question(first, QuestionPlan(QuestionKind.SCALE, {"en": "How?"}, low=3, high=5), by=OPERATOR)
    with pytest.raises(BadInput):  # a question cannot wait for one that comes after it
        change_question(
            first, QuestionPlan(QuestionKind.SHORT, {"en": "x"}, asked_if=second.pk, asked_if_choices=(0,)), by=OPERATOR
        )
    Question.objects.filter(pk=first.pk).update(asked_if=second, asked_if_choices=[0])
    assert len(wrong_branches(list(made.questions.order_by("place")))) == 1


def test_of_several_choices_only_one_leads_on(world: SimpleNamespace) -> None:
    made = draft(world.county)
    first = question(made, kind=QuestionKind.SEVERAL)
    assert question(made, "Why?", asked_if=first.pk, asked_if_choices=(1,))
    with pytest.raises(BadInput):
        question(made, "Why?", asked_if=first.pk, asked_if_choices=(0, 1))


def test_opening_is_refused_where_it_cannot_be(world: SimpleNamespace, now: Any) -> None:
    made = draft(world.county)
    with pytest.raises(BadInput, match="question"):
        open_survey(made, by=OPERATOR, at=now)
    question(made)
    with pytest.raises(BadInput, match="anonymous"):  # six people in the county and below it
        open_survey(made, by=OPERATOR, at=now)
    members(world.village, 4)
    forget_headcounts()
    with pytest.raises(NotAllowed):
        open_survey(made, by=world.heads["other"], at=now)
    open_survey(made, by=world.heads["county"], at=now)
    assert made.state == SurveyState.OPEN
    assert Entry.objects.filter(kind="survey.opened", unit=world.county).exists()
    with pytest.raises(WrongState):
        question(made)


def test_nobody_asks_beyond_her_reach(world: SimpleNamespace, now: Any) -> None:
    made = draft(world.county, SurveyRule(unit=world.province), promise=Promise.NAMED)
    question(made)
    with pytest.raises(NotAllowed):
        open_survey(made, by=world.heads["county"], at=now)


def test_named_answers_are_hers(world: SimpleNamespace, now: Any) -> None:
    made, her = survey(world.county, promise=Promise.NAMED), world.heads["village"]
    assert [row.survey for row in surveys_waiting_for(her, at=now)] == [made]
    assert units_asked(world.heads["other"], made, at=now) == []
    answers(made, world.village, [her], 0, 3, "peace")
    (kept,) = NamedAnswer.objects.all()
    first, second, third = (str(one.pk) for one in made.questions.order_by("place"))
    assert kept.values == {first: 0, second: 3, third: "peace"}
    answer_survey(made, {first: 1}, unit=world.village.pk, form="another", by=her, at=now)
    answers(made, world.village, [her], 0, 3, "peace")  # the first form comes again from a phone that was offline
    kept.refresh_from_db()
    assert kept.values == {first: 1}
    assert has_answered(her, made)
    erase_answer(made, by=her, at=now)
    assert not NamedAnswer.objects.exists()
    assert not has_answered(her, made)
    with pytest.raises(NotAllowed):
        answer_survey(made, {first: 1}, unit=world.other.pk, form="x", by=world.heads["other"], at=now)


def test_anonymous_answers_are_taken_once(world: SimpleNamespace, now: Any) -> None:
    people = members(world.village, 12)
    made = survey(world.county)
    answers(made, world.village, people[:3], 0, 3)
    assert SealedAnswer.objects.count() == 3
    assert taken_part(made) == 0
    answers(made, world.village, people[:3], 0, 3)  # the same forms again
    assert SealedAnswer.objects.count() == 3
    first = made.questions.get(place=1)
    with pytest.raises(WrongState, match="cannot be changed"):
        answer_survey(made, {str(first.pk): 1}, unit=world.village.pk, form="other", by=people[0], at=now)
    with pytest.raises(WrongState):
        erase_answer(made, by=people[0], at=now)
    assert has_answered(people[0], made)
    assert not has_answered(people[5], made)
    assert [row.has_answered for row in surveys_waiting_for(people[0], at=now)] == [True]


def test_only_from_the_first_day_to_the_last(world: SimpleNamespace, now: Any) -> None:
    made = survey(world.county, promise=Promise.NAMED)
    (her,) = members(world.village, 1)
    for at in (now - timedelta(days=1), now + timedelta(days=11)):
        with pytest.raises((WrongState, NotAllowed)):
            answers(made, world.village, [her], 1, at=at)
    assert close_due_surveys(now + timedelta(days=10)) == 0
    assert close_due_surveys(now + timedelta(days=11)) == 1
    with pytest.raises(WrongState):
        answers(made, world.village, [her], 1)
    made.refresh_from_db()
    with pytest.raises(WrongState):
        close_survey(made, by=OPERATOR, at=now)


def test_paper_is_marked_and_typed_in_by_those_who_may(world: SimpleNamespace, now: Any) -> None:
    people = members(world.village, 12)
    made = survey(world.county)
    first = str(made.questions.get(place=1).pk)
    officer = world.liaisons["village"]
    for _ in range(2):
        type_in_answer(made, {first: 0}, unit=world.village, form="paper", by=officer, at=now)
    assert SealedAnswer.objects.count() == 1
    with pytest.raises(NotAllowed):
        type_in_answer(made, {first: 0}, unit=world.township, form="x", by=officer, at=now)
    with pytest.raises(BadInput):
        type_in_answer(made, {first: 0}, unit=world.other, form="x", by=OPERATOR, at=now)
    answers(made, world.village, people, 1)
    counted(made)
    assert BlindAnswer.objects.filter(from_paper=True).count() == 1
    named = survey(world.county, promise=Promise.NAMED)
    first = str(named.questions.get(place=1).pk)
    type_in_answer(named, {first: 0}, unit=world.village, form="p", person=people[0], by=officer, at=now)
    assert NamedAnswer.objects.get(person=people[0]).from_paper
    with pytest.raises(BadInput):
        type_in_answer(named, {first: 0}, unit=world.village, form="p", by=officer, at=now)


@pytest.mark.parametrize("promise", list(Promise))
def test_results_are_counted_by_level_and_few_are_not_told(world: SimpleNamespace, promise: Promise) -> None:
    village, township, other = (
        members(unit, number) for unit, number in ((world.village, 24), (world.township, 13), (world.other, 4))
    )
    made = survey(world.province, promise=promise)
    answers(made, world.village, village[:12], 0, 2, "b text")
    answers(made, world.village, village[12:], 1, None, "a text")
    answers(made, world.township, township, 0, 9)
    answers(made, world.other, other, 1)
    assert not SurveyTable.objects.exists()
    counted(made)
    assert made.answers == 41
    assert made.counted_at
    assert not made.roll_key
    assert not RollPage.objects.exists()
    assert not SealedAnswer.objects.exists()
    head = world.heads["province"]
    top = results_of(head, made, "province")
    assert top.total == 41
    assert [(bar.words, bar.count) for bar in top.charts[0].bars] == [("yes", 25), ("no", 16)]
    # the four of the other county join those of the township, who else could be told apart from them
    assert [(row.unit and row.unit.code, row.total) for row in top.parts] == [("county", 24), (None, 17)]
    assert results_of(world.heads["village"], made, "village").total == 24
    assert results_of(world.heads["township"], made, "township").total == 24
    assert results_of(world.heads["other"], made, "other").total is None
    assert [texts for _question, texts in texts_of(head, made)] == [["a text"] * 12 + ["b text"] * 12]
    assert sum(entry.amount for entry in Entry.objects.filter(kind="survey.answered")) == 41
    with pytest.raises(NotAllowed):
        texts_of(world.liaisons["province"], made)


def test_fewer_than_ten_answers_leave_nothing(world: SimpleNamespace) -> None:
    people = members(world.village, 12)
    made = survey(world.county)
    answers(made, world.village, people[:9], 0, 2, "secret")
    counted(made)
    assert made.answers is None
    assert not BlindAnswer.objects.exists()
    assert not SealedAnswer.objects.exists()
    assert not SurveyTable.objects.exists()
    assert results_of(world.heads["county"], made, "county").total is None


def test_counting_goes_on_where_it_was_killed(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("braid.contact.actions.counting.SLICE", 5)
    people = members(world.village, 23)
    made = survey(world.county)
    answers(made, world.village, people, 0, 2)
    at = timezone.now()
    close_survey(made, by=OPERATOR, at=at)
    assert count_surveys(at) == 0  # whoever was just answering is let finish
    later = at + timedelta(minutes=2)
    assert [count_surveys(later) for _ in range(7)] == [5, 5, 5, 5, 3, 1, 0]
    assert BlindAnswer.objects.count() == 23
    assert Survey.objects.get().answers == 23
