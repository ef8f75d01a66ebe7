"""Pages of notices: the whole journey of a notice over HTTP, what each person finds on them, and their queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import (
    NoticeText,
    add_recipients,
    correct_notice,
    draft_notice,
    fold_spool,
    freeze_due,
    withdraw_notice,
)
from braid.contact.enums import NoticeState
from braid.contact.models import Audience, Notice, Receipt
from braid.kernel.access import OPERATOR
from braid.kernel.outbox import run_due
from braid.people.enums import Office, Reach, Role
from braid.people.models import Account, Grant, Person
from braid.units import snapshot
from braid.units.actions import close_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit
from tests import factories


@pytest.fixture
def sign_in(client: Client) -> Callable[[Person], Client]:
    def as_person(person: Person) -> Client:
        client.force_login(Account.objects.get(person=person))
        return client

    return as_person


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_journey_of_a_notice(world: SimpleNamespace, now: datetime, sign_in: Callable[[Person], Client]) -> None:
    with time_machine.travel(now, tick=False) as clock:
        head = sign_in(world.heads["province"])
        said = {"unit": world.province.code, "title": "Meeting", "body": "Come **all**", "asks_acknowledgement": "on"}
        head.post(reverse("notice_new"), said)
        notice = Notice.objects.get()
        assert "This is 5 units and about 10 people." in text_of(head, "notice_audience", notice.pk)
        assert "It reaches 5 units and about 10 people." in text_of(head, "notice_send", notice.pk)
        assert head.post(reverse("notice_send", args=[notice.pk])).status_code == 302
        assert "Undo sending" in text_of(head, "notice", notice.pk)

        head.post(reverse("notice_undo", args=[notice.pk]))
        notice.refresh_from_db()
        assert notice.state == NoticeState.DRAFT
        head.post(reverse("notice_send", args=[notice.pk]))
        clock.shift(timedelta(seconds=11))
        run_due(at=now + timedelta(seconds=11))
        freeze_due(now + timedelta(seconds=11))

        her = sign_in(world.liaisons["village"])
        assert "Meeting" in text_of(her, "inbox", show="unread")
        page = text_of(her, "notice", notice.pk)
        assert "<strong>all</strong>" in page
        assert "I acknowledge this" in page
        token = page.split('"t": "')[1].split('"')[0]
        answer = her.post("/r/", f"t={token}".encode(), content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 204
        her.post(reverse("notice_answer", args=[notice.pk]), {"fact": "2"})
        assert "I acknowledge this" not in text_of(her, "notice", notice.pk)
        assert "Meeting" not in text_of(her, "inbox", show="acknowledge")
        fold_spool(now + timedelta(seconds=12))
        assert Receipt.objects.count() == 2

        head = sign_in(world.heads["province"])
        page = text_of(head, "notice_reach_unit", notice.pk, world.province.code)
        assert world.county.name in page
        page = text_of(head, "notice_missing", notice.pk, world.province.code, what="seen")
        assert world.township.name in page
        assert f">{world.village.name}</a>" not in page
        said = {"title": "Meeting moved", "body": "x", "why": "room", "based_on": notice.changed_at.isoformat()}
        head.post(reverse("notice_correct", args=[notice.pk]), said)
        assert "room" in text_of(head, "notice", notice.pk)
        head.post(reverse("notice_withdraw", args=[notice.pk]), {"why": "cancelled"})
        page = text_of(sign_in(world.liaisons["village"]), "notice", notice.pk)
        assert "cancelled" in page
        assert "data-notice-text" not in page


def test_who_holds_one_unit_only_sees_the_reach_of_one_unit_only(
    world: SimpleNamespace, sign_in: Callable[[Person], Client]
) -> None:
    """A committee member sees whether her unit has read it, and nothing of the units below: no row, count or list."""
    notice = factories.notice(world.nation)
    client = sign_in(factories.member(world.province, Office.COMMITTEE))
    page = text_of(client, "notice_reach_unit", notice.pk, world.province.code)
    assert world.county.name not in page
    assert re.findall(r"<dd>(?:<[^>]+>)*\s*(\d+)", page)[0] == "1"
    missing = text_of(client, "notice_missing", notice.pk, world.province.code, what="seen")
    assert world.county.name not in missing
    assert client.get(reverse("notice_reach_unit", args=[notice.pk, world.county.code])).status_code == 404
    answer = client.get(f"/api/v1/notices/{notice.pk}/reach").json()
    assert (answer["unit"], [line["addressed"] for line in answer["levels"]]) == (world.province.code, [1])
    assert answer["children"] == []


def test_wrong_input_is_shown_on_the_form(world: SimpleNamespace, sign_in: Callable[[Person], Client]) -> None:
    head = sign_in(world.heads["county"])
    answer = head.post(reverse("notice_new"), {"unit": world.nation.code, "title": ""})
    assert answer.status_code == 422
    assert b"There is no such unit within your reach." in answer.content
    assert not Notice.objects.exists()


def test_the_size_follows_the_rule_being_chosen(world: SimpleNamespace, sign_in: Callable[[Person], Client]) -> None:
    draft = factories.notice(world.province, sent_at=None)
    head = sign_in(world.heads["province"])
    chosen = {"unit": world.county.code, "reach": "subtree", "offices": "1"}
    assert "This is 3 units and about 3 people." in text_of(head, "notice_size", draft.pk, **chosen)
    assert "This is" not in text_of(head, "notice_size", draft.pk, unit=world.nation.code, reach="subtree")


def test_several_rules_and_taking_one_away(world: SimpleNamespace, sign_in: Callable[[Person], Client]) -> None:
    draft = factories.notice(world.province, sent_at=None)
    head = sign_in(world.heads["province"])
    address = reverse("notice_audience", args=[draft.pk])
    head.post(address, {"unit": world.other.code, "reach": "subtree"})
    head.post(address, {"unit": world.village.code, "reach": "unit", "levels": "5", "offices": "4"})
    assert [(rule.unit.name, rule.is_subtree, rule.levels, rule.offices) for rule in draft.audience.order_by("pk")] == [
        ("other", True, 0, 0),
        ("village", False, 1 << 5, 1 << 4),
    ]
    assert "These are added up: whoever is in one of them." in text_of(head, "notice_audience", draft.pk)
    first = draft.audience.order_by("pk")[0]
    head.post(reverse("notice_audience_remove", args=[draft.pk, first.pk]))
    assert [rule.unit.name for rule in draft.audience.all()] == ["village"]


def test_a_draft_is_not_deleted_by_one_tap(world: SimpleNamespace, sign_in: Callable[[Person], Client]) -> None:
    draft = factories.notice(world.province, sent_at=None)
    page = text_of(sign_in(world.heads["province"]), "notice_edit", draft.pk)
    step = page[page.rindex("<details") : page.index(reverse("notice_delete", args=[draft.pk]))]
    assert "It cannot be brought back." in step
    assert " open" not in step.split(">", 1)[0]


def test_what_is_wrong_is_listed_as_it_stands_on_the_page(
    world: SimpleNamespace, sign_in: Callable[[Person], Client]
) -> None:
    head = sign_in(world.heads["province"])
    wrong = {"unit": "nowhere", "title": "", "body_en": "x", "language": "zh-hans", "remind_after_days": "0"}
    page = head.post(reverse("notice_new"), wrong).content.decode()
    listed = re.findall(r'<a href="#id_(\w+)">', page.split("error-summary", 1)[1].split("</ul>")[0])
    assert listed == ["unit", "title", "title_en", "remind_after_days"]
    assert [name for name in re.findall(r'name="(\w+)"', page) if name in listed] == listed


def test_public_notices_are_open_and_others_ask_to_sign_in(world: SimpleNamespace, client: Client) -> None:
    public = factories.notice(world.province, is_public=True, body="<script>x</script> open")
    internal = factories.notice(world.province)
    page = text_of(client, "notice", public.pk)
    assert "open" in page
    assert "<script>x" not in page
    for pk in (internal.pk, 99999):
        assert client.get(reverse("notice", args=[pk])).status_code == 302


def test_a_public_notice_says_where_it_is_shared_what_it_is(
    world: SimpleNamespace, client: Client, now: datetime
) -> None:
    public = factories.notice(world.province, title="Open day", body="**Come** all\n\n<i>soon</i>", is_public=True)
    page = text_of(client, "notice", public.pk)
    assert '<meta property="og:title" content="Open day">' in page
    assert '<meta property="og:type" content="article">' in page
    assert f'<meta property="og:url" content="http://testserver/notices/{public.pk}/">' in page
    assert page.count('content="Come all soon"') == 2
    withdraw_notice(public, why="wrong day", by=OPERATOR, at=now)
    page = text_of(client, "notice", public.pk)
    assert "Come all" not in page
    assert page.count('content="This notice was withdrawn: wrong day"') == 2


@pytest.mark.parametrize("is_public", [False, True])
def test_what_is_not_out_for_everybody_says_nothing_where_it_is_shared(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], *, is_public: bool
) -> None:
    """An internal notice, and a draft that is to be public: not to the public nor to those who read or write it."""
    sent_at = None if is_public else factories.notices.LONG_AGO
    notice = factories.notice(world.province, title="Budget", is_public=is_public, sent_at=sent_at)
    address = reverse("notice", args=[notice.pk])
    for client in (Client(), sign_in(world.heads["province"])):
        page = client.get(address, follow=True).content.decode()
        assert "og:" not in page
        assert 'name="description"' not in page
    assert "Budget" in page


def test_members_are_not_counted_below_ten(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], now: datetime
) -> None:
    for _ in range(4):
        factories.member(world.village)
    notice = factories.notice(world.province)
    freeze_due(now)
    page = text_of(sign_in(world.heads["province"]), "notice_reach_unit", notice.pk, world.village.code)
    assert "under 10" in page


@pytest.mark.parametrize("name", ["inbox", "notices_sent", "notice_reach_unit", "notice_missing"])
def test_queries_do_not_grow_with_rows(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], now: datetime, name: str
) -> None:
    her = sign_in(world.heads["province"])
    notice = factories.notice(world.province)
    freeze_due(now)
    args = [notice.pk, world.province.code] if "_reach" in name or "missing" in name else []
    counts = []
    for rows in (2, 20):
        for _ in range(rows):
            factories.notice(world.province)
            factories.unit(world.province, level=3)
        snapshot._snapshot.clear()
        text_of(her, name, *args)
        with CaptureQueriesContext(connection) as queries:
            text_of(her, name, *args)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_second_click_finds_what_the_first_did(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], now: datetime
) -> None:
    with time_machine.travel(now, tick=False):
        draft = factories.notice(world.province, sent_at=None)
        head = sign_in(world.heads["province"])
        page = reverse("notice", args=[draft.pk])
        for _ in range(2):
            assert head.post(reverse("notice_send", args=[draft.pk])).headers["Location"] == page
        for _ in range(2):
            answer = head.post(reverse("notice_undo", args=[draft.pk]))
            assert answer.headers["Location"] == reverse("notice_edit", args=[draft.pk])
        rule = draft.audience.get().pk
        for _ in range(2):
            assert head.post(reverse("notice_audience_remove", args=[draft.pk, rule])).status_code == 302
        for _ in range(2):
            head.post(reverse("notice_audience", args=[draft.pk]), {"unit": world.county.code, "reach": "subtree"})
        assert draft.audience.count() == 1


@pytest.mark.parametrize("name", ["notice_edit", "notice_correct"])
def test_two_tabs_with_one_text_are_told_of_each_other(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], name: str
) -> None:
    notice = factories.notice(world.province, sent_at=None if name == "notice_edit" else factories.notices.LONG_AGO)
    head = sign_in(world.heads["province"])
    address = reverse(name, args=[notice.pk])
    begun = head.get(address).context["form"].initial["based_on"]
    assert head.post(address, {"title": "First", "body": "one", "why": "x", "based_on": begun}).status_code == 302
    answer = head.post(address, {"title": "Second", "body": "my long text", "why": "y", "based_on": begun})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "my long text" in page
    assert "First" in page
    again = str(answer.context["form"]["based_on"].value())
    head.post(address, {"title": "Second", "body": "my long text", "why": "y", "based_on": again})
    notice.refresh_from_db()
    assert notice.title == "Second"


def test_the_public_page_names_no_person(world: SimpleNamespace, client: Client, now: datetime) -> None:
    public = factories.notice(world.province, is_public=True)
    by = world.heads["province"]
    correct_notice(public, title="New", body="", why="typo", by=by, at=now)
    page = text_of(client, "notice", public.pk)
    assert "typo" in page
    assert str(by) not in page


def test_missing_shows_what_was_asked_for_and_marks_closed_units(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], now: datetime
) -> None:
    notice = factories.notice(world.province)
    freeze_due(now)
    close_unit(Unit.objects.get(pk=world.village.pk), on=now.date(), why="x", by=OPERATOR, at=now)
    head = sign_in(world.heads["province"])
    assert "closed" in text_of(head, "notice_missing", notice.pk, world.province.code)
    answer = head.get(reverse("notice_missing", args=[notice.pk, world.province.code]), {"what": "done"})
    assert answer.status_code == 404


def test_who_has_rights_in_one_unit_alone_sees_of_it_alone_whom_a_notice_reached(
    world: SimpleNamespace, sign_in: Callable[[Person], Client], now: datetime
) -> None:
    notice = factories.notice(world.nation)
    freeze_due(now)
    her = factories.person()
    Grant.objects.create(
        person=her,
        unit=world.county,
        unit_path=world.county.path,
        role=Role.VIEW,
        reach=Reach.UNIT,
        since=factories.notices.LONG_AGO,
    )
    client = sign_in(her)
    at_county = [notice.pk, world.county.code]
    assert world.township.name not in text_of(client, "notice_reach_unit", *at_county)
    page = text_of(client, "notice_missing", *at_county, what="seen")
    assert world.county.name in page
    assert world.township.name not in page
    below = reverse("notice_reach_unit", args=[notice.pk, world.township.code])
    assert client.get(below).status_code == 404


def test_a_form_with_a_mistake_shows_the_unit_that_was_chosen(
    world: SimpleNamespace, sign_in: Callable[[Person], Client]
) -> None:
    Unit.objects.filter(pk=world.village.pk).update(name="Peach Hill", name_en="Peach Hill")
    client = sign_in(world.heads["county"])
    for code, shown, title in (("village", "Peach Hill", ""), ("elsewhere", "elsewhere", "Words")):
        answer = client.post("/notices/new/", {"unit": code, "title": title, "language": "en"})
        assert answer.status_code == 422
        assert f'name="unit" value="{code}" data-text="{shown}"' in answer.content.decode()


def test_choosing_a_part_of_everybody_means_that_part_alone(
    world: SimpleNamespace, sign_in: Callable[[Person], Client]
) -> None:
    """Rules add up: after everybody, the heads alone would add nobody, and all would get it."""
    client = sign_in(world.heads["county"])
    client.post("/notices/new/", {"unit": "county", "title": "For heads", "language": "en"})
    notice = Notice.objects.get()
    address = reverse("notice_audience", args=[notice.pk])
    answer = client.post(address, {"unit": "county", "reach": "subtree", "offices": [Office.HEAD.value]}, follow=True)
    assert "It goes to these alone now." in answer.content.decode()
    assert [rule.offices for rule in notice.audience.all()] == [1 << Office.HEAD]
    more = {"unit": "village", "reach": "unit"}
    assert "Added to the recipients." in client.post(address, more, follow=True).content.decode()
    page = client.get(address).content.decode()
    assert notice.audience.count() == 2
    assert "These are added up" in page


def test_everybody_stays_everybody_beside_others_and_beside_groups(world: SimpleNamespace, now: datetime) -> None:
    group = factories.group(world.county).unit
    for rule, count in (
        (Audience(unit=world.county, is_subtree=True), 1),
        (Audience(unit=world.county, is_subtree=True, kinds=1 << UnitKind.GROUP), 2),
        (Audience(unit=group, is_subtree=False), 2),
        (Audience(unit=world.other, is_subtree=True), 2),
    ):
        draft = draft_notice(
            world.county, NoticeText("x"), by=OPERATOR, at=now, audience=[Audience(unit=world.county, is_subtree=True)]
        )
        add_recipients(draft, rule, by=OPERATOR)
        assert draft.audience.count() == count


def test_a_day_that_is_past_is_refused_at_its_field(
    world: SimpleNamespace, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(world.heads["county"])
    today = timezone.localdate()
    said = {"unit": "county", "title": "Words", "language": "en", "due_on": f"{today - timedelta(days=1)}"}
    answer = client.post("/notices/new/", said)
    assert answer.status_code == 422
    assert 'id="id_due_on_error"' in answer.content.decode()
    client.post("/notices/new/", {**said, "due_on": f"{today}"})
    page = client.get(reverse("notice_send", args=[Notice.objects.get().pk])).content.decode()
    assert "Due on:" in page
    Notice.objects.update(due_on=today - timedelta(days=1))
    assert client.post(reverse("notice_send", args=[Notice.objects.get().pk])).status_code == 422
