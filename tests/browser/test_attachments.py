"""A notice with a picture, planned, asked about and answered, in a real browser on a phone, with axe on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from braid.contact.actions import set_review_rule
from braid.contact.models import Notice, NoticeQuestion
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from tests.factories import member, notice, person, picture_bytes, tree

from .conftest import Visit, assert_accessible
from .test_notices import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_notice_with_a_picture_is_read_twice_planned_and_asked_about(visit: Visit) -> None:
    units = tree({"nation": {"province": {"county": {"village": {}}}}})
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    deputy = member(units["county"], Office.DEPUTY, who=person("Zhao Min"))
    liaison = member(units["village"], Office.LIAISON, who=person("Li Na"))
    set_review_rule(units["county"], 0, by=OPERATOR, at=timezone.now())
    draft = notice(units["county"], sent_at=None, title="Meeting on Friday")

    page = visit(f"/notices/{draft.pk}/attachments/", person=deputy)
    page.get_by_label("Picture or file").set_input_files(
        {"name": "hall.png", "mimeType": "image/png", "buffer": picture_bytes("PNG")}
    )
    page.get_by_label("What the picture shows or the file is").fill("The new hall")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name="The new hall")).to_be_visible()
    assert_accessible(page)
    shoot(page, "attachments")
    page.goto(f"/notices/{draft.pk}/send/")
    assert_accessible(page)
    page.get_by_role("button", name="Ask a second reader").click()
    expect(page.locator("#messages")).to_contain_text("Asked.")
    shoot(page, "second-reader-asked")

    page = visit(f"/notices/{draft.pk}/review/", person=head)
    expect(page.get_by_role("img", name="The new hall")).to_be_visible()
    assert_accessible(page)
    shoot(page, "second-reader")
    page.get_by_role("button", name="I have read it: it may go out").click()
    expect(page.locator("#messages")).to_contain_text("You agreed.")

    page = visit(f"/notices/{draft.pk}/send/", person=deputy)
    page.get_by_role("link", name="Send later").click()
    page.get_by_label("Day", exact=True).fill((timezone.localdate() + timedelta(days=2)).isoformat())
    assert_accessible(page)
    shoot(page, "plan")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("It goes out by itself")).to_be_visible()
    assert_accessible(page)
    shoot(page, "planned")
    page.get_by_role("button", name="Call it off").click()
    expect(page.locator("#messages")).to_contain_text("Called off.")
    page.goto(f"/notices/{draft.pk}/send/")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("button", name="Undo sending")).to_be_visible()

    sent_at = timezone.now() - timedelta(minutes=1)
    Notice.objects.update(sent_at=sent_at)
    draft.audience.update(sent_at=sent_at)
    page = visit(f"/notices/{draft.pk}/", person=liaison)
    expect(page.get_by_role("img", name="The new hall")).to_be_visible()
    page.get_by_role("link", name="Ask a question").click()
    page.get_by_label("Your question").fill("May children come?")
    assert_accessible(page)
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("Your question waits")).to_be_visible()

    page = visit(f"/notices/{draft.pk}/questions/", person=head, width="desktop")
    assert_accessible(page)
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Answer for all readers").fill("Yes, all.")
    assert_accessible(page)
    shoot(page, "answer")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("#messages")).to_contain_text("Answered.")
    assert NoticeQuestion.objects.get().state == "answered"

    for language in ("en", "zh-hans"):
        page = visit(f"/notices/{draft.pk}/", person=liaison, language=language, dark=language == "zh-hans")
        expect(page.get_by_text("Yes, all.")).to_be_visible()
        assert_accessible(page)
        shoot(page, f"with-picture-{language}")
