"""Anonymous answers: whoever holds a copy of the database cannot tell whose they are. She tries everything a copy tells."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from braid.contact.actions import answering, close_survey, count_surveys, counting
from braid.contact.blind import mark_of, opened_answer
from braid.contact.models import BlindAnswer, RollPage, SealedAnswer, Survey
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from tests import factories
from tests.factories.surveys import answers, survey

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60
MARKER = "my-secret-answer-number-"


@pytest.fixture
def box() -> SimpleNamespace:
    """A village in which sixty people answered one after the other, each with a text of her own."""
    units = factories.tree({"nation": {"village": {}}})
    people = [factories.member(units["village"]) for _ in range(PEOPLE)]
    made = survey(units["nation"])
    return SimpleNamespace(village=units["village"], people=people, survey=made)


def let_them_answer(box: SimpleNamespace) -> None:
    for number, person in enumerate(box.people):
        answers(box.survey, box.village, [person], number % 2, None, f"{MARKER}{number:03}")


def count(survey: Survey) -> None:
    at = timezone.now()
    close_survey(survey, by=OPERATOR, at=at)
    while count_surveys(at + timedelta(minutes=2)):
        pass


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order in which the database keeps them, with what it knows of each row besides."""
    hidden = "rowid" if connection.vendor == "sqlite" else "ctid::text, xmin::text::bigint"
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if connection.vendor == "sqlite" and _has_no_rowid(cursor, table):
                continue
            cursor.execute(f'SELECT {hidden}, t.* FROM "{table}" t ORDER BY {hidden.split(",")[0]}')
            rows[table] = cursor.fetchall()
    return rows


def _has_no_rowid(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
    found = cursor.fetchone()
    return found is None or "WITHOUT ROWID" in (found[0] or "") or "VIRTUAL TABLE" in (found[0] or "")


def order_told(rows: list[tuple[Any, ...]], place_of: Callable[[str], int | None]) -> float:
    """How well the best of all columns, and the order of the rows itself, tell the order in which people came (1: exactly)."""
    came = [place_of(str(row)) for row in rows]
    assert None not in came
    columns = [
        column
        for column in zip(*rows, strict=True)
        if len(set(map(str, column))) > 2 and not any(MARKER in str(value) for value in column)
    ]
    candidates = [list(range(len(rows))), *map(_ranks, columns)]
    return max(abs(float(np.corrcoef(ranks, came)[0, 1])) for ranks in candidates)


def _ranks(column: tuple[Any, ...]) -> list[int]:
    ordered = sorted(map(_sortable, column))
    return [ordered.index(_sortable(value)) for value in column]


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))


CHANCE = 0.6
"""Sixty random numbers agree with the order this well once in a million runs."""


def place_in_text(text: str) -> int | None:
    return int(text.split(MARKER)[1][:3]) if MARKER in text else None


def test_a_copy_after_counting_leads_from_no_answer_to_a_person(box: SimpleNamespace) -> None:
    let_them_answer(box)
    count(box.survey)
    rows = everything()
    told = {table for table, lines in rows.items() if any(MARKER in str(line) for line in lines)}
    assert told == {"contact_blindanswer"}
    assert order_told(rows["contact_blindanswer"], place_in_text) < CHANCE
    assert not rows["contact_rollpage"]
    assert not rows["contact_sealedanswer"]
    columns = {field.name for field in BlindAnswer._meta.get_fields()}
    assert columns == {"id", "survey", "unit", "values", "from_paper"}
    assert not bytes(Survey.objects.get().roll_key)


def test_a_copy_while_it_is_open_shows_neither_answers_nor_an_order(box: SimpleNamespace) -> None:
    let_them_answer(box)
    rows = everything()
    assert not any(MARKER in str(line) for lines in rows.values() for line in lines)
    assert len(rows["contact_rollpage"]) == box.survey.roll_pages  # all made when it opened, whoever came
    keys = list(SealedAnswer.objects.order_by("pk").values_list("pk", "sealed"))
    places = {pk: place for place, pk in enumerate(_in_order_of_coming(box, [sealed for _pk, sealed in keys]))}
    assert abs(float(np.corrcoef(range(len(keys)), [places[sealed] for _pk, sealed in keys])[0, 1])) < CHANCE
    assert len({len(sealed) for _pk, sealed in keys}) == 1  # their length tells nothing either


def _in_order_of_coming(box: SimpleNamespace, sealed: list[str]) -> list[str]:
    """The sealed answers in the order in which they came, which only the installation's key can tell."""
    return sorted(sealed, key=lambda one: place_in_text(json.dumps(opened_answer(one))) or 0)


def test_the_roll_says_nothing_without_the_keys_and_has_no_order(box: SimpleNamespace) -> None:
    let_them_answer(box)
    (page,) = RollPage.objects.filter(survey=box.survey)
    marks = bytes(page.marks)
    entries = [marks[start : start + 24] for start in range(0, len(marks), 24)]
    assert len(entries) == PEOPLE
    assert entries == sorted(entries)
    key, pages = bytes(box.survey.roll_key), box.survey.roll_pages
    assert all(mark_of(key, pages, str(person.pk)).is_on(marks) for person in box.people)
    assert not any(mark_of(b"a guess", pages, str(person.pk)).is_on(marks) for person in box.people)
    with override_settings(SECRET_KEY="another installation's"):
        assert not any(mark_of(key, pages, str(person.pk)).is_on(marks) for person in box.people)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the file of SQLite")
def test_the_file_itself_holds_no_open_answer_while_it_is_open(box: SimpleNamespace, tmp_path: Path) -> None:
    let_them_answer(box)
    copy = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    assert MARKER.encode() not in copy.read_bytes()


def _times() -> Iterator[int]:
    while True:
        yield time.time_ns()


@pytest.mark.parametrize("bug", ["a time as the number of the row", "numbers one after the other"])
def test_planted_bugs_are_found(box: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    """Rows numbered by time or in order, and taken out of the box in that order, tell who came when."""
    numbers = _times() if bug.startswith("a time") else itertools.count(1)
    monkeypatch.setattr(answering, "random_number", lambda: next(numbers))
    monkeypatch.setattr(counting, "random_number", lambda: next(numbers))
    monkeypatch.setattr("secrets.SystemRandom.shuffle", lambda self, values: None)
    let_them_answer(box)
    count(box.survey)
    assert order_told(everything()["contact_blindanswer"], place_in_text) > 0.9


def test_no_log_or_journal_tells_who_answered(box: SimpleNamespace) -> None:
    """Beside the roll, no table gets a row or a time when somebody answers."""
    before = everything()
    answers(box.survey, box.village, box.people[:1], 0, None, MARKER)
    after = everything()
    changed = {
        table
        for table in after
        if len(after[table]) != len(before[table]) or _plain(after[table]) != _plain(before[table])
    }
    assert changed == {"contact_rollpage", "contact_sealedanswer"}


def _plain(rows: list[tuple[Any, ...]]) -> list[str]:
    return sorted(str(row[1:] if connection.vendor == "sqlite" else row[2:]) for row in rows)


def test_no_other_model_points_at_answers() -> None:
    pointing = {
        field.model.__name__
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in (BlindAnswer, SealedAnswer)
    }
    assert not pointing
    for model in (BlindAnswer, SealedAnswer):
        assert not [field for field in model._meta.concrete_fields if field.related_model is Person]
