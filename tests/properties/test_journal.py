"""Whatever happens in whatever order, the readers equal a plain recount of what was told to the journal."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from braid.journal import queries
from braid.journal.actions import fold, rebuild_tallies
from braid.journal.models import Tally
from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.kernel.ledger import Happened, Strand, record_all
from braid.units.actions import merge_units, move_unit
from braid.units.models import Unit
from tests.factories import tree

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KINDS = ["notice.sent", "help.asked"]
SHAPE = {"nation": {"p1": {"c1": {"v1": {}, "v2": {}}, "c2": {"v3": {}}}, "p2": {"c3": {"v4": {}}}}}
NAMES = ["nation", "p1", "p2", "c1", "c2", "c3", "v1", "v2", "v3", "v4"]

names = st.sampled_from(NAMES)
happenings = st.tuples(names, st.sampled_from(KINDS), st.integers(-5, 9), st.integers(0, 3))
steps = st.one_of(
    st.tuples(st.just("record"), st.lists(happenings, min_size=1, max_size=5)),
    st.tuples(st.just("fold"), st.integers(1, 6)),
    st.tuples(st.just("move"), names, names),
    st.tuples(st.just("merge"), names, names),
    st.tuples(st.just("rebuild")),
)


class Oracle:
    """What the journal must know: for each unit, kind and day, what happened below it as the tree stood then."""

    def __init__(self, units: dict[str, Unit]) -> None:
        self.numbers = {name: unit.pk for name, unit in units.items()}
        self.told: Counter[tuple[int, str, date]] = Counter()

    def note(self, name: str, kind: str, amount: int, day: date) -> None:
        number: int | None = self.numbers[name]
        while number is not None:
            self.told[number, kind, day] += amount
            number = Unit.objects.get(pk=number).parent_id

    def sum(self, number: int, kind: str, since: date) -> int:
        return sum(n for (unit, what, day), n in self.told.items() if (unit, what) == (number, kind) and day >= since)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, min_size=3, max_size=25))
def test_readers_equal_a_recount(plan: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        oracle = Oracle(tree(SHAPE))
        for step in plan:
            take(step, oracle)
            compare(oracle)
        compare_totals(oracle)
        folded_equals_rebuilt()
        transaction.set_rollback(True)


def take(step: tuple[Any, ...], oracle: Oracle) -> None:
    what, *rest = step
    if what == "record":
        for name, kind, amount, days in rest[0]:
            at = NOW - timedelta(days=days)
            record_all([Happened(oracle.numbers[name], Strand.WORK, kind, amount)], at=at)
            oracle.note(name, kind, amount, TODAY - timedelta(days=days))
    elif what == "fold":
        fold(most=rest[0])
    elif what == "rebuild":
        rebuild_tallies()
    else:
        change, unit, other = (move_unit if what == "move" else merge_units), *map(oracle.numbers.__getitem__, rest)
        with suppress(Refused):  # a circle, a closed unit, a rank that does not fit: nothing happened
            change(Unit.objects.get(pk=unit), Unit.objects.get(pk=other), on=TODAY, why="test", by=OPERATOR, at=NOW)


def compare(oracle: Oracle) -> None:
    """After every step each unit is read once, among its siblings, and the top by itself; `compare_totals` ends a plan."""
    since = TODAY - timedelta(days=1)
    top, *below = Unit.objects.order_by("path")
    for kind in KINDS:
        assert queries.total(top, kind, since=since) == oracle.sum(top.pk, kind, since)
    for parent in {unit.parent_id for unit in below}:
        children = queries.totals_of_children(Unit.objects.get(pk=parent), KINDS, since=since)
        for child in (unit for unit in below if unit.parent_id == parent):
            for kind in KINDS:
                assert children.get(child.pk, {}).get(kind, 0) == oracle.sum(child.pk, kind, since)
    assert queries.wrong_tallies() == []


def compare_totals(oracle: Oracle) -> None:
    since = TODAY - timedelta(days=1)
    for unit in Unit.objects.order_by("path"):
        for kind in KINDS:
            assert queries.total(unit, kind) == oracle.sum(unit.pk, kind, date.min)
            assert queries.total(unit, kind, since=since) == oracle.sum(unit.pk, kind, since)


def folded_equals_rebuilt() -> None:
    fold()
    folded = set(Tally.objects.order_by("pk").values_list("unit_number", "kind", "day", "amount"))
    rebuild_tallies()
    assert folded == set(Tally.objects.order_by("pk").values_list("unit_number", "kind", "day", "amount"))
