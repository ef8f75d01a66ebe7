"""Counting a survey once it is closed: the box is opened, the answers shaken, the tables written, the roll destroyed.

All of it is rounds of the worker in short transactions; a worker that is killed goes on where it was.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from pyroaring import BitMap

from braid.contact.blind import opened_answer, random_number
from braid.contact.enums import SurveyState
from braid.contact.measures import measures_of, profile_of
from braid.contact.models import BlindAnswer, NamedAnswer, Question, RollPage, SealedAnswer, Survey, SurveyTable
from braid.contact.suppression import Row, cell_above, cells_of, tables_of
from braid.kernel.bulk import insert_rows
from braid.kernel.ledger import Happened, Strand, record_all
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import number_of

SLICE = 1_000
"""Answers taken out of the box in one transaction."""
REST = timedelta(minutes=1)
"""So long after closing counting begins: whoever was just answering is done by then."""


def count_surveys(at: datetime) -> int:
    """Do the next piece of counting, of one survey; a round of the worker. Returns how many answers or surveys it did."""
    due = Survey.objects.filter(state=SurveyState.CLOSED, counted_at=None, closed_at__lte=at - REST)
    survey = due.select_related("unit").order_by("closed_at", "pk").first()
    if survey is None:
        return 0
    if survey.cells is None:
        survey.cells = _cells(survey).serialize()
        survey.save(update_fields=["cells"])
    return _empty_box(survey) or _write_tables(survey, at=at)


def _cells(survey: Survey) -> BitMap:
    """The numbers of the units at which this survey's answers are counted."""
    given = Counter(_units_of_answers(survey))
    paths = dict(Unit.objects.filter(pk__in=list(given)).values_list("pk", "path"))
    by_path = {paths[unit]: count for unit, count in given.items()}
    return BitMap(number_of(path) for path in cells_of(by_path, top=top_of(survey, by_path)))


def top_of(survey: Survey, paths: Iterable[str]) -> str:
    """The path of the unit where results begin: the survey's own where all answers lie below it, else the root."""
    own: str = survey.unit.path
    return own if all(path.startswith(own) for path in paths) else own[:STEP]


def _units_of_answers(survey: Survey) -> Iterator[int]:
    if not survey.is_anonymous:
        yield from NamedAnswer.objects.filter(survey=survey).values_list("unit_id", flat=True)
        return
    for sealed in SealedAnswer.objects.filter(survey=survey).values_list("sealed", flat=True).iterator():
        content = opened_answer(sealed)
        if content:
            yield content["unit"]


def _empty_box(survey: Survey) -> int:
    """Take the next slice out of the box: by their random numbers, so it is a random one. Returns how many answers."""
    rows = list(SealedAnswer.objects.filter(survey=survey).order_by("pk")[:SLICE])
    if not rows:
        return 0
    contents = [content for row in rows if (content := opened_answer(row.sealed))]
    secrets.SystemRandom().shuffle(contents)
    cells = _cell_of_units(survey, {content["unit"] for content in contents})
    blind = [
        (random_number(), survey.pk, cells[content["unit"]], content["values"], content["paper"])
        for content in contents
        if content["unit"] in cells
    ]
    with transaction.atomic():
        insert_rows(BlindAnswer, ("id", "survey_id", "unit_id", "values", "from_paper"), blind)
        SealedAnswer.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _cell_of_units(survey: Survey, units: set[int]) -> dict[int, int]:
    """For each of `units` the number of the cell its answers are counted at; none where there are too few answers in all."""
    cells = BitMap.deserialize(bytes(survey.cells or b""))
    paths = dict(Unit.objects.filter(pk__in=[*units, *cells]).values_list("pk", "path"))
    cell_paths = {paths[cell] for cell in cells if cell in paths}
    top = top_of(survey, list(cell_paths))
    found = {unit: cell_above(paths[unit], cell_paths, top) for unit in units if unit in paths}
    return {unit: number_of(above[0]) for unit, above in found.items() if above}


def _write_tables(survey: Survey, *, at: datetime) -> int:
    """Count what came out of the box, write what may be shown of it, and destroy the roll."""
    cells = _counted(survey)
    measures = measures_of(list(survey.questions.order_by("place")))
    tables = tables_of(cells, measures, top=top_of(survey, list(cells)))
    rows = [(survey.pk, number_of(path), table.as_json) for path, table in tables.items()]
    total = sum(cell.total for cell in cells.values())
    happened = [
        Happened(number_of(path), Strand.CONTACT, "survey.answered", cell.total) for path, cell in cells.items()
    ]
    with transaction.atomic():
        SurveyTable.objects.filter(survey=survey).delete()
        insert_rows(SurveyTable, ("survey_id", "unit_id", "content"), rows)
        RollPage.objects.filter(survey=survey).delete()
        record_all(happened, at=at)
        survey.roll_key, survey.counted_at, survey.answers = b"", at, total or None
        survey.save(update_fields=["roll_key", "counted_at", "answers"])
    return 1


def _counted(survey: Survey) -> dict[str, Row]:
    """How many answers of each kind there are at each cell, by its path."""
    questions: list[Question] = list(survey.questions.order_by("place"))
    measures = measures_of(questions)
    rows: dict[int, Row] = {}
    if survey.is_anonymous:
        answers = BlindAnswer.objects.filter(survey=survey)
        for cell, values in answers.values_list("unit_id", "values").iterator():
            rows.setdefault(cell, Row()).add(measures, profile_of(questions, values))
    else:
        named = NamedAnswer.objects.filter(survey=survey)
        cells = _cell_of_units(survey, set(named.values_list("unit_id", flat=True)))
        for unit, values in named.values_list("unit_id", "values").iterator():
            if unit in cells:
                rows.setdefault(cells[unit], Row()).add(measures, profile_of(questions, values))
    paths = dict(Unit.objects.filter(pk__in=list(rows)).values_list("pk", "path"))
    return {paths[cell]: row for cell, row in rows.items()}
