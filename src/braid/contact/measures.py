"""What is counted of each kind of question: its columns, their words, and into which an answer falls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from .branches import Values, asked
from .enums import QuestionKind
from .models import Question
from .suppression import Measure

BINS = 5
"""Ranges a number is counted in."""
FIRST_YEAR = 1900
DECADES = 21
"""Dates are counted by decade, from `FIRST_YEAR` on."""


def measures_of(questions: Sequence[Question]) -> list[Measure]:
    """Everything that is counted of a survey, in the order of its questions."""
    by_key = {question.pk: question for question in questions}
    return [measure for question in questions for measure in _measures(question, by_key)]


def _measures(question: Question, by_key: dict[int, Question]) -> list[Measure]:
    if_key, if_columns = "", frozenset[int]()
    if question.asked_if_id:
        if_key, if_columns = _leading(by_key[question.asked_if_id], question.asked_if_choices)
    if question.kind == QuestionKind.SEVERAL:
        return [Measure(f"{question.pk}.{place}", 2, if_key, if_columns) for place in range(len(question.choices))]
    return [Measure(str(question.pk), len(_columns(question)) + (not question.is_required), if_key, if_columns)]


def _leading(before: Question, choices: list[int]) -> tuple[str, frozenset[int]]:
    """The measure and the columns of an earlier question that lead to one that depends on it."""
    if before.kind == QuestionKind.SEVERAL:
        return f"{before.pk}.{choices[0]}", frozenset({0})
    low = (before.low or 0) if before.kind == QuestionKind.SCALE else 0
    return str(before.pk), frozenset(choice - low for choice in choices)


def profile_of(questions: Sequence[Question], values: Values) -> dict[str, int]:
    """By measure the column an answer falls into; measures of questions that were not asked are left out."""
    profile: dict[str, int] = {}
    for question in asked(questions, values):
        value = values.get(str(question.pk))
        if question.kind == QuestionKind.SEVERAL:
            chosen = value or []
            profile |= {f"{question.pk}.{place}": int(place not in chosen) for place in range(len(question.choices))}
        else:
            profile[str(question.pk)] = len(_columns(question)) if value is None else _column(question, value)
    return profile


def _column(question: Question, value: Any) -> int:
    if question.kind == QuestionKind.ONE:
        return int(value)
    if question.kind == QuestionKind.SCALE:
        return int(value) - (question.low or 0)
    if question.kind == QuestionKind.NUMBER:
        return next(place for place, (_low, high) in enumerate(_ranges(question)) if value <= high)
    if question.kind == QuestionKind.DATE:
        return min(max(0, date.fromisoformat(value).year - FIRST_YEAR) // 10, DECADES - 1)
    return 0


def _ranges(question: Question) -> list[tuple[int, int]]:
    """At most `BINS` ranges of about the same width that cover what may be answered."""
    low, high = question.low or 0, question.high or 0
    width = -(-(high - low + 1) // BINS)
    return [(start, min(start + width - 1, high)) for start in range(low, high + 1, width)]


def _columns(question: Question) -> list[str]:
    """The words of the columns of those who answered, but of a question with several choices."""
    if question.kind in (QuestionKind.ONE, QuestionKind.SCALE):
        return [str(words) for _value, words in question.said_choices]
    if question.kind == QuestionKind.NUMBER:
        return [str(low) if low == high else f"{low}–{high}" for low, high in _ranges(question)]
    if question.kind == QuestionKind.DATE:
        return [f"{year}–{year + 9}" for year in range(FIRST_YEAR, FIRST_YEAR + 10 * DECADES, 10)]
    return [_("answered")]


def words_of(question: Question, key: str) -> list[str]:
    """The words of the columns of the measure `key` of `question`, for the reader; last, that it was not asked."""
    if question.kind == QuestionKind.SEVERAL:
        return [_("chosen"), _("not chosen"), _("not asked")]
    left_out = [] if question.is_required else [_("left out")]
    return [*_columns(question), *left_out, _("not asked")]
