"""Statements that PostgreSQL prepares: those asked often, once each, however different what they are about."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from braid.kernel.access import OPERATOR
from braid.kernel.prepared import one_of, prepared
from braid.work.actions import Filled, file_report
from braid.work.queries.looks import Look
from braid.work.queries.tables import table_of
from tests import factories
from tests.factories.reports import OPENED

ASKED = 8
"""Times a statement is asked: more than PostgreSQL's driver wants to see before it prepares."""
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL")


def kept() -> list[str]:
    """The statements PostgreSQL has prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY statement")
        return [statement for (statement,) in cursor.fetchall()]


def ask(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'asked often', %s::int", [number])
        assert cursor.fetchone() == ("asked often", number)


@on_postgresql
@pytest.mark.django_db
def test_only_what_is_asked_inside_is_prepared_and_only_when_it_is_asked_often() -> None:
    for number in range(ASKED):
        ask(number)
    assert not [each for each in kept() if "asked often" in each]
    with prepared():
        ask(1)
    assert not [each for each in kept() if "asked often" in each]
    for number in range(ASKED):
        with prepared():
            ask(number)
    assert len([each for each in kept() if "asked often" in each]) == 1


@on_postgresql
@pytest.mark.django_db
def test_the_log_of_queries_tells_what_was_asked_though_it_is_prepared() -> None:
    for number in range(ASKED):
        with prepared(), CaptureQueriesContext(connection) as asked:
            ask(number)
    assert "asked often" in asked.captured_queries[0]["sql"]


@on_postgresql
@pytest.mark.django_db
def test_a_failure_inside_leaves_the_usual_cursor() -> None:
    usual = connection.connection.cursor_factory
    with pytest.raises(ProgrammingError), transaction.atomic(), prepared(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_function()")
    assert connection.connection.cursor_factory is usual


@pytest.mark.django_db
@pytest.mark.parametrize("numbers", [[], [3], [3, 5], range(40)])
def test_one_of_finds_what_is_in_the_list(numbers: list[int]) -> None:
    condition, values = one_of("given.number", numbers)
    rows = " UNION ALL ".join(f"SELECT {number} AS number" for number in range(50))
    with prepared(), connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM ({rows}) AS given WHERE {condition}", values)
        assert [number for (number,) in cursor.fetchall()] == list(numbers)


@on_postgresql
@pytest.mark.django_db
def test_what_units_file_and_see_is_prepared_once_for_all_of_them() -> None:
    """A statement with a number in its text would be prepared anew for every unit, and cost more than it saves."""
    shape = {"nation": {f"county{c}": {f"village{c}{v}": {} for v in range(ASKED)} for c in range(2 * ASKED)}}
    units = factories.tree(shape)
    period = factories.period(factories.report_form(units["nation"]))

    period.rollup.refresh_from_db()

    def use(counties: range) -> None:
        for number in counties:
            county = units[f"county{number}"]
            file_report(period, units[f"village{number}0"], Filled({"f1": number}), by=OPERATOR, at=OPENED)
            assert len(table_of(Look(period, county, county.path)).rows) == ASKED

    use(range(ASKED))
    known = kept()
    for table in _TABLES:
        assert any(table in statement for statement in known), table
    use(range(ASKED, 2 * ASKED))
    assert kept() == known


_TABLES = (
    *("work_report", "work_change", "work_total", "work_approval", "journal_pending", "journal_entry"),
    "units_placement",
)
