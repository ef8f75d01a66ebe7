"""Any sequence of answers, corrections, returns, moves, approvals and folds gives totals equal to a recount.

And nobody approves anything but what she saw: an approval of what has changed since is refused.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.units.actions import move_unit
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.work import actions, queries
from braid.work.actions import Filled, rollups
from braid.work.actions.rollups import fold_slice
from braid.work.enums import ApprovalState, ReportState
from braid.work.measures import Answer, summary_of
from braid.work.models import Approval, Report
from braid.work.queries.approvals import seal_of
from braid.work.queries.rollups import answer_of
from tests.factories import period, report_form, tree
from tests.factories.reports import OPENED

from .planted import Plan, Plant, assert_caught

SHAPE = {"n": {"p": {"c": {"v1": {}, "v2": {}}, "d": {"v3": {}, "v4": {}}}, "q": {"e": {"v5": {}}}}}
NAMES = ("n", "p", "q", "c", "d", "e", "v1", "v2", "v3", "v4", "v5")
"""A report of any unit counts, a county's own as well. Parents stand before their children."""

names = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.just("report"), names, st.integers(-3, 3), st.none() | st.integers(0, 3)),
    st.tuples(st.just("send_back"), names),
    st.tuples(st.just("approve"), names),
    st.tuples(st.just("look"), names),
    st.tuples(st.just("approve_what_was_seen"), names),
    st.tuples(st.just("reopen"), names),
    st.tuples(st.just("move"), st.sampled_from(["c", "d", "e", "v1", "v5"]), st.sampled_from(["p", "q", "c", "e"])),
    st.tuples(st.just("fold"), st.integers(1, 4)),
)


class World:
    """Units that report and correct; levels that approve, send back and reopen; a worker that folds now and then."""

    def __init__(self) -> None:
        units = tree(SHAPE)
        self.then = {name: unit.path for name, unit in units.items()}
        self.period = period(report_form(units["n"]))
        self.at = OPENED
        self.seen: dict[str, tuple[str, list[Any]]] = {}
        """By name of a unit, what was last shown there: its seal, and what stood right below."""

    def take(self, step: tuple[Any, ...]) -> None:
        """Take one step; what is refused changes nothing."""
        self.at += timedelta(minutes=1)
        what, *rest = step
        with suppress(Refused), transaction.atomic():
            getattr(self, what)(*rest)

    def report(self, name: str, few: int, most: int | None) -> None:
        values = {"f1": few, "f2": most, "f3": abs(few) % 2}
        unit, seen = Unit.objects.get(code=name), Report.objects.filter(unit__code=name).first()
        actions.file_report(self.period, unit, Filled(values), seen=seen, why="Again.", by=OPERATOR, at=self.at)

    def send_back(self, name: str) -> None:
        for report in Report.objects.filter(unit__code=name, state=ReportState.FILED):
            actions.send_back(report, why="Look again.", by=OPERATOR, at=self.at)

    def approve(self, name: str) -> None:
        unit, seal = Unit.objects.get(code=name), seal_of(self.period, self.then[name])
        actions.approve_part(self.period, unit, seal=seal, by=OPERATOR, at=self.at)

    def look(self, name: str) -> None:
        self.seen[name] = seal_of(self.period, self.then[name]), self._right_below(name)

    def approve_what_was_seen(self, name: str) -> None:
        if name in self.seen:
            seal, seen = self.seen[name]
            now = self._right_below(name)
            actions.approve_part(self.period, Unit.objects.get(code=name), seal=seal, by=OPERATOR, at=self.at)
            assert now == seen, "what was approved is not what was seen"

    def _right_below(self, name: str) -> list[Any]:
        """The reports and approvals of the units that stood right below one, however they are read elsewhere."""
        path = self.then[name]
        reports = Report.objects.exclude(state=ReportState.DRAFT).values_list(
            "counted_path", "version", "state", "values__f1"
        )
        approvals = Approval.objects.values_list("counted_path", "state")
        return sorted(str(row) for row in (*reports, *approvals) if row[0][:-STEP] == path)

    def reopen(self, name: str) -> None:
        actions.reopen_part(self.period, Unit.objects.get(code=name), why="A slip.", by=OPERATOR, at=self.at)

    def move(self, name: str, to: str) -> None:
        unit, parent = Unit.objects.get(code=name), Unit.objects.get(code=to)
        move_unit(unit, parent, on=self.at.date(), why="Nearer.", by=OPERATOR, at=self.at)

    def fold(self, most: int) -> None:
        fold_slice(most)

    def compare(self) -> None:
        """Totals equal a recount of the reports, and no report lies unapproved in an approved part."""
        rollup, reports = self.period.rollup, list(Report.objects.all())
        parts = queries.parts_below(rollup, self.then.values())
        for path in self.then.values():
            below = [each for each in reports if each.counted_path > path and each.counted_path.startswith(path)]
            approved = [each for each in below if each.state == ReportState.APPROVED]
            assert parts[path].filed.as_json == summary_of(answers_of(below), rollup.extremes).as_json
            assert parts[path].approved.as_json == summary_of(answers_of(approved), rollup.extremes).as_json
            assert parts[path].expected == sum(other > path and other.startswith(path) for other in self.then.values())
        assert not queries.wrong_totals()
        assert not queries.wrong_approvals()
        in_force = Approval.objects.filter(state=ApprovalState.IN_FORCE).values_list("counted_path", flat=True)
        for report in reports:
            assert report.state != ReportState.FILED or not any(
                report.counted_path.startswith(top) and report.counted_path != top for top in in_force
            )


def answers_of(reports: list[Report]) -> list[Answer]:
    return [answer for each in reports if (answer := answer_of(each))]


def live(plan: list[tuple[Any, ...]]) -> None:
    """Take all steps of `plan` and compare after each."""
    with transaction.atomic():
        world = World()
        for step in plan:
            world.take(step)
            world.compare()
        fold_slice(1_000)
        world.compare()
        transaction.set_rollback(True)


lives = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
plans = given(plan=st.lists(steps, min_size=3, max_size=30))


@pytest.mark.django_db
@lives
@plans
def test_totals_equal_a_recount(plan: list[tuple[Any, ...]]) -> None:
    live(plan)


def extremes_are_never_found_anew(patch: pytest.MonkeyPatch) -> None:
    for module in (rollups, queries.rollups):
        patch.setattr(module, "find_extremes", lambda *given, **more: None)


def what_is_not_folded_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queries.rollups, "deltas_of", lambda *given: {})


def corrections_reopen_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.work.actions.reports.reopen_parts", lambda *given, **more: None)


def reports_count_where_their_unit_stands_now(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.work.actions.reports.paths_at", lambda units, moment: {unit.pk: unit.path for unit in units})


def any_seal_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.work.actions.approvals.seal_of", lambda *given: ANY)


PLANTS: list[tuple[Plant, Plan]] = [
    (
        extremes_are_never_found_anew,
        [("report", "v1", 0, 3), ("report", "v2", 0, 1), ("fold", 4), ("report", "v1", 0, 0), ("fold", 4)],
    ),
    (what_is_not_folded_is_forgotten, [("report", "v1", 1, 1)]),
    (corrections_reopen_nothing, [("report", "v1", 1, 1), ("approve", "c"), ("report", "v1", 2, 1)]),
    (any_seal_will_do, [("look", "c"), ("report", "v1", 1, 1), ("approve_what_was_seen", "c")]),
    (
        reports_count_where_their_unit_stands_now,
        [("move", "c", "q"), ("report", "v1", 1, 1), ("fold", 4)],
    ),
]
"""Bugs, each with a plan in which it shows; the test above lives such plans, too, and many others."""


@pytest.mark.django_db
@pytest.mark.parametrize(("plant", "plan"), PLANTS, ids=lambda given: getattr(given, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_caught(plant, plan, live, monkeypatch)
