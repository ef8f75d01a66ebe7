"""Languages, templates and series on a phone in Chinese, without scripts where forms must do; axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.actions import TemplatePlan, make_template
from braid.contact.models import Notice, Series
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from tests.factories import member, notice, person, tree

from .conftest import Visit, assert_accessible, assert_accessible_at_night
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"全国妇联": {"某省妇联": {"某县妇联": {"某乡妇联": {"某村妇联": {}}}}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return member(units["某县妇联"], Office.HEAD, who=person("王秀英"))


def test_a_notice_in_two_languages_without_scripts(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    page = visit("/notices/new/", person=head, language="zh-hans", script=False)
    page.get_by_label("标题", exact=True).fill("周五开会")
    page.locator("textarea[name=body]").fill("请带上**名单**。")
    page.get_by_text("再加一种语言").click()
    page.get_by_label("标题 · English").fill("Meeting on Friday")
    page.locator("textarea[name=body_en]").fill("Bring the **lists**.")
    shoot(page, "languages-write")
    page.locator("main form").get_by_role("button", name="保存").click()
    draft = Notice.objects.get()
    assert [text.title for text in draft.texts] == ["周五开会", "Meeting on Friday"]
    page = visit(f"/notices/{draft.pk}/", person=head, language="zh-hant")
    expect(page.locator("h1")).to_have_text("周五开会")
    assert_accessible(page)
    shoot(page, "languages-notice")
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("h1")).to_have_text("Meeting on Friday")
    assert_accessible(page)
    page = visit(f"/notices/{draft.pk}/edit/", person=head, language="zh-hans")
    assert_accessible(page)
    shoot(page, "languages-edit")


def test_a_draft_is_made_to_repeat_and_a_day_is_skipped(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    draft = notice(units["某县妇联"], sent_at=None, title="每周例会")
    page = visit(f"/notices/{draft.pk}/plan/", person=head, language="zh-hans")
    page.get_by_text("定期发送").first.click()
    shoot(page, "plan")
    assert_accessible(page)
    page.locator("input[name=day]").fill((timezone.localdate() + timedelta(days=2)).isoformat())
    page.get_by_label("每周", exact=True).check()
    page.get_by_label("星期一").check()
    page.get_by_label("星期四").check()
    page.locator("input[name=times]").fill("8")
    page.locator("main form").get_by_role("button", name="安排").click()
    page.wait_for_url("**/series/*/")
    assert Series.objects.get().weekdays == 0b1001
    assert_accessible(page)
    page.get_by_role("button", name="跳过").first.click()
    expect(page.get_by_role("button", name="恢复发送")).to_have_count(1)
    assert_accessible(page)
    assert_accessible_at_night(page)
    shoot(page, "series")
    page = visit(f"/series/of/{units['某县妇联'].code}/", person=head, language="zh-hans")
    assert_accessible(page)
    shoot(page, "series-list")
    page = visit(f"/notices/{draft.pk}/", person=head, language="zh-hans")
    assert_accessible(page)
    shoot(page, "series-notice")


def test_a_notice_is_begun_from_a_template(visit: Visit, units: dict[str, Unit], head: Person) -> None:
    plan = TemplatePlan("{unit}例会通知", "兹定于{date}召开例会。", language="zh-hans")
    make_template(units["某省妇联"], plan, by=OPERATOR, at=timezone.now())
    make_template(units["某县妇联"], plan, by=OPERATOR, at=timezone.now())
    page = visit("/notices/new/", person=head, language="zh-hans")
    page.get_by_role("link", name="用模板起草").click()
    expect(page.get_by_role("button", name="用它写通知")).to_have_count(2)
    assert_accessible(page)
    assert_accessible_at_night(page)
    shoot(page, "templates")
    page.get_by_role("button", name="用它写通知").first.click()
    page.wait_for_url("**/edit/")
    expect(page.get_by_label("标题", exact=True)).to_have_value("某县妇联例会通知")
    page = visit(f"/templates/of/{units['某县妇联'].code}/", person=head, language="zh-hans")
    page.get_by_role("link", name="修改模板").first.click()
    assert_accessible(page)
    shoot(page, "template-form")
