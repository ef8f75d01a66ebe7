"""What a survey shows never lets a group of fewer than `FEWEST` answers be worked out: not by any sums and differences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from braid.contact import suppression
from braid.contact.suppression import Measure, Row, Shown, Table, cell_above, cells_of, tables_of

UNITS = ("00001", "0000100002", "0000100003", "000010000200004", "000010000200005", "000010000300006")
MEASURES = (
    Measure("a", 3),
    Measure("b", 2, if_key="a", if_columns=frozenset({0})),
    Measure("c", 2),
)
FEWEST = 3
"""Fewer than in the product, so that few answers already make hard cases."""


def profiles() -> list[dict[str, int]]:
    """Every answer that the questions let somebody give."""
    found = []
    for a, b, c in product(range(3), range(2), range(2)):
        found.append({"a": a, "c": c} | ({"b": b} if a == 0 else {}))
    return [one for place, one in enumerate(found) if one not in found[:place]]


PROFILES = profiles()
PEOPLE = [(unit, place) for unit in UNITS for place in range(len(PROFILES))]
"""Kinds of answer: one unknown number each, to whoever sees only what is shown."""

Answers = dict[tuple[str, int], int]
Vector = npt.NDArray[np.float64]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "FEWEST", FEWEST)


def counted(answers: Answers) -> dict[str, Table]:
    """What the product shows of `answers`."""
    by_unit = {unit: sum(count for (at, _), count in answers.items() if at == unit) for unit in UNITS}
    cells = cells_of({unit: count for unit, count in by_unit.items() if count}, top=UNITS[0])
    rows: dict[str, Row] = {}
    for (unit, place), count in answers.items():
        for _ in range(count):
            (cell,) = cell_above(unit, cells, UNITS[0]) or [""]
            if cell:
                rows.setdefault(cell, Row()).add(MEASURES, PROFILES[place])
    return tables_of(rows, MEASURES, top=UNITS[0])


def of(units: set[str], key: str = "", columns: tuple[int, ...] = ()) -> Vector:
    """The sum over the answers of `units` that fall into `columns` of the measure `key`, as a vector over all kinds."""
    measures = {measure.key: measure for measure in MEASURES}
    return np.array(
        [
            float(unit in units and (not key or PROFILES[place].get(key, measures[key].not_asked) in columns))
            for unit, place in PEOPLE
        ]
    )


def published(tables: dict[str, Table], answers: Answers) -> list[Vector]:
    """Everything that is shown, as sums over unknown numbers, those that are 0 for everybody to see left in."""
    sums: list[Vector] = []
    cells = _cells(answers)

    def show(units: set[str], shown: Shown, groups: dict[str, Any]) -> None:
        sums.append(of(units))
        for key, counts in shown.counts.items():
            if counts is not None:
                sums.extend(of(units, key, group) for group in groups[key])

    for path, table in tables.items():
        show(_within(path, answers, cells, is_rest=False), table.own, table.own_groups)
        for part, row in table.rows.items():
            show(_within(part, answers, cells, is_rest=part == path), row, table.groups)
        for key, groups in table.groups.items():  # the columns of all rows together are those of the unit itself
            if groups:
                sums.extend(of(_within(path, answers, cells, is_rest=False), key, group) for group in groups)
    return sums


def _cells(answers: Answers) -> set[str]:
    by_unit = {unit: sum(count for (at, _), count in answers.items() if at == unit) for unit in UNITS}
    return cells_of({unit: count for unit, count in by_unit.items() if count}, top=UNITS[0])


def _within(path: str, answers: Answers, cells: set[str], *, is_rest: bool) -> set[str]:
    """The units whose answers are counted at the cell `path` itself, or anywhere at or below it."""
    counted_at = {unit: (cell_above(unit, cells, UNITS[0]) or [""])[0] for unit in UNITS}
    return {unit for unit, cell in counted_at.items() if (cell == path if is_rest else cell.startswith(path))}


def small_groups(answers: Answers) -> Iterator[tuple[str, Vector]]:
    """Every group one might want to know of that has fewer than `FEWEST` answers: units, and columns of a measure in them."""
    for number in range(1, 3):
        for units in combinations(UNITS, number):
            yield from _small(answers, f"{units}", of(set(units)))
            for measure in MEASURES:
                columns = range(measure.columns + bool(measure.if_key))
                for many in range(1, len(columns)):
                    for chosen in combinations(columns, many):
                        yield from _small(
                            answers, f"{units} {measure.key} {chosen}", of(set(units), measure.key, chosen)
                        )
    whole = of({UNITS[0]})
    assert whole.any()


def _small(answers: Answers, name: str, group: Vector) -> Iterator[tuple[str, Vector]]:
    numbers = np.array([answers.get(kind, 0) for kind in PEOPLE])
    if group @ numbers < FEWEST:
        yield name, group


def worked_out(answers: Answers) -> list[str]:
    """The small groups that sums and differences of what is shown give exactly."""
    sums = published(counted(answers), answers)
    if not sums:
        return []
    space = np.linalg.svd(np.array(sums), full_matrices=False)
    basis = space[2][space[1] > 1e-9]
    return [name for name, group in small_groups(answers) if np.allclose(basis.T @ (basis @ group), group, atol=1e-7)]


answers_given = st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 9), min_size=1, max_size=len(PEOPLE))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers_given)
def test_no_small_group_can_be_worked_out(answers: Answers) -> None:
    assert worked_out(answers) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers_given)
def test_parts_add_up_and_nothing_small_is_shown(answers: Answers) -> None:
    tables = counted(answers)
    for table in tables.values():
        for row in (table.own, *table.rows.values()):
            assert row.total >= FEWEST
            assert all(count >= FEWEST for counts in row.counts.values() for count in counts or ())
        if table.rows:
            assert sum(row.total for row in table.rows.values()) == table.own.total
    total = sum(answers.values())
    assert (tables[UNITS[0]].own.total == total) if total >= FEWEST else not tables


def dense() -> Answers:
    """Many answers everywhere, but in one village only one person chose the third answer."""
    answers = dict.fromkeys(PEOPLE, 6)
    for unit, place in PEOPLE:
        if unit == UNITS[3] and PROFILES[place]["a"] == 2:
            answers[unit, place] = 1 if PROFILES[place]["c"] else 0
    return answers


def test_most_is_shown_where_there_are_many_answers() -> None:
    tables = counted(dense())
    assert tables[UNITS[0]].own.counts["a"] == [144, 72, 61]
    assert all(row.counts["a"] for row in tables[UNITS[0]].rows.values())


@pytest.mark.parametrize("bug", ["only small numbers are left out", "rows are not pooled", "branches are forgotten"])
def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    if bug == "only small numbers are left out":
        monkeypatch.setattr(suppression, "cells_of", lambda answers, top: set(answers))
        monkeypatch.setattr("tests.properties.test_suppression.cells_of", lambda answers, top: set(answers))
        answers = dense() | {kind: 0 for kind in PEOPLE if kind[0] == UNITS[5]} | {(UNITS[5], 0): 1}
    elif bug == "rows are not pooled":
        monkeypatch.setattr(
            suppression,
            "_rows_broken_down",
            lambda rows, among, measure, groups: {p for p in among if suppression._is_safe(rows[p], measure, groups)},
        )
        answers = dense() | {kind: 6 * (not kind[1]) for kind in PEOPLE if kind[0] == UNITS[3]}
    else:
        monkeypatch.setattr(suppression, "_leads_there", lambda measure, groups: True)
        answers = {(unit, place): _chosen(PROFILES[place]) for unit, place in PEOPLE}
    assert worked_out(answers)


def _chosen(profile: dict[str, int]) -> int:
    """Hardly anybody took the second answer, few the first, most the third."""
    return {0: 2, 1: 0, 2: 6}[profile["a"]]
