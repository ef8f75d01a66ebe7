"""What a survey counted, one unit and its parts at a time: read from one row, whatever the size of the survey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from braid.contact.enums import FEWEST, QuestionKind, SurveyState
from braid.contact.measures import words_of
from braid.contact.models import BlindAnswer, NamedAnswer, Question, Survey, SurveyTable
from braid.contact.rules import VIEW_RESULTS, can_read_texts_of
from braid.kernel.access import Scope, require, scope
from braid.kernel.errors import WrongState
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import number_of

from .surveys import asks_within

MOST_TEXTS = 2_000
"""Texts of one question that a page shows."""


@dataclass(frozen=True)
class Bar:
    """One column of a question: its words, how many answers fall into it (None: not told), and their share in percent."""

    words: str
    count: int | None
    share: float


@dataclass(frozen=True)
class PartRow:
    """A part of the unit; `unit` is None for what belongs to no part that is shown by itself."""

    unit: Unit | None
    total: int
    counts: list[int | None]


@dataclass(frozen=True)
class Chart:
    """One question: what was answered in the unit, and in each of its parts."""

    place: int
    question: Question
    bars: list[Bar]
    columns: list[str]
    parts: list[PartRow]

    @property
    def is_shown(self) -> bool:
        """Whether anything of it can be told."""
        return any(bar.count is not None for bar in self.bars)

    @property
    def has_parts(self) -> bool:
        return any(count is not None for row in self.parts for count in row.counts)


@dataclass(frozen=True)
class Results:
    """What is shown of a survey in one unit; `total` is None where there were fewer than `FEWEST` answers."""

    unit: Unit
    total: int | None
    charts: list[Chart]
    parts: list[PartRow]


def counted_survey_for(person: Person, pk: int) -> Survey:
    """The survey numbered `pk` if `person` sees results somewhere it asked; else `Http404`, `WrongState` before it is counted."""
    survey = Survey.objects.select_related("unit").exclude(state=SurveyState.DRAFT).filter(pk=pk).first()
    if survey is None or not asks_within(survey, scope(person, VIEW_RESULTS)):
        raise Http404
    if survey.counted_at is None:
        raise WrongState(_("Results are there once the survey is closed and counted."))
    return survey


def top_of_results(person: Person, survey: Survey) -> Unit:
    """The unit where `person` begins to look: where the results begin, else the highest of hers; `Http404` when nowhere."""
    reach = scope(person, VIEW_RESULTS)
    tables = SurveyTable.objects.filter(survey=survey).values("unit")
    shown = Unit.objects.filter(pk__in=tables).order_by("depth", "path").first() or survey.unit
    if reach.covers(shown.path):
        return shown
    first = Unit.objects.filter(path__in=[*reach.subtrees, *reach.units]).order_by("path").first()
    if first is None:
        raise Http404
    return first


def results_of(person: Person, survey: Survey, code: str) -> Results:
    """What `person` may see of `survey` at the unit with `code` (`Http404` beyond her reach). Six queries, however large it is.

    Who holds a right in that unit only sees it as a whole, without its parts.
    """
    reach = scope(person, VIEW_RESULTS)
    unit = Unit.objects.filter(reach.where("path"), code=code).first()
    if unit is None or not asks_within(survey, reach.within(unit.path) or Scope(units=(unit.path,))):
        raise Http404
    table = SurveyTable.objects.filter(survey=survey, unit=unit).first()
    if table is None:
        return Results(unit, None, [], [])
    content = table.content
    rows = content["rows"] if reach.covers_below(unit.path) else {}
    units = {row.path: row for row in Unit.objects.filter(pk__in=[number_of(path) for path in rows])}
    named = [(None if path == unit.path else units.get(path), row) for path, row in sorted(rows.items())]
    named.sort(key=lambda pair: pair[0] is None)
    questions = list(survey.questions.order_by("place"))
    charts = [_chart(place, question, content, named) for place, question in enumerate(questions, 1)]
    parts = [PartRow(part, row["total"], []) for part, row in named]
    return Results(unit, content["own"]["total"], charts, parts)


Named = Sequence[tuple[Unit | None, dict[str, Any]]]


def _chart(place: int, question: Question, content: dict[str, Any], named: Named) -> Chart:
    if question.kind == QuestionKind.SEVERAL:
        columns = [str(words) for _value, words in question.said_choices]
        keys = [f"{question.pk}.{value}" for value, _words in question.said_choices]
        own = [_chosen(content["own"], key, content["own_groups"]) for key in keys]
        parts = [
            PartRow(unit, row["total"], [_chosen(row, key, content["groups"]) for key in keys]) for unit, row in named
        ]
        base = content["own"]["total"]
        return Chart(place, question, _bars(columns, own, base), columns, parts)
    key = str(question.pk)
    words = words_of(question, key)
    own_groups, groups = content["own_groups"][key] or [], content["groups"][key] or []
    counts = content["own"]["counts"][key] or []
    bars = _bars(_together(words, own_groups), counts, sum(counts))
    columns = _together(words, groups)
    parts = [PartRow(unit, row["total"], row["counts"][key] or [None] * len(columns)) for unit, row in named]
    return Chart(place, question, bars, columns, parts)


def _chosen(row: dict[str, Any], key: str, groups: dict[str, Any]) -> int | None:
    """How many chose it; None where that is not told."""
    counts = row["counts"][key]
    if counts is None or [0] not in groups[key]:
        return None
    count: int = counts[groups[key].index([0])]
    return count


def _together(words: list[str], groups: list[list[int]]) -> list[str]:
    """The words of each group of columns; rare answers that are counted together are many, so their list is cut."""
    found = []
    for group in groups:
        names = [words[column] for column in group]
        found.append(" / ".join(names) if len(names) <= 3 else _("all other answers"))
    return found


def _bars(columns: list[str], counts: Sequence[int | None], base: int) -> list[Bar]:
    return [
        Bar(words, count, round(100 * (count or 0) / base, 1) if base else 0.0)
        for words, count in zip(columns, counts, strict=True)
    ]


def export_rows(results: Results) -> Iterator[tuple[Any, ...]]:
    """The same as the page shows, a row for each number: unit, question, answer, how many (empty: not told)."""
    for chart in results.charts:
        for bar in chart.bars:
            yield str(results.unit), chart.place, str(chart.question), bar.words, bar.count
        for row in chart.parts:
            name = str(row.unit) if row.unit else _("elsewhere in it")
            for words, count in zip(chart.columns, row.counts, strict=True):
                yield name, chart.place, str(chart.question), words, count


def texts_of(person: Person, survey: Survey) -> list[tuple[Question, list[str]]]:
    """What people wrote, by question, in the order of the alphabet; nothing of a question with fewer than `FEWEST` texts.

    Refused when `person` may not read texts of the survey. Who wrote what is not told, in a survey with names neither.
    """
    require(can_read_texts_of(person, survey))
    written: dict[int, list[str]] = {}
    questions = survey.questions.filter(kind__in=[QuestionKind.SHORT, QuestionKind.LONG]).order_by("place")
    rows = BlindAnswer.objects if survey.is_anonymous else NamedAnswer.objects
    answers = rows.filter(survey=survey).values_list("values", flat=True)
    wanted = {str(question.pk): question.pk for question in questions}
    if wanted:
        for values in answers.iterator():
            for key in wanted.keys() & values.keys():
                written.setdefault(wanted[key], []).append(values[key])
    return [
        (question, sorted(texts)[:MOST_TEXTS] if len(texts) >= FEWEST else [])
        for question in questions
        if (texts := written.get(question.pk, [])) is not None
    ]
