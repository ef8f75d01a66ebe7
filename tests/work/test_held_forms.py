"""Periods that open by themselves: when, of whom, and not where units would be over their budget and nobody says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from braid.insight.ground.reports import forms_held
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.enums import Office
from braid.units.models import Level
from braid.work.actions import change_form, end_form, give_reason, open_due_periods, open_period
from braid.work.actions.report_forms import FormPlan
from braid.work.enums import Every
from braid.work.models import Period, ReportForm
from tests import factories
from tests.factories import directive_rows

pytestmark = pytest.mark.django_db

IN_DECEMBER = datetime(2026, 12, 2, 4, tzinfo=UTC)
"""Two days after November: a monthly form is asked for it."""
WHY = "The census."


@pytest.fixture
def levels(db: None) -> None:
    for level, name in enumerate(("Nation", "Province", "County", "Township", "Village"), start=1):
        Level.objects.create(number=level, name=name)


@pytest.fixture
def monthly(world: SimpleNamespace, levels: None) -> ReportForm:
    """A form that the villages have time for in most months: 100 minutes of 240."""
    form = factories.report_form(world.nation, minutes=100, every=Every.MONTH)
    ReportForm.objects.filter(pk=form.pk).update(next_on=date(2026, 11, 1))
    form.refresh_from_db()
    return form


def fill_the_month(world: SimpleNamespace, at: datetime = IN_DECEMBER) -> None:
    """Ask the villages so much that nothing more fits."""
    directive_rows.directive(world.nation, sent_at=at, minutes=200)


def opened(form: ReportForm) -> list[date]:
    return list(form.periods.order_by("first_on").values_list("first_on", flat=True))


def test_a_period_opens_when_it_is_over(monthly: ReportForm) -> None:
    assert open_due_periods(datetime(2026, 11, 30, 4, tzinfo=UTC)) == 0
    assert open_due_periods(datetime(2026, 12, 1, 4, tzinfo=UTC)) == 1
    assert open_due_periods(IN_DECEMBER) == 0
    made = Period.objects.get()
    assert (made.first_on, made.last_on, made.due_on) == (date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 7))


def test_units_have_no_less_time_when_it_opens_late(monthly: ReportForm) -> None:
    open_due_periods(datetime(2026, 12, 20, 4, tzinfo=UTC))
    assert Period.objects.get().due_on == date(2026, 12, 26)


def test_days_that_were_asked_by_hand_are_not_asked_again(monthly: ReportForm) -> None:
    days = {"first_on": date(2026, 11, 1), "last_on": date(2026, 11, 30), "due_on": date(2026, 12, 9)}
    open_period(monthly, **days, by=OPERATOR, at=IN_DECEMBER)
    assert open_due_periods(IN_DECEMBER) == 1
    assert opened(monthly) == [date(2026, 11, 1)]
    monthly.refresh_from_db()
    assert monthly.next_on == date(2026, 12, 1)


def test_it_waits_for_a_reason_where_units_have_no_time_left(world: SimpleNamespace, monthly: ReportForm) -> None:
    fill_the_month(world)
    assert open_due_periods(IN_DECEMBER) == 0
    monthly.refresh_from_db()
    assert (opened(monthly), monthly.held_on, monthly.next_on) == ([], date(2026, 12, 2), date(2026, 11, 1))
    give_reason(monthly, f" {WHY} ", by=world.heads["nation"], at=IN_DECEMBER)
    assert open_due_periods(IN_DECEMBER) == 1
    monthly.refresh_from_db()
    assert (opened(monthly), monthly.held_on, monthly.over_budget_why) == ([date(2026, 11, 1)], None, WHY)


def test_a_reason_given_before_is_reason_enough(world: SimpleNamespace, monthly: ReportForm) -> None:
    ReportForm.objects.filter(pk=monthly.pk).update(over_budget_why=WHY)
    fill_the_month(world)
    assert open_due_periods(IN_DECEMBER) == 1


def test_it_is_tried_again_the_next_day_and_when_less_is_asked(world: SimpleNamespace, monthly: ReportForm) -> None:
    fill_the_month(world)
    open_due_periods(IN_DECEMBER)
    assert open_due_periods(IN_DECEMBER + timedelta(hours=1)) == 0
    monthly.refresh_from_db()
    open_due_periods(IN_DECEMBER + timedelta(days=1))
    monthly.refresh_from_db()
    assert monthly.held_on == date(2026, 12, 3), "asked anew on another day, with the same answer"
    less = FormPlan(monthly.title, monthly.purpose, monthly.basis, 30, monthly.ends_on, every=Every.MONTH)
    change_form(monthly, less, by=world.heads["nation"], at=IN_DECEMBER + timedelta(days=1))
    assert open_due_periods(IN_DECEMBER + timedelta(days=1)) == 1


def test_another_month_has_time_again(world: SimpleNamespace, monthly: ReportForm) -> None:
    fill_the_month(world)
    open_due_periods(IN_DECEMBER)
    assert open_due_periods(datetime(2027, 1, 2, 4, tzinfo=UTC)) == 1
    assert opened(monthly) == [date(2026, 11, 1)]


def test_a_reason_is_refused(world: SimpleNamespace, monthly: ReportForm) -> None:
    with pytest.raises(NotAllowed):
        give_reason(monthly, WHY, by=world.heads["village"], at=IN_DECEMBER)
    with pytest.raises(BadInput):
        give_reason(monthly, " ", by=world.heads["nation"], at=IN_DECEMBER)
    end_form(monthly, by=OPERATOR, at=IN_DECEMBER)
    with pytest.raises(WrongState):
        give_reason(monthly, WHY, by=world.heads["nation"], at=IN_DECEMBER)


def test_who_runs_it_finds_it_on_today(world: SimpleNamespace, monthly: ReportForm) -> None:
    fill_the_month(world)
    head = world.heads["nation"]
    assert list(forms_held(head, IN_DECEMBER)) == []
    open_due_periods(IN_DECEMBER)
    found = list(forms_held(head, IN_DECEMBER))
    assert [(one.title, one.href) for one in found] == [
        (str(monthly), reverse("report_form_reason", args=[monthly.pk])),
    ]
    for other in (world.heads["province"], world.heads["village"], factories.member(world.nation, Office.MEMBER)):
        assert list(forms_held(other, IN_DECEMBER)) == []


def test_those_above_are_not_told_of_every_form_below(world: SimpleNamespace, levels: None) -> None:
    form = factories.report_form(world.county, minutes=100, every=Every.MONTH)
    ReportForm.objects.filter(pk=form.pk).update(held_on=date(2026, 12, 2), author=world.heads["county"])
    assert list(forms_held(world.heads["nation"], IN_DECEMBER)) == []
    assert len(list(forms_held(world.heads["county"], IN_DECEMBER))) == 1
    ReportForm.objects.filter(pk=form.pk).update(author=world.heads["village"])
    assert list(forms_held(world.heads["village"], IN_DECEMBER)) == [], "she may not run it any more"


def test_the_pages(client: Client, world: SimpleNamespace, monthly: ReportForm) -> None:
    fill_the_month(world)
    open_due_periods(IN_DECEMBER)
    client.force_login(world.heads["nation"].account)
    page, reason = reverse("report_form", args=[monthly.pk]), reverse("report_form_reason", args=[monthly.pk])
    assert "it would put units over their budget of time" in client.get(page).content.decode()
    assert reason in client.get(page).content.decode()
    assert client.post(reason, {}).status_code == 422
    assert client.post(reason, {"over_budget_why": WHY}).status_code == 302
    assert reason not in client.get(page).content.decode()
    assert ReportForm.objects.get().over_budget_why == WHY
