"""The demo's surveys: an anonymous one of the top that is closed and counted, and an open one with names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from braid.contact.actions import (
    Given,
    QuestionPlan,
    SurveyPlan,
    add_question,
    close_survey,
    draft_survey,
    open_survey,
    put_into_box,
)
from braid.contact.branches import checked
from braid.contact.enums import Promise, QuestionKind
from braid.contact.models import Question, Survey, SurveyRule
from braid.kernel.access import OPERATOR
from braid.people.models import Membership
from braid.units.models import Unit

from .stages import Stage, in_slices

EVERYWHERE, NEAR = 3_000, 2_000
"""People who answer: spread over the whole tree, and in the part of it that the demo's line goes through."""
SLICE = 1_000

Words = dict[str, str]


def _words(hans: str, hant: str, en: str) -> Words:
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


NEEDS = (
    _words("找工作、学技能", "找工作、學技能", "work and training"),
    _words("照看孩子", "照看孩子", "child care"),
    _words("照顾老人", "照顧老人", "care for the old"),
    _words("健康检查", "健康檢查", "health checks"),
    _words("法律咨询", "法律諮詢", "legal advice"),
)
YES_NO = (_words("有", "有", "yes"), _words("没有", "沒有", "no"))
TEXTS = ("希望周末也能办事", "多办一些培训", "More courses in the evening", "家门口有个托儿所就好了")


def ask_people(stage: Stage, *, line: list[int], at: datetime) -> None:
    """A survey of needs from the top, answered by some thousand people, closed; and one that is open now."""
    if stage["survey"] is None:
        with transaction.atomic():
            stage.remember(survey=_open_needs(at).pk, open=_open_named(at).pk)
    survey = Survey.objects.select_related("unit").get(pk=stage["survey"])
    questions = list(survey.questions.order_by("place"))
    people = _people(line)

    def write(start: int, end: int) -> None:
        put_into_box(survey, list(_given(people[start:end], questions)))
        if end == len(people):
            close_survey(survey, by=OPERATOR, at=at - timedelta(hours=3))

    in_slices(stage, len(people), SLICE, write)


def _open_needs(at: datetime) -> Survey:
    root = Unit.objects.get(depth=0)
    began = at - timedelta(days=20)
    title = _words("您最需要什么帮助？", "您最需要什麼幫助？", "What help do you need most?")
    intro = _words("五个小问题，两分钟。", "五個小問題，兩分鐘。", "Five small questions, two minutes.")
    days = timezone.localdate(began), timezone.localdate(at) - timedelta(days=1)
    survey = _draft(root, SurveyPlan(title, *days, Promise.ANONYMOUS, intro), began)
    plan = QuestionPlan
    several, one, scale = QuestionKind.SEVERAL, QuestionKind.ONE, QuestionKind.SCALE
    add_question(
        survey,
        plan(several, _words("您需要哪些帮助？", "您需要哪些幫助？", "Which help do you need?"), NEEDS),
        by=OPERATOR,
    )
    asks = _words("您有未成年的孩子吗？", "您有未成年的孩子嗎？", "Have you children under 18?")
    children = add_question(survey, plan(one, asks, YES_NO, is_required=True), by=OPERATOR)
    number = _words("有几个？", "有幾個？", "How many?")
    depends = {"asked_if": children.pk, "asked_if_choices": (0,)}
    add_question(survey, plan(QuestionKind.NUMBER, number, low=1, high=5, **depends), by=OPERATOR)  # type: ignore[arg-type]
    known = _words(
        "您了解妇联的服务吗？（1 不了解，5 很了解）",
        "您了解婦聯的服務嗎？（1 不了解，5 很了解）",
        "How well do you know our services? (5: well)",
    )
    add_question(survey, plan(scale, known, low=1, high=5), by=OPERATOR)
    add_question(survey, plan(QuestionKind.LONG, _words("还想说什么？", "還想說什麼？", "Anything else?")), by=OPERATOR)
    return open_survey(survey, by=OPERATOR, at=began)


def _open_named(at: datetime) -> Survey:
    root = Unit.objects.get(depth=0)
    title = _words("培训时间征询", "培訓時間徵詢", "When shall the courses be?")
    days = timezone.localdate(at), timezone.localdate(at) + timedelta(days=14)
    survey = _draft(root, SurveyPlan(title, *days, Promise.NAMED), at)
    parts = (_words("上午", "上午", "morning"), _words("下午", "下午", "afternoon"), _words("晚上", "晚上", "evening"))
    text = _words("您什么时候方便？", "您什麼時候方便？", "When does it suit you?")
    add_question(survey, QuestionPlan(QuestionKind.SEVERAL, text, parts, is_required=True), by=OPERATOR)
    return open_survey(survey, by=OPERATOR, at=at)


def _draft(root: Unit, plan: SurveyPlan, at: datetime) -> Survey:
    return draft_survey(root, plan, by=OPERATOR, at=at, audience=[SurveyRule(unit=root)])


def _people(line: list[int]) -> list[tuple[int, int]]:
    """Who answers, each once, with a unit of hers: the same in every run."""
    current = Membership.objects.filter(until=None)
    near = Unit.objects.get(pk=line[min(2, len(line) - 1)]).path
    inside = current.filter(unit_path__gte=near, unit_path__lt=near + "~").order_by("pk")
    found = dict(inside.values_list("person_id", "unit_id")[:NEAR])
    last = current.order_by("-pk").values_list("pk", flat=True).first() or 0
    chosen = range(1, last + 1, max(1, last // EVERYWHERE))
    for begin in range(0, len(chosen), 900):
        rows = current.filter(pk__in=list(chosen[begin : begin + 900])).order_by("pk")
        for person, unit in rows.values_list("person_id", "unit_id"):
            found.setdefault(person, unit)
    return list(found.items())


def _given(people: list[tuple[int, int]], questions: list[Question]) -> Iterator[Given]:
    for person, unit in people:
        yield Given(str(person), unit, checked(questions, _values(person, questions)), f"demo {person}")


def _values(person: int, questions: list[Question]) -> dict[str, Any]:
    """What `person` answers: the same in every run."""
    chance = person * 48_271 % 65_521
    needs = sorted({chance % 5, chance // 7 % 5}) if chance % 11 else []
    text = TEXTS[chance % len(TEXTS)] if chance % 9 == 0 else None
    given = (needs, int(chance % 10 > 5), 1 + chance // 3 % 3, 1 + chance // 5 % 5, text)
    return {str(question.pk): value for question, value in zip(questions, given, strict=True)}
