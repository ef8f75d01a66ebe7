"""Any sequence of acts on a directive gives states, by level and below each unit, equal to a recount of the handlings."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.units.actions import move_unit
from braid.units.models import Unit
from braid.work import actions
from braid.work.actions.rollups import fold_slice
from braid.work.enums import Because, HandlingState
from braid.work.models import Directive, DirectiveRule, Handling, Period, Report
from braid.work.queries import parts_below
from braid.work.queries.approvals import seal_of
from braid.work.queries.directives import units_addressed_by
from tests import factories
from tests.factories.directives import SENT

SHAPE = {"n": {"p": {"c": {"v1": {}, "v2": {}}, "d": {"v3": {}}}, "q": {"e": {"v4": {}}}}}
NAMES = ("p", "q", "c", "d", "e", "v1", "v2", "v3", "v4")

names = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.sampled_from(["open", "take_on", "report", "back", "approve", "file", "approve_part"]), names),
    st.tuples(st.just("pass_on"), st.sampled_from(["p", "c"]), st.sampled_from(["c", "v1", "v2", "v3"])),
    st.tuples(st.just("move"), st.sampled_from(["c", "v1"]), st.sampled_from(["q", "d"])),
    st.tuples(st.just("fold"), st.integers(1, 4)),
)


class World:
    """A directive with or without a form, sent to two provinces, and its receivers."""

    def __init__(self, *, has_form: bool) -> None:
        units = factories.tree(SHAPE)
        form = factories.report_form(units["n"]) if has_form else None
        rules = [DirectiveRule(unit=units["p"], levels=0b1100), DirectiveRule(unit=units["q"])]
        self.directive = factories.directive(units["n"], *rules, form=form)
        self.period = Period.objects.filter(directive=self.directive).first()
        self.then = {name: unit.path for name, unit in units.items()}
        self.at = SENT

    def take(self, step: tuple[Any, ...]) -> None:
        """Take one step; what is refused changes nothing."""
        self.at += timedelta(minutes=1)
        what, name, *rest = step
        with suppress(Refused), transaction.atomic():
            if what == "fold":
                fold_slice(name)
            else:
                getattr(self, what)(Unit.objects.get(code=name), *rest)

    def open(self, unit: Unit) -> None:
        actions.open_handling(self.directive, unit, by=OPERATOR, at=self.at)

    def take_on(self, unit: Unit) -> None:
        actions.take_on(self.directive, unit, by=OPERATOR, at=self.at)

    def report(self, unit: Unit) -> None:
        if self.period:
            because = Because.OTHER
            actions.return_directive(self.directive, unit, because=because, words="No.", by=OPERATOR, at=self.at)
        else:
            actions.report_done(self.directive, unit, words="Done.", by=OPERATOR, at=self.at)

    def back(self, unit: Unit) -> None:
        for handling in Handling.objects.filter(unit=unit).select_related("directive", "unit"):
            actions.send_handling_back(handling, why="Again.", by=OPERATOR, at=self.at)

    def approve(self, unit: Unit) -> None:
        for handling in Handling.objects.filter(unit=unit).select_related("directive", "unit"):
            seen = handling.changed_at.isoformat()
            actions.approve_handling(handling, seen=seen, by=OPERATOR, at=self.at)

    def file(self, unit: Unit) -> None:
        if self.period:
            seen = Report.objects.filter(unit=unit).first()
            filled = actions.Filled({"f1": 1})
            actions.file_report(self.period, unit, filled, seen=seen, why="Again.", by=OPERATOR, at=self.at)

    def approve_part(self, unit: Unit) -> None:
        if self.period:
            seal = seal_of(self.period, self.then[unit.code])
            actions.approve_part(self.period, unit, seal=seal, by=OPERATOR, at=self.at)

    def pass_on(self, unit: Unit, to: str) -> None:
        rule = DirectiveRule(unit=Unit.objects.get(code=to))
        actions.pass_on(self.directive, unit, [rule], due_on=self.directive.due_on, by=OPERATOR, at=self.at)
        factories.directives.count(self.at)
        self.directive = Directive.objects.select_related("rollup", "unit").get()

    def move(self, unit: Unit, to: str) -> None:
        parent = Unit.objects.get(code=to)
        move_unit(unit, parent, on=self.at.date(), why="Nearer.", by=OPERATOR, at=self.at)

    def compare(self) -> None:
        """Below every unit the roll-up says of each state, and of each state at each level, what a recount says."""
        assert self.directive.rollup is not None
        rows = list(Handling.objects.all())
        parts = parts_below(self.directive.rollup, self.then.values())
        for path in self.then.values():
            below = [row for row in rows if row.counted_path > path and row.counted_path.startswith(path)]
            counted = Counter(str(row.state) for row in below)
            counted += Counter(f"{row.state}@{row.counted_level}" for row in below)
            figures = {key: figure.n for key, figure in parts[path].filed.figures.items() if figure.n}
            assert figures == dict(counted)
            assert parts[path].filed.n == len(below)
        assert {row.unit_id for row in rows} <= set(units_addressed_by(self.directive))
        for row in rows:
            last = row.events.order_by("-pk").first()
            assert row.state == (last.state if last else HandlingState.REPORTED), "without events only by its report"
            assert row.state in HandlingState.values


@pytest.mark.once
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(plan=[("move", "v1", "d"), ("pass_on", "p", "c"), ("file", "v1")], has_form=True)
@given(plan=st.lists(steps, min_size=3, max_size=20), has_form=st.booleans())
def test_states_equal_a_recount(plan: list[tuple[Any, ...]], has_form: bool) -> None:
    with transaction.atomic():
        world = World(has_form=has_form)
        for step in plan:
            world.take(step)
        world.compare()
        fold_slice(1_000)
        world.compare()
        transaction.set_rollback(True)
