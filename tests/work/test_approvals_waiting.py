"""What waits for an approval on Today, and the column of reports in the Subtree table."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from braid.insight.ground.approvals import waiting_approvals
from braid.insight.queries.branches import branches_of
from braid.insight.queries.table import table_of
from braid.kernel.access import OPERATOR
from braid.units.actions import move_unit
from braid.units.models import Unit
from braid.work.actions import approve_part, close_period
from braid.work.models import Period
from braid.work.queries.approvals import approvals_waiting_for, seal_of
from tests import factories
from tests.clients import queries_of
from tests.factories.reports import OPENED, period, report, report_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world: SimpleNamespace) -> Period:
    return period(report_form(world.nation))


def waiting(world: SimpleNamespace, name: str) -> list[str]:
    return [one.what for one in waiting_approvals(world.heads[name], OPENED)]


def approve(period: Period, unit: Unit) -> None:
    approve_part(period, unit, seal=seal_of(period, unit.path), by=OPERATOR, at=OPENED)


def test_reports_wait_for_the_head_above_them(world: SimpleNamespace, asked: Period) -> None:
    assert waiting(world, "township") == []
    report(asked, world.village, f1=1)
    report(asked, factories.unit(world.township), f1=1)
    assert waiting(world, "township") == ["2 reports wait for your approval"]
    assert waiting(world, "county") == waiting(world, "village") == []
    approve(asked, world.township)
    assert waiting(world, "township") == []
    assert waiting(world, "county") == ["1 part approved below waits for you"]
    (one,) = waiting_approvals(world.heads["county"], OPENED)
    assert one.href == reverse("approval", args=[asked.pk, "county"])
    close_period(asked, by=OPERATOR, at=OPENED)
    assert waiting(world, "county") == []


def test_what_does_not_wait_hides_nothing(world: SimpleNamespace, asked: Period) -> None:
    """Old periods nobody closed, in which nothing waits or all is approved, come first by their day."""
    for number in range(6):
        form = report_form(world.nation, title={"en": f"Old {number}"}, over_budget_why="It has to be.")
        old = period(form, due_on=OPENED.date())
        if number % 2:
            report(old, world.village, f1=1)
            approve(old, world.township)
    report(asked, world.village, f1=1)
    found = approvals_waiting_for([world.township], most=1)
    assert [(one.period, one.reports, one.parts) for one in found] == [(asked, 1, 0)]
    both = approvals_waiting_for([world.county, world.township], most=4)
    assert [(one.period.form.said_title.text, one.unit.code) for one in both] == [
        ("Old 1", "county"),
        ("Old 3", "county"),
        ("Old 5", "county"),
        ("Lessons", "township"),
    ]


def test_what_stood_below_is_approved_where_it_stood(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=1)
    move_unit(world.village, world.other, on=OPENED.date(), why="Nearer.", by=OPERATOR, at=OPENED + timedelta(hours=1))
    assert waiting(world, "township") == ["1 report waits for your approval"], "nobody is below it any more"
    assert waiting(world, "other") == []


def test_who_never_had_units_below_is_not_looked_for(world: SimpleNamespace, asked: Period) -> None:
    assert queries_of(lambda: approvals_waiting_for([world.village])) == 3


def test_it_takes_a_fixed_number_of_queries(world: SimpleNamespace) -> None:
    form = report_form(world.nation)
    costs = []
    for turn, wanted in enumerate((2, 12)):
        for number in range(wanted):
            first = date(2026 - turn, 1 + number, 1)
            asked = period(form, first_on=first, last_on=first)
            report(asked, world.village, f1=1)
        head = world.heads["township"]
        head.__dict__.pop("_held", None)
        head.__dict__.pop("_own_units", None)
        costs.append(queries_of(lambda: list(waiting_approvals(world.heads["township"], OPENED))))
    assert costs[1] <= costs[0]


def test_the_subtree_says_how_far_reports_are(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=1)
    report(asked, world.county, f1=1)
    table = table_of(branches_of(world.heads["province"], world.province, at=OPENED))
    place = [column.name for column in table.columns].index("reports")
    cells = {line.row.unit.code: line.cells[place] for line in table.lines}
    assert (cells["county"].text, cells["county"].note) == ("66 %", "2 of 3")
    assert (cells["other"].text, cells["other"].note) == ("0 %", "0 of 1")
    assert table.own.cells[place].note == "0 of 1"
    assert table.together.cells[place].note == "2 of 5"
    assert cells["county"].href == reverse("rollup_unit", args=[asked.pk, "county"])
