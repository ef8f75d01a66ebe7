"""Calls carried into chat groups: who asks, who carries, what is prepared, how links are counted, and the pyramid."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from braid.contact.actions import (
    FactOf,
    answer_call,
    ask_relay,
    drop_chat,
    fold_opens,
    fold_spool,
    forget_segments,
    record_facts,
    record_opens,
    stop_relay,
    withdraw_notice,
)
from braid.contact.actions.folding import claim
from braid.contact.actions.receipts import KEPT_FOR
from braid.contact.enums import ASKED_FOR, LATER, MARKS, MOST_A_MINUTE, CarryAnswer, Fact
from braid.contact.middleware import with_short_links
from braid.contact.models import Carry, CarryOpens, Notice, Relay
from braid.contact.queries import Part
from braid.contact.queries.chats import longest_text_on
from braid.contact.queries.relays import (
    Pyramid,
    calls_waiting_for,
    carriable_for,
    prepared_text,
    pyramid_of,
)
from braid.contact.receiving import keep_facts
from braid.contact.relay_links import (
    Link,
    code_of,
    follow,
    is_preview,
    keep_opens,
    mark_of,
    opening_of,
    opens_folder,
    read_code,
)
from braid.contact.words import Text
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.spool import segments
from braid.people.enums import Office
from braid.people.models import Person
from tests import factories
from tests.clients import client_of

PHONE = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/66.0.3359.126 Mobile MicroMessenger/7.0"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def call(world: SimpleNamespace) -> Notice:
    """A notice of the province, sent and asked to be carried."""
    notice = factories.notice(world.province, body="Come **all** of you.", is_public=True)
    factories.relay(notice)
    return notice


def opens(notice: Notice) -> dict[int, int]:
    rows = CarryOpens.objects.filter(carry__notice=notice).values_list("within", "opens")
    return dict(rows.order_by("within"))


def pyramid(notice: Notice, at: datetime) -> Pyramid:
    return pyramid_of(notice, Part(notice.unit), at=at)


# Asking


def test_the_sender_asks_where_its_rules_hang_and_an_officer_in_her_own_part(
    world: SimpleNamespace, now: datetime
) -> None:
    notice = factories.notice(world.province)
    assert [row.unit for row in ask_relay(notice, words=" Come ", by=world.heads["province"], at=now)] == [
        world.province
    ]
    assert Relay.objects.get().words == "Come"
    ask_relay(notice, words="All", by=world.heads["nation"], at=now)
    assert Relay.objects.get().words == "All"
    ask_relay(notice, words="", by=world.heads["county"], at=now)
    assert set(Relay.objects.values_list("unit__name", flat=True)) == {"province", "county"}
    stop_relay(notice, by=world.heads["county"])
    assert list(Relay.objects.values_list("unit__name", flat=True)) == ["province"]


def test_asking_is_refused_without_the_right_and_when_it_is_not_out(world: SimpleNamespace, now: datetime) -> None:
    notice = factories.notice(world.county)
    for by in (world.liaisons["county"], world.heads["other"], factories.person()):
        with pytest.raises(NotAllowed):
            ask_relay(notice, words="", by=by, at=now)
    with pytest.raises(BadInput):
        ask_relay(notice, words="x" * 301, by=world.heads["county"], at=now)
    withdraw_notice(notice, why="x", by=OPERATOR, at=now)
    draft = factories.notice(world.county, sent_at=None)
    for one in (notice, draft):
        with pytest.raises(WrongState):
            ask_relay(one, words="", by=world.heads["county"], at=now)
    assert not Relay.objects.exists()


# Who carries


def test_owners_whose_turn_it_is_and_liaisons_of_addressed_units_may_carry(
    world: SimpleNamespace, call: Notice, now: datetime
) -> None:
    first, second, stranger = factories.person(), factories.person(), factories.person()
    group = factories.group(world.village)
    rota = factories.chat(group.unit, first, second, name="Rota")
    elsewhere = factories.chat(world.nation, stranger, name="Elsewhere")
    at = timezone.now()

    def finds(person: Person) -> list[str]:
        return [one.chat.name for one in carriable_for(person, at=at)]

    assert finds(first) == finds(world.liaisons["village"]) == ["Rota"]
    assert finds(second) == finds(stranger) == finds(world.heads["village"]) == finds(world.liaisons["county"]) == []
    assert [one.chat for one in carriable_for(second, at=at + timedelta(days=7))] == [rota]
    for by, chat in ((second, rota), (stranger, elsewhere)):
        with pytest.raises(NotAllowed):
            answer_call(call, chat, CarryAnswer.CARRIED, by=by, at=at)
    assert not Carry.objects.exists()


def test_nothing_is_carried_that_is_not_asked_withdrawn_or_long_ago(world: SimpleNamespace, now: datetime) -> None:
    her, at = factories.person(), timezone.now()
    factories.chat(world.village, her)
    unasked = factories.notice(world.province)
    assert carriable_for(her, at=at, notice=unasked) == []
    asked = factories.notice(world.province)
    factories.relay(asked, at=at)
    assert len(carriable_for(her, at=at)) == 1
    assert carriable_for(her, at=at + ASKED_FOR) == []
    withdraw_notice(asked, why="x", by=OPERATOR, at=at)
    assert carriable_for(her, at=at) == []


def test_passing_on_is_noted_taken_back_and_left_without_a_name(world: SimpleNamespace, call: Notice) -> None:
    her, at = factories.person(), timezone.now()
    chat = factories.chat(world.village, her, size=40)
    assert [one.notice for one in calls_waiting_for(her, at=at)] == [call]
    answer_call(call, chat, CarryAnswer.CARRIED, by=her, at=at)
    assert calls_waiting_for(her, at=at) == []
    (one,) = carriable_for(her, at=at)
    assert (one.answer, one.carried_at) == (CarryAnswer.CARRIED, at)
    assert (pyramid(call, at).chats, pyramid(call, at).people) == (1, 40)
    for answer in (CarryAnswer.LEFT, CarryAnswer.NONE):
        answer_call(call, chat, answer, by=her, at=at)
        assert (pyramid(call, at).chats, pyramid(call, at).people) == (0, 0)
    assert len(calls_waiting_for(her, at=at)) == 1
    assert {field.name for field in Carry._meta.get_fields()} & {"person", "by", "carried_by"} == set()


# The prepared text


@given(st.text(max_size=1500), st.sampled_from(["微信群", "WeChat", "whatsapp", "抖音粉丝群", "A new one"]))
def test_a_text_fits_its_platform_and_ends_with_the_link(body: str, platform: str) -> None:
    notice = SimpleNamespace(said=Text("en", "Come", body), unit="County", is_public=True)
    one = SimpleNamespace(notice=notice, words="", chat=SimpleNamespace(platform=platform))
    text = prepared_text(one, "https://b.example/r/abc/")  # type: ignore[arg-type]
    assert len(text) <= longest_text_on(platform)
    assert text.startswith("Come\nCounty")
    assert text.endswith("\n\nhttps://b.example/r/abc/")


def test_markdown_and_internal_words_stay_inside(world: SimpleNamespace, call: Notice) -> None:
    her, at = factories.person(), timezone.now()
    factories.chat(world.village, her)
    secret = factories.notice(world.county, title="Who is ill", body="The **names**")
    factories.relay(secret)
    texts = {one.notice.pk: prepared_text(one, "L") for one in carriable_for(her, at=at)}
    assert texts[call.pk] == "Hello\nprovince\n\nCome all of you.\n\nL"
    assert texts[secret.pk] == "A notice of county is waiting for you. Sign in to read it.\n\nL"


def test_the_words_of_whoever_asks_replace_the_text(world: SimpleNamespace) -> None:
    her = factories.person()
    factories.chat(world.village, her)
    factories.relay(factories.notice(world.county, body="long"), words="Please come")
    (one,) = carriable_for(her, at=timezone.now())
    assert "Please come" in prepared_text(one, "L")
    assert "long" not in prepared_text(one, "L")


def test_platforms_are_known_by_their_names_in_all_languages() -> None:
    assert longest_text_on("wechat") == longest_text_on("微信群") == 500
    assert longest_text_on("Telegram") == 1000
    assert longest_text_on("something else") == 300


# Links


@given(st.integers(0, 2**60), st.integers(0, 2**60))
def test_a_code_is_read_as_it_was_made_and_no_other(notice: int, chat: int) -> None:
    code = code_of(Link(notice, chat))
    assert read_code(code) == read_code(code.upper()) == Link(notice, chat)
    assert len(code) <= 40
    for place in range(len(code)):
        changed = code[:place] + ("a" if code[place] != "a" else "b") + code[place + 1 :]
        assert read_code(changed) in (None, Link(notice, chat))  # the last letter holds spare bits


@given(st.text(max_size=60))
def test_any_other_text_is_no_link(code: str) -> None:
    assert read_code(code) is None


def test_the_code_is_of_this_installation(settings: Any) -> None:
    code = code_of(Link(1, 2))
    assert len(code) < 17
    settings.SECRET_KEY = "another"
    assert read_code(code) is None


def visit(link: Link, *, method: str = "GET", agent: str = PHONE, at: datetime | None = None) -> str | None:
    return follow(code_of(link), method=method, agent=agent, seconds=(at or timezone.now()).timestamp())


def test_an_open_is_counted_once_by_group_and_minutes_and_nothing_else_is_kept(
    world: SimpleNamespace, call: Notice, spool: Path, django_assert_num_queries: Any
) -> None:
    chat = factories.chat(world.village)
    assert call.sent_at
    with django_assert_num_queries(0):
        for minutes in (0.5, 3, 3, 30, 100_000):
            address = visit(Link(call.pk, chat.pk), at=call.sent_at + timedelta(minutes=minutes))
            assert address == f"/notices/{call.pk}/"
    (segment,) = segments(opens_folder())
    assert {len(line.split()) for line in segment.path.read_bytes().splitlines()} == {3}
    at = timezone.now()
    assert fold_opens(at) == 5
    assert fold_opens(at) == 0
    assert opens(call) == {1: 1, 5: 2, 60: 1, LATER: 1}
    assert pyramid(call, at).opens == 5
    (row,) = [row for row in pyramid(call, at).rows if row.level == world.village.level]
    assert row.opens_by == (1, 3, 3, 4, 4, 4, 4, 5)


@pytest.mark.parametrize(
    ("method", "agent"),
    [
        ("HEAD", PHONE),
        ("GET", ""),
        ("GET", "TelegramBot (like TwitterBot)"),
        ("GET", "WhatsApp/2.23 A"),
        ("GET", "curl/8"),
    ],
)
def test_machines_are_sent_on_and_not_counted(world: SimpleNamespace, call: Notice, method: str, agent: str) -> None:
    assert visit(Link(call.pk, factories.chat(world.village).pk), method=method, agent=agent)
    assert fold_opens(timezone.now()) == 0


def test_people_s_browsers_are_no_machines() -> None:
    assert not is_preview(PHONE)
    assert not is_preview("Mozilla/5.0 (Linux; U; Android 9; CUBOT NOTE) Chrome/79 MQQBrowser/9")


def test_more_than_a_group_could_open_in_a_minute_is_not_counted(world: SimpleNamespace, call: Notice) -> None:
    link, at = Link(call.pk, factories.chat(world.village).pk), datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    for _ in range(MOST_A_MINUTE + 20):
        assert visit(link, at=at)
    assert fold_opens(timezone.now()) == MOST_A_MINUTE


def test_a_full_disk_stands_in_nobody_s_way(world: SimpleNamespace, call: Notice, spool: Path, settings: Any) -> None:
    settings.SPOOL = spool.parent / "file"
    settings.SPOOL.write_text("no folder")
    assert visit(Link(call.pk, 1)) == f"/notices/{call.pk}/"


def test_what_is_of_no_notice_or_no_group_is_left_out(world: SimpleNamespace, call: Notice) -> None:
    chat = factories.chat(world.village)
    draft = factories.notice(world.province, sent_at=None)
    keep_opens([(999, chat.pk, 1), (call.pk, 999, 1), (draft.pk, chat.pk, 1)])
    assert fold_opens(timezone.now()) == 3
    assert not CarryOpens.objects.exists()


def test_what_was_counted_stays_when_the_group_is_dropped(world: SimpleNamespace, call: Notice) -> None:
    her, at = factories.person(), timezone.now()
    chat = factories.chat(world.village, her)
    answer_call(call, chat, CarryAnswer.CARRIED, by=her, at=at)
    keep_opens([(call.pk, chat.pk, int(at.timestamp() // 60))])
    fold_opens(at)
    drop_chat(chat, by=OPERATOR)
    assert (pyramid(call, at).chats, pyramid(call, at).opens) == (1, 1)


def test_a_place_that_another_worker_claimed_is_not_counted_again(
    world: SimpleNamespace, call: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers read the same lines; the second comes to the database after the first, and after the file is gone."""
    chat, at = factories.chat(world.village), timezone.now()
    opens_folder().mkdir(parents=True)
    (opens_folder() / "dead.lines").write_bytes(b"%d %d 1\n" % (call.pk, chat.pk) * 3)
    (segment,) = segments(opens_folder())
    lines, end = segment.read(0, 1000)
    late = [one for one in map(opening_of, lines) if one]
    assert fold_opens(at) == 3
    assert not segment.path.exists()
    assert claim(segment.name, 0, end, lambda: record_opens(late, at=at), at=at) is False
    assert sum(opens(call).values()) == 3


def test_a_quiet_segment_is_not_forgotten_and_folded_again(world: SimpleNamespace, call: Notice) -> None:
    chat, at = factories.chat(world.village), timezone.now()
    keep_opens([(call.pk, chat.pk, 1)])
    fold_opens(at)
    later = at + KEPT_FOR + timedelta(hours=1)
    assert forget_segments(later) == 0
    assert fold_opens(later) == 0
    for segment in segments(opens_folder()):
        segment.discard()
    assert forget_segments(later + KEPT_FOR + timedelta(hours=1)) == 1
    assert sum(opens(call).values()) == 1


def test_marks(now: datetime) -> None:
    assert [mark_of(now, now + timedelta(minutes=m)) for m in (0, 1, 14.9, 10_080)] == [1, 5, 15, LATER]


def ask(path: str, method: str = "GET") -> tuple[str, dict[str, str]]:
    """Ask the WSGI application as web processes serve it."""
    said: list[tuple[str, dict[str, str]]] = []

    def product(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"the product"]

    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_USER_AGENT": PHONE, "SCRIPT_NAME": ""}
    list(with_short_links(product)(environ, lambda status, headers: said.append((status, dict(headers)))))
    return said[0]


def test_web_processes_answer_before_django(db: None, client: Client) -> None:
    code = code_of(Link(7, 8))
    status, headers = ask(f"/r/{code}/")
    assert (status, headers["Location"], headers["Cache-Control"]) == ("302 Found", "/notices/7/", "no-store")
    assert "Set-Cookie" not in headers
    assert ask(f"/r/{code}/", "HEAD")[0] == "302 Found"
    for path, method in (("/r/", "GET"), ("/r/nothing/", "GET"), (f"/r/{code}/", "POST"), ("/notices/", "GET")):
        assert ask(path, method)[0] == "200 OK"
    answer = client.get(f"/r/{code}/", headers={"user-agent": PHONE})
    assert (answer.status_code, answer.headers["Location"], answer.cookies) == (302, "/notices/7/", {})


def test_a_link_leads_to_the_public_page_or_to_signing_in(world: SimpleNamespace, call: Notice, client: Client) -> None:
    chat = factories.chat(world.village)
    internal = factories.notice(world.county)
    public = client.get(reverse("relay_link", args=[code_of(Link(call.pk, chat.pk))]), follow=True)
    assert "Come" in public.content.decode()
    inside = client.get(reverse("relay_link", args=[code_of(Link(internal.pk, chat.pk))]), follow=True)
    assert inside.redirect_chain[-1][0].startswith("/accounts/login/")


# Pages


@pytest.fixture
def enter() -> Callable[[Person], Client]:
    return client_of


def test_the_journey_of_a_call(
    world: SimpleNamespace, enter: Callable[[Person], Client], django_assert_num_queries: Any
) -> None:
    notice = factories.notice(world.county, title="Lanterns", body="Bring one.", is_public=True)
    factories.relay(notice)
    Relay.objects.all().delete()
    her = factories.person("Ann")
    chat = factories.chat(world.village, her, name="Neighbours", size=50)
    head, ann = enter(world.heads["county"]), enter(her)
    page = reverse("notice", args=[notice.pk])
    assert "Neighbours" not in ann.get(page).content.decode()
    assert "Into chat groups" in head.get(page).content.decode()
    head.post(reverse("notice_relay", args=[notice.pk]), {"words": "See you there"})
    assert "Into your chat groups, if you like" in ann.get(reverse("today")).content.decode()
    shown = ann.get(page).content.decode()
    code = code_of(Link(notice.pk, chat.pk))
    assert "See you there" in shown
    assert f"http://testserver/r/{code}/</textarea>" in shown
    ann.post(reverse("notice_carry", args=[notice.pk]), {"chat": chat.pk, "answer": "carried"})
    assert "Take that back" in ann.get(page).content.decode()
    assert "Into your chat groups" not in ann.get(reverse("today")).content.decode()
    for _ in range(3):
        Client().get(f"/r/{code}/", headers={"user-agent": PHONE})
    fold_opens(timezone.now())
    shape = head.get(reverse("notice_pyramid", args=[notice.pk]), follow=True).content.decode()
    assert "Neighbours" not in shape
    assert "Ann" not in shape
    part = head.get(
        reverse("notice_pyramid_unit", args=[notice.pk, world.county.code]), headers={"hx-request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert "People in them, an estimate" in part
    assert pyramid(notice, timezone.now()).opens == 3


@pytest.mark.parametrize(
    ("chat", "answer", "status"), [("1", "sold", 404), ("here", "sold", 422), ("x", "carried", 404)]
)
def test_what_cannot_be_said_is_refused(
    world: SimpleNamespace, call: Notice, enter: Callable[[Person], Client], chat: str, answer: str, status: int
) -> None:
    factories.chat(world.nation)
    her = factories.person()
    hers = factories.chat(world.village, her)
    data = {"chat": str(hers.pk) if chat == "here" else chat, "answer": answer}
    assert enter(her).post(reverse("notice_carry", args=[call.pk]), data).status_code == status


def test_when_it_was_seen_is_what_the_first_receipts_of_each_unit_say(world: SimpleNamespace, spool: Path) -> None:
    """Receipts come twice, late, of several people of a unit and in any order, in batches and through the spool."""
    notice = factories.notice(world.province)
    assert notice.sent_at
    chance = random.Random(5)
    villages = [factories.unit(world.township) for _ in range(11)]
    people = [(unit, factories.member(unit)) for unit in villages for _ in range(2)]
    minutes = [chance.choice((0.2, 1, 3, 5, 14.9, 15, 59, 200, 20_000)) for _ in people[:-2]] + [20_000, 20_000]
    facts = [
        FactOf(person.pk, notice.pk, unit.pk, Fact.SEEN, notice.sent_at + timedelta(minutes=minute))
        for (unit, person), minute in zip(people, minutes, strict=True)
    ]
    at = notice.sent_at + timedelta(days=20)
    shuffled = facts * 2
    chance.shuffle(shuffled)
    record_facts(shuffled[:9], at=at)
    for fact in shuffled[9:]:
        keep_facts([fact[:4]], seconds=fact.at.timestamp())
    while fold_spool(at):
        pass
    first = {unit.pk: min(fact.at for fact in facts if fact.unit == unit.pk) for unit in villages}
    counted = tuple(
        sum(moment < notice.sent_at + timedelta(minutes=mark) for moment in first.values()) for mark in MARKS
    )
    (row,) = [row for row in pyramid(notice, at).rows if row.level == world.village.level]
    assert row.seen_by == counted
    assert counted[-1] < row.counts.seen == 11, "who opened it later is seen, and in no step"
    (part,) = [row for row in pyramid_of(notice, Part(world.township), at=at).rows if row.level == world.village.level]
    assert part.seen_by == counted


def test_when_fewer_than_ten_units_saw_it_is_not_told(
    world: SimpleNamespace, enter: Callable[[Person], Client]
) -> None:
    notice = factories.notice(world.province, sent_at=timezone.now() - timedelta(minutes=2))
    assert notice.sent_at
    her = world.liaisons["village"]
    record_facts([FactOf(her.pk, notice.pk, world.village.pk, Fact.SEEN, notice.sent_at)], at=timezone.now())
    found = pyramid(notice, timezone.now())
    assert {row.seen_by for row in found.rows} == {(None,) * len(MARKS)}
    page = enter(world.heads["province"]).get(reverse("notice_pyramid", args=[notice.pk]), follow=True).content.decode()
    table = page.split("Units where somebody has seen it")[-1].split("</table>")[0]
    assert table.count("not known") > 2
    for _ in range(9):
        factories.unit(world.township)
    fresh = factories.notice(world.province, sent_at=timezone.now() - timedelta(minutes=2))
    assert fresh.sent_at
    record_facts([FactOf(her.pk, fresh.pk, world.village.pk, Fact.SEEN, fresh.sent_at)], at=timezone.now())
    (row,) = [row for row in pyramid(fresh, timezone.now()).rows if row.level == world.village.level]
    assert row.seen_by == (1,) * len(MARKS)


def test_the_number_of_queries_does_not_grow(world: SimpleNamespace, enter: Callable[[Person], Client]) -> None:
    her = factories.member(world.village, Office.COMMUNICATIONS)
    counts = []
    for rows in (2, 8):
        for n in range(rows):
            chat = factories.chat(world.village, factories.person(), factories.person(), name=f"{rows} {n}")
            notice = factories.notice(world.county, is_public=True)
            factories.relay(notice)
            keep_opens([(notice.pk, chat.pk, 1)])
        fold_opens(timezone.now())
        found = []
        for who, name, args in (
            (her, "today", []),
            (her, "notice", [notice.pk]),
            (world.heads["county"], "notice_pyramid_unit", [notice.pk, world.county.code]),
        ):
            client = enter(who)
            client.get(reverse(name, args=args))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name, args=args)).status_code == 200
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
