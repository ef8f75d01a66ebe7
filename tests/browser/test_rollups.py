"""A head walks from the nation down to one village's report, telephones who is missing, and approves; axe on each page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.actions import FieldPlan, fold_all
from braid.work.enums import FieldKind, RollUp
from braid.work.models import Approval, Period
from tests import factories
from tests.factories.reports import OPENED, choice, number, period, report, report_form

from .conftest import Visit, assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)

SHAPE = {"全国": {"浙江省": {"杭州市": {"文新街道": {"竞舟社区": {}, "阳光社区": {}, "德加社区": {}}}, "宁波市": {}}}}
CELLS = {"rows": [{"en": "girls", "zh-hans": "女"}], "columns": [{"en": "new", "zh-hans": "新来"}]}


def build() -> tuple[dict[str, Unit], Person]:
    """Six months of reports of a village, and this month's, in which a number is unlike usual and a village is missing."""
    units = factories.tree(SHAPE)
    head = factories.member(units["全国"], Office.HEAD, who=factories.person("李芳"))
    liaison = factories.member(units["德加社区"], Office.LIAISON, who=factories.person("王敏"))
    Person.objects.filter(pk=liaison.pk).update(phone="+8613800000000")
    fields = (
        number("How many came?", places=0),
        number("How many at most?", roll_up=RollUp.MAX, is_required=False),
        choice("How did it go?", "well", "badly", is_required=False),
        FieldPlan(FieldKind.TABLE, {"en": "Who came?"}, choices=CELLS, is_required=False),
        FieldPlan(FieldKind.TEXT, {"en": "What was hard?"}, is_required=False),
    )
    form = report_form(units["全国"], fields=fields, title={"en": "Lessons", "zh-hans": "课程情况"})
    for month in range(1, 7):
        asked = period(form, first_on=date(2026, month, 1), last_on=date(2026, month, 28))
        report(asked, units["竞舟社区"], f1=20 + month % 3, f2=9)
    fold_all()
    now = period(form)
    report(now, units["竞舟社区"], f1=64, f2=12, f3=0, f4=[[7]], f5="路太远。")
    report(now, units["阳光社区"], f1=18, f2=8, f3=1, f4=[[3]], at=OPENED + timedelta(hours=1))
    return units, head


def test_a_head_walks_from_the_nation_to_a_village(visit: Visit) -> None:
    units, head = build()
    page = visit("/rollups/", person=head)
    assert_accessible(page)
    page.get_by_role("link", name="Lessons").first.click()
    expect(page.get_by_role("heading", name="Unlike usual")).to_be_visible()
    expect(page.get_by_text("four times as much as usual")).to_be_visible()
    assert_accessible(page)
    assert_accessible_at_night(page)
    for name in ("浙江省", "杭州市", "文新街道"):
        page.get_by_role("rowheader", name=name).get_by_role("link").click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text("three times as much as usual")).to_be_visible()
    page.get_by_role("rowheader", name="竞舟社区").get_by_role("link").click()
    expect(page.get_by_text("路太远。")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/rollups/{_last()}/at/{units['文新街道'].code}/missing/")
    expect(page.get_by_role("link", name="+8613800000000")).to_be_visible()
    assert_accessible(page)


def test_a_part_is_approved_and_periods_stand_side_by_side(visit: Visit) -> None:
    units, head = build()
    at = f"/rollups/{_last()}/at/{units['文新街道'].code}"
    page = visit(f"{at}/", person=head)
    page.get_by_role("link", name="Look over and approve").click()
    assert_accessible(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("This part is approved")).to_be_visible()
    assert Approval.objects.get().unit == units["文新街道"]
    assert_accessible(page)
    page.goto(f"{at}/series/")
    assert_accessible(page)
    page.goto(f"{at}/reports/?field=f5")
    expect(page.get_by_text("路太远。")).to_be_visible()
    assert_accessible(page)


def _last() -> int:
    return Period.objects.latest("pk").pk
