"""Surveys at the API: those whose results the caller may see, and what was counted, never more than the page tells."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from braid.contact.models import Survey
from braid.contact.queries.survey_results import (
    Chart,
    PartRow,
    counted_survey_for,
    results_of,
    top_of_results,
)
from braid.contact.queries.surveys import surveys_run_by
from braid.kernel.api import Cursor, Size
from braid.people.api import Caller, require_limit

surveys_router = Router(tags=["surveys"])


class SurveyOut(Schema):
    """A survey. Its results are there once `counted_at` is set."""

    id: int
    unit: str
    title: str
    promise: str
    state: str
    opens_on: date
    closes_on: date
    counted_at: datetime | None


class SurveyPage(Schema):
    """A page of surveys, newest first; `next` is empty on the last."""

    rows: list[SurveyOut]
    next: str


class AnswerOut(Schema):
    """How many gave an answer. Rare answers stand together; `count` is null where it is not told."""

    words: str
    count: int | None
    share: float | None = Field(description="Percent, null where `count` is.")


class PartOut(Schema):
    """A part of the unit. `unit` is null for what belongs to no part that is told apart."""

    unit: str | None
    name: str
    total: int


class PartCountsOut(PartOut):
    """The counts of one question in a part, in the order of its `columns`; null where they are not told."""

    counts: list[int | None]


class QuestionOut(Schema):
    """What was answered to a question, in the unit and in its parts."""

    place: int
    kind: str
    text: str
    answers: list[AnswerOut]
    columns: list[str]
    parts: list[PartCountsOut]


class ResultsOut(Schema):
    """What a survey counted in `unit` and in the parts right below it. `total` is null for fewer than 10 answers."""

    survey: int
    unit: str
    total: int | None
    parts: list[PartOut]
    questions: list[QuestionOut]


@surveys_router.get("", url_name="surveys", response=SurveyPage, summary="Surveys of units whose results I see")
def surveys(request: Caller, cursor: Cursor = "", size: Size = 25) -> SurveyPage:
    """Those I run are among them, drafts too."""
    require_limit(request.auth, "surveys.results")
    page = surveys_run_by(request.auth, cursor=cursor, size=size)
    return SurveyPage(rows=[_survey_out(row) for row in page.rows], next=page.next_cursor)


@surveys_router.get("/{int:pk}/results", response=ResultsOut, summary="What a survey counted")
def survey_results(request: Caller, pk: int, unit: str = "") -> ResultsOut:
    """In `unit` (a code; by default the highest I may see) and in the parts right below it, as on the page."""
    found = counted_survey_for(request.auth, pk)
    results = results_of(request.auth, found, unit or top_of_results(request.auth, found).code)
    return ResultsOut(
        survey=found.pk,
        unit=results.unit.code,
        total=results.total,
        parts=[PartOut(**_part(row)) for row in results.parts],
        questions=[_question_out(chart) for chart in results.charts],
    )


def _survey_out(survey: Survey) -> SurveyOut:
    same = ("promise", "state", "opens_on", "closes_on", "counted_at")
    values = {name: getattr(survey, name) for name in same}
    return SurveyOut(id=survey.pk, unit=survey.unit.code, title=str(survey), **values)


def _question_out(chart: Chart) -> QuestionOut:
    return QuestionOut(
        place=chart.place,
        kind=chart.question.kind,
        text=str(chart.question),
        answers=[
            AnswerOut(words=bar.words, count=bar.count, share=None if bar.count is None else bar.share)
            for bar in chart.bars
        ],
        columns=chart.columns,
        parts=[PartCountsOut(**_part(row), counts=row.counts) for row in chart.parts],
    )


def _part(row: PartRow) -> dict[str, Any]:
    code, name = (row.unit.code, str(row.unit)) if row.unit else (None, _("elsewhere in it"))
    return {"unit": code, "name": name, "total": row.total}
