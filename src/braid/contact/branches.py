"""Branches of a survey: which questions somebody is asked, and whether what was given is an answer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from braid.kernel.errors import BadInput

from .enums import QuestionKind
from .models import Question

LONGEST = {QuestionKind.SHORT: 200, QuestionKind.LONG: 2_000}
"""Letters of a text."""
BRANCHING = (QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.SCALE)
"""Kinds of question that others can depend on."""

Values = Mapping[str, Any]
"""Answers by the key of their question; a question left out has none."""


def asked(questions: Sequence[Question], values: Values) -> list[Question]:
    """The questions somebody who gave `values` is asked, in order."""
    found: dict[int, Question] = {}
    for question in questions:
        before = question.asked_if_id
        if before is None or (before in found and _is_given(question, values.get(str(before)))):
            found[question.pk] = question
    return list(found.values())


def _is_given(question: Question, value: Any) -> bool:
    given = value if isinstance(value, list) else [value]
    return any(one in question.asked_if_choices for one in given if one is not None)


def checked(questions: Sequence[Question], values: Values) -> dict[str, Any]:
    """`values` without those of questions that were not asked.

    Raises `BadInput` where one is no answer to its question, and where a question that must be answered was not.
    """
    kept: dict[str, Any] = {}
    for question in asked(questions, values):
        value = values.get(str(question.pk))
        if value in (None, "", []):
            if question.is_required:
                raise BadInput(
                    _("A question that must be answered was not."), fields={f"q{question.pk}": _("Answer this.")}
                )
        elif not _fits(question, value):
            raise BadInput(_("This is no answer to the question."), fields={f"q{question.pk}": _("Choose again.")})
        else:
            kept[str(question.pk)] = value
    return kept


def _fits(question: Question, value: Any) -> bool:
    kind = QuestionKind(question.kind)
    if kind == QuestionKind.SEVERAL:
        return isinstance(value, list) and all(_is_place(question, one) for one in value)
    if kind in (QuestionKind.NUMBER, QuestionKind.SCALE):
        return isinstance(value, int) and (question.low or 0) <= value <= (question.high or 0)
    if kind == QuestionKind.ONE:
        return _is_place(question, value)
    if kind == QuestionKind.DATE:
        return isinstance(value, str) and _is_day(value)
    return isinstance(value, str) and len(value) <= LONGEST[kind]


def _is_place(question: Question, value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < len(question.choices)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def wrong_branches(questions: Sequence[Question]) -> list[tuple[Question, Any]]:
    """Questions that could never be asked, or only in a circle, each with what is wrong."""
    wrong: list[tuple[Question, Any]] = []
    places = {question.pk: question for question in questions}
    for question in questions:
        if question.asked_if_id is None:
            continue
        before = places.get(question.asked_if_id)
        if before is None or before.place >= question.place:
            wrong.append((question, _("It depends on a question that comes after it.")))
        elif not question.asked_if_choices or not set(question.asked_if_choices) <= set(answers_to(before)):
            wrong.append((question, _("It depends on an answer that cannot be given: nobody would be asked.")))
    return wrong


def answers_to(question: Question) -> list[int]:
    """The answers to `question` that others can depend on; none where it is a number, a date or a text."""
    if question.kind not in BRANCHING:
        return []
    return [value for value, _words in question.said_choices]
