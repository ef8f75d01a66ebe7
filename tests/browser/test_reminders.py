"""Reminding, telephoning and proving in a real browser, on a phone and in Chinese; axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.actions import freeze_audience, remind_silent
from braid.contact.enums import Fact
from braid.contact.models import Dispatch
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from tests import factories

from .conftest import Visit, assert_accessible, assert_accessible_at_night
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_silent_are_reminded_then_telephoned_and_the_sender_sees_it(visit: Visit) -> None:
    at = timezone.now()
    units = factories.tree({"county": {"township": {"village": {}}, "hamlet": {}}})
    head = factories.member(units["county"], Office.HEAD, who=factories.person("王秀英"))
    liaison = factories.member(units["village"], Office.LIAISON, who=factories.person("李娜"))
    factories.member(units["village"], Office.HEAD, who=factories.person("赵桂兰", phone="13900001111"))
    sent = at - timedelta(days=9)
    notice = factories.notice(units["county"], title="关于召开会议的通知", sent_at=sent, asks_acknowledgement=True)
    freeze_audience(notice, at=sent)
    remind_silent(notice, Fact.SEEN, by=OPERATOR, at=at - timedelta(days=5))

    page = visit(f"/notices/{notice.pk}/reach/county/", person=head)
    page.get_by_role("link", name="Remind the silent").click()
    assert_accessible(page)
    page.get_by_label("not seen: 4 units").check()
    page.get_by_role("button", name="Remind them").click()
    expect(page.get_by_text("People were told of it not long ago")).to_be_visible()
    Dispatch.objects.filter(notice=notice).update(begun_at=at - timedelta(days=2))
    page.reload()
    page.get_by_role("button", name="Ask for calls").click()
    expect(page.get_by_text("Calls were asked for")).to_be_visible()
    assert_accessible_at_night(page)

    page = visit("/today/", person=liaison, script=False)
    page.get_by_role("link", name="关于召开会议的通知").first.click()
    page.goto(f"/notices/{notice.pk}/phone-list/at/village/")
    expect(page.get_by_role("link", name="13900001111")).to_be_visible()
    page.get_by_text("Record the call").first.click()
    page.get_by_label("What came of it").first.select_option(label="she is away or ill")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("not reached: she is away or ill")).to_be_visible()

    for name, path in {
        "phone-list": f"/notices/{notice.pk}/phone-list/at/village/",
        "proofs": f"/notices/{notice.pk}/reach/county/proofs/",
        "proof": f"/notices/{notice.pk}/reach/village/proof/",
        "remind": f"/notices/{notice.pk}/remind/",
        "quiet-hours": "/quiet-hours/county/",
    }.items():
        page = visit(path, person=head, language="zh-hans")
        assert_accessible(page)
        shoot(page, f"reminders-{name}")
        assert_accessible_at_night(page)
