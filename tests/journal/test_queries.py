"""Readers are exact at once, by day, by child, and in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from braid.journal import queries
from braid.journal.actions import fold
from braid.kernel.ledger import Strand, record
from braid.units.models import Unit
from tests.factories import tree, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(now: datetime) -> dict[str, Unit]:
    """A tree in which half of what happened is folded and half is not."""
    made = tree({"nation": {"north": {"n1": {}, "n2": {}}, "south": {"s1": {}}, "silent": {}}})
    for name, days, amount in [("n1", 0, 2), ("n2", 1, 3), ("s1", 2, 5), ("nation", 0, 7), ("north", 9, 11)]:
        record(made[name], Strand.CONTACT, "a.b", amount, at=now - timedelta(days=days))
    fold()
    for name, days, amount in [("n1", 0, 20), ("s1", 1, 50), ("south", 0, -1), ("s1", 0, 1)]:
        record(made[name], Strand.CONTACT, "a.b", amount, at=now - timedelta(days=days))
    record(made["n2"], Strand.WORK, "c.d", 100, at=now - timedelta(days=3))
    return made


def test_total(units: dict[str, Unit]) -> None:
    assert queries.total(units["nation"], "a.b") == 98
    assert queries.total(units["north"], "a.b") == 36
    assert queries.total(units["silent"], "a.b") == 0
    assert queries.total(units["nation"], "a.b", since=date(2026, 11, 22)) == 82
    assert queries.total(units["nation"], "a.b", since=date(2026, 11, 22), until=date(2026, 11, 22)) == 53
    assert queries.total(units["nation"], "a.b", until=date(2026, 11, 14)) == 11


def test_totals(units: dict[str, Unit]) -> None:
    assert queries.totals(units["north"], ["a.b", "c.d", "e.f"]) == {"a.b": 36, "c.d": 100}
    assert queries.totals(units["north"], []) == {}


def test_series(units: dict[str, Unit]) -> None:
    assert queries.series(units["south"], "a.b") == [
        (date(2026, 11, 21), 5), (date(2026, 11, 22), 50), (date(2026, 11, 23), 0),
    ]  # fmt: skip
    assert queries.series(units["silent"], "a.b") == []


def test_totals_of_children(units: dict[str, Unit]) -> None:
    north, south = units["north"].pk, units["south"].pk
    assert queries.totals_of_children(units["nation"], ["a.b", "c.d"]) == {
        north: {"a.b": 36, "c.d": 100}, south: {"a.b": 55},
    }  # fmt: skip
    since = date(2026, 11, 23)
    assert queries.totals_of_children(units["nation"], ["a.b"], since=since) == {north: {"a.b": 22}, south: {"a.b": 0}}
    assert queries.totals_of_children(units["n1"], ["a.b"]) == {}


def test_last_activity(units: dict[str, Unit]) -> None:
    assert queries.last_activity_of_children(units["nation"]) == {
        units["north"].pk: date(2026, 11, 23), units["south"].pk: date(2026, 11, 23),
    }  # fmt: skip
    assert queries.last_activity_of_children(units["north"]) == {
        units["n1"].pk: date(2026, 11, 23), units["n2"].pk: date(2026, 11, 22),
    }  # fmt: skip
    assert queries.last_activity(units["n2"]) == date(2026, 11, 22)
    assert queries.last_activity(units["silent"]) is None


def test_each_reader_is_one_statement(units: dict[str, Unit], django_assert_num_queries: Callable[[int], Any]) -> None:
    for number in range(30):
        unit(units["nation"], name=f"more {number}")
    readers: list[Callable[[], object]] = [
        lambda: queries.total(units["nation"], "a.b"),
        lambda: queries.totals(units["nation"], ["a.b", "c.d"]),
        lambda: queries.series(units["nation"], "a.b"),
        lambda: queries.totals_of_children(units["nation"], ["a.b", "c.d"]),
        lambda: queries.last_activity_of_children(units["nation"]),
        lambda: queries.last_activity(units["nation"]),
    ]
    for read in readers:
        with django_assert_num_queries(1):
            read()
