"""A call carried into a chat group, in a real browser: asked for, copied, passed on, opened, seen in the pyramid; axe."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.actions import fold_opens, freeze_audience
from braid.contact.relay_links import Link, code_of
from braid.people.enums import Office
from tests.factories import chat, member, notice, person, tree

from .conftest import Visit, assert_accessible
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_is_asked_for_copied_passed_on_and_counted(visit: Visit) -> None:
    units = tree({"nation": {"county": {"village": {}}}})
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    her = member(units["village"], Office.LIAISON, who=person("Li Na"))
    call = notice(units["county"], title="Lantern festival", body="Bring a **lantern**.", is_public=True)
    freeze_audience(call, at=timezone.now())
    group = chat(units["village"], her, name="Neighbours", size=80)

    page = visit(f"/notices/{call.pk}/", person=head)
    page.get_by_role("link", name="Into chat groups").click()
    assert_accessible(page)
    shoot(page, "relay-ask")
    page.get_by_role("button", name="Please carry it into your groups").click()
    expect(page.locator("#messages")).to_contain_text("nobody has to")

    hers = visit("/today/", person=her)
    hers.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hers.get_by_text("Into your chat groups, if you like").wait_for()
    hers.get_by_role("link", name="Lantern festival").first.click()
    assert_accessible(hers)
    shoot(hers, "relay-carry")
    hers.get_by_role("button", name="Copy the text").click()
    hers.get_by_role("button", name="Copied").wait_for()
    copied = hers.evaluate("navigator.clipboard.readText()")
    code = code_of(Link(call.pk, group.pk))
    assert copied.startswith("Lantern festival\ncounty\n\nBring a lantern.")
    assert copied.endswith(f"/r/{code}/")
    hers.get_by_role("button", name="I have passed it on").click()
    hers.get_by_role("button", name="Take that back").wait_for()
    assert_accessible(hers)

    shape = visit(f"/notices/{call.pk}/pyramid/", person=head, width="desktop")
    assert_accessible(shape)
    shape.get_by_role("row", name="Level 3 1 0 1 80 0").wait_for()
    reader = visit("about:blank")
    reader.set_extra_http_headers({"User-Agent": "Mozilla/5.0 (Linux; Android 9) Chrome/66"})  # headless: not counted
    reader.goto(f"/r/{code}/")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Lantern festival")
    fold_opens(timezone.now())
    shape.get_by_role("row", name="Level 3 1 0 1 80 1").wait_for(timeout=30_000)  # it renews itself
    page = visit(f"/notices/{call.pk}/pyramid/", person=head, language="zh-hans", dark=True)
    assert_accessible(page)
    shoot(page, "relay-pyramid")
