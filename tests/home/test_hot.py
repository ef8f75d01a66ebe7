"""Kept pages: one probe, always equal to a fresh render."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from braid.contact.actions import correct_notice, withdraw_notice
from braid.contact.models import Audience, Notice
from braid.home.actions.help import check_help_line, drop_help_line, hide_help_line
from braid.home.actions.texts import change_home_text
from braid.home.hot import SHELF, Form, Kept, Shelf, with_hot_pages
from braid.home.models import HelpLine
from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.kernel.outbox import run_due
from braid.units.actions.moves import move_unit
from braid.units.actions.units import add_unit, close_unit, rename_unit, reopen_unit
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    SHELF.clear()


@pytest.fixture
def units() -> dict[str, Unit]:
    return factories.tree({"nation": {"province": {"city": {"county": {}}}}})


def test_the_second_answer_costs_nothing_but_the_probe(
    client: Client, units: dict[str, Unit], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = client.get("/u/county/")
    with django_assert_num_queries(0):  # the probe goes to the driver itself
        second = client.get("/u/county/")
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())
    assert second["Content-Security-Policy"]
    assert second["X-Frame-Options"] == "DENY"
    assert second["Content-Language"] == "en"


def test_who_has_it_gets_304(client: Client, units: dict[str, Unit]) -> None:
    etag = client.get("/u/county/")["ETag"]
    again = client.get("/u/county/", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag
    assert "Content-Length" not in again
    Unit.objects.filter(code="county").update(name="renamed", page_version=F("page_version") + 1)
    assert client.get("/u/county/", headers={"if-none-match": etag}).status_code == 200


def test_packed_and_plain_are_the_same_page(client: Client, units: dict[str, Unit]) -> None:
    plain = client.get("/u/county/")
    packed = client.get("/u/county/", headers={"accept-encoding": "br, gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]


def test_head_has_the_headers_only(client: Client, units: dict[str, Unit]) -> None:
    page = client.get("/u/county/")
    head = client.head("/u/county/")
    assert head.content == b""
    assert head["Content-Length"] == str(len(page.content))


def test_languages_and_hosts_are_kept_apart(client: Client, units: dict[str, Unit]) -> None:
    english = client.get("/u/county/")
    chinese = client.get("/u/county/", headers={"accept-language": "zh-hans"})
    assert b'lang="zh-hans"' in chinese.content
    assert english.content != chinese.content
    other = client.get("/u/county/", headers={"host": "localhost"})
    assert b"http://localhost/u/county/" in other.content
    client.cookies["django_language"] = "zh-hant"
    assert b'lang="zh-hant"' in client.get("/u/county/").content


def test_the_language_of_an_account_is_not_served_to_others(client: Client, units: dict[str, Unit]) -> None:
    client.force_login(factories.person(language="zh-hans").account)
    client.get("/u/county/")
    client.logout()
    assert b'lang="en"' in client.get("/u/county/").content


def test_unknown_queries_keep_nothing(client: Client, units: dict[str, Unit]) -> None:
    client.get("/u/county/?utm_source=x")
    client.get("/u/county/?lang=xx")
    assert not SHELF.pages


def test_the_shelf_is_bounded() -> None:
    shelf = Shelf(room=50_000)
    for n in range(100):
        page = Kept({}, "", "", [], Form(b"x" * 1000, "", [], []))
        shelf.put(("h", f"/{n}", "", "en"), page)
        shelf.get(("h", "/0", "", "en"))
    assert shelf.size <= 50_000
    assert ("h", "/0", "", "en") in shelf.pages
    assert ("h", "/99", "", "en") in shelf.pages
    assert ("h", "/1", "", "en") not in shelf.pages


def test_what_is_kept_is_answered_before_django(client: Client, units: dict[str, Unit]) -> None:
    """With the same answer as through all of Django; with none when anything differs from what is kept."""
    assert before_django() is None
    page = client.get("/u/county/")
    assert before_django() == ("200 OK", dict(page.items()), page.content)
    assert before_django(HTTP_IF_NONE_MATCH=page["ETag"])[0] == "304 Not Modified"
    assert before_django(HTTP_ACCEPT_LANGUAGE="zh-hans") is None
    assert before_django(HTTP_COOKIE="a=b; django_language=zh-hant") is None
    assert before_django(HTTP_HOST="elsewhere") is None
    assert before_django(REQUEST_METHOD="POST") is None
    assert before_django(QUERY_STRING="q=1") is None
    Unit.objects.filter(code="nation").update(page_version=F("page_version") + 1)
    assert before_django() is None


def test_a_broken_connection_leaves_the_answer_to_django(client: Client, units: dict[str, Unit]) -> None:
    client.get("/u/county/")
    ((key, kept),) = SHELF.pages.items()
    SHELF.put(key, replace(kept, probe="SELECT number FROM nothing"))
    with transaction.atomic():
        assert before_django() is None
        transaction.set_rollback(True)


def before_django(**asked: str) -> Any:
    """Status, headers and body of `/u/county/` when it is answered before Django; else None."""
    said: list[Any] = []
    environ = RequestFactory().get("/u/county/").environ | asked
    body = b"".join(with_hot_pages(lambda environ, start: [])(environ, lambda *head: said.extend(head)))
    return (said[0], dict(said[1]), body) if said else None


CODES = ("nation", "province", "city", "county", "filler", "lifted", "other")
DEEDS = ("text", "line", "hide", "drop", "rename", "move", "add", "close", "reopen", "send", "withdraw", "correct")
STEPS = st.tuples(st.sampled_from(DEEDS), st.sampled_from(CODES), st.sampled_from(CODES))


@pytest.mark.once
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("send", "city", "nation"), ("rename", "city", "nation")])
@given(st.lists(STEPS, max_size=8))
def test_served_equals_fresh(client: Client, db: None, steps: list[tuple[str, str, str]]) -> None:
    """Whatever changes, wherever in the tree, every served page and feed is what a fresh render gives."""
    with transaction.atomic():
        units = factories.tree(
            {"nation": {"province": {"city": {"county": {}}, "filler": {"lifted": {}}}, "other": {}}}
        )
        Unit.objects.filter(code="filler").update(is_placeholder=True)
        SHELF.clear()
        assert_fresh(client)
        for deed, code, other in steps:
            with suppress(Refused):
                change(deed, Unit.objects.get(pk=units[code].pk), Unit.objects.get(pk=units[other].pk))
            assert_fresh(client)
        transaction.set_rollback(True)


ADDRESSES = ["/", *(f"/u/{code}/" for code in CODES), *(f"/u/{code}/feed.atom" for code in CODES)]


def assert_fresh(client: Client) -> None:
    """Each answer that came off the shelf is what a fresh render gives; the others were rendered just now."""
    before = SHELF.pages.copy()
    served = {address: client.get(address) for address in ADDRESSES}
    kept, size = SHELF.pages.copy(), SHELF.size
    old = {key[4] for key, page in kept.items() if before.get(key) is page}
    SHELF.clear()
    for address in old:
        fresh = client.get(address)
        assert (served[address].status_code, served[address].content) == (fresh.status_code, fresh.content)
    SHELF.pages, SHELF.size = kept, size


def change(deed: str, unit: Unit, other: Unit) -> None:
    how: dict[str, Any] = {"by": OPERATOR, "at": AT}
    on: dict[str, Any] = {"on": AT.date(), "why": "so", **how}
    line = HelpLine.objects.filter(unit=unit).first()
    notice = Notice.objects.filter(unit=unit).order_by("-pk").first()
    values = {"number": "1", "name": f"line of {other}"}
    if deed == "text":
        change_home_text(unit, {"phone": other.code, "about": f"about {other}"}, **how)
    elif deed == "line":
        check_help_line(unit, values, key="shared", **how)
    elif deed == "hide":
        hide_help_line(unit, "shared", values, **how)
    elif deed == "drop" and line:
        drop_help_line(line, **how)
    elif deed == "rename":
        rename_unit(unit, name=unit.name + "!", **on)
    elif deed == "move":
        move_unit(unit, other, **on)
    elif deed == "add":
        add_unit(unit, code=f"new{Unit.objects.count()}", name="new", **on)
    elif deed == "close":
        close_unit(unit, **on)
    elif deed == "reopen":
        reopen_unit(unit, **on)
    elif deed == "send":
        factories.notice(unit, Audience(unit=other), title=f"from {unit} to {other}", is_public=True)
        run_due(at=AT)
    elif deed == "withdraw" and notice:
        withdraw_notice(notice, why="wrong", **how)
    elif deed == "correct" and notice:
        correct_notice(notice, title=f"{notice.title}!", body="", why="wrong", **how)
