"""Without a connection: whose pages a device keeps, the service worker's script, and forms that come more than once."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from braid.contact.models import Notice, Receipt
from braid.home.hot import SHELF
from braid.kernel.errors import WrongState
from braid.kernel.models import Document, SentOnce
from braid.kernel.offline import KEPT_FOR, forget_sent, once
from braid.people.actions.sessions import end_all_sessions
from braid.people.enums import Office
from braid.people.models import Person
from tests import factories
from tests.clients import client_of

KEY = "k" * 24
ROOT = Path(__file__).parents[2] / "src/braid"


@pytest.fixture
def head(db: None) -> Person:
    units = factories.tree({"nation": {"county": {}}})
    return factories.member(units["county"], Office.HEAD)


def test_her_pages_name_their_reader_and_public_ones_name_nobody(head: Person) -> None:
    other = factories.person()
    client = client_of(head)
    key = client.get("/today/").headers["X-Reader"]
    assert client.get("/notices/").headers["X-Reader"] == key
    assert client_of(head).get("/today/").headers["X-Reader"] == key
    assert client_of(other).get("/today/").headers["X-Reader"] != key
    SHELF.clear()
    for asked in (client, Client()):
        assert "X-Reader" not in asked.get("/u/county/").headers
    assert (
        "X-Reader" not in Client().get("/accounts/login/").headers
        or not Client().get("/accounts/login/").headers["X-Reader"]
    )
    end_all_sessions(head.account)
    assert client_of(head).get("/today/").headers["X-Reader"] != key


def test_only_pages_that_say_so_may_be_kept(head: Person) -> None:
    client = client_of(head)
    for path in ("/today/", "/notices/", "/notices/new/"):
        assert client.get(path).headers["X-Keep"] == "1"
    for path in ("/me/", "/people/county/", "/accounts/login/"):
        assert "X-Keep" not in client.get(path).headers


def test_signing_out_clears_the_device(head: Person) -> None:
    client = client_of(head)
    assert "Clear-Site-Data" not in client.get("/today/").headers
    answer = client.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/accounts/login/").headers


def test_the_service_worker_has_the_addresses_of_this_version(db: None, client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    first, rest = answer.content.decode().split("\n", 1)
    words = json.loads(first.removeprefix("const BRAID = ").removesuffix(";"))
    assert words["warm"] == ["/today/", "/notices/"]
    assert words["signIn"] == "/accounts/login/"
    assert words["offline"] == "/offline/?lang=en"
    assert all(client.get(path).status_code == 200 for path in (words["offline"], words["pass"]))
    assert "addEventListener" in rest


def test_the_page_without_a_connection_is_the_same_for_everybody_in_the_language_asked(
    db: None, client: Client
) -> None:
    assert "Waiting to be sent" in client.get("/offline/").content.decode()
    assert "等待发送" in client.get("/offline/?lang=zh-hans").content.decode()
    assert "Waiting to be sent" in client.get("/offline/?lang=xx").content.decode()


def test_a_pass_is_of_whoever_is_signed_in(head: Person) -> None:
    client = client_of(head)
    words = client.get("/offline/pass/").json()
    assert words["who"] == client.get("/today/").headers["X-Reader"]
    assert words["token"]
    assert Client().get("/offline/pass/").json()["who"] == ""


# Forms that come more than once


def test_a_form_is_done_once_and_answered_the_same_again(head: Person) -> None:
    client = client_of(head)
    said = {"unit": "county", "title": "Written in the field", "_key": KEY}
    first, second = (client.post("/notices/new/", said) for _ in range(2))
    assert Notice.objects.filter(title="Written in the field").count() == 1
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    client.post("/notices/new/", {**said, "_key": "other" * 5})
    assert Notice.objects.filter(title="Written in the field").count() == 2


def test_a_key_is_hers_alone(head: Person) -> None:
    other = factories.member(head.memberships.get().unit, Office.DEPUTY)
    for who in (head, other):
        client_of(who).post("/notices/new/", {"unit": "county", "title": "Hers", "_key": KEY})
    assert Notice.objects.filter(title="Hers").count() == 2


def test_a_device_hears_no_more_than_it_needs(head: Person) -> None:
    client = client_of(head)
    notice = factories.notice(head.memberships.get().unit, asks_acknowledgement=True)
    data = {"fact": "2", "_key": KEY}
    for _ in range(2):
        answer = client.post(f"/notices/{notice.pk}/answer/", data, headers={"X-Offline": "1"})
        assert (answer.status_code, answer.content) == (204, b"")
    assert Receipt.objects.filter(fact=2).count() == 1


def test_what_was_refused_can_be_sent_again(head: Person) -> None:
    client = client_of(head)
    notice = factories.notice(head.memberships.get().unit)
    answer = client.post(f"/notices/{notice.pk}/answer/", {"fact": "3", "_key": KEY}, headers={"X-Offline": "1"})
    assert answer.status_code == 409
    assert answer.json()["title"].startswith("This notice takes no answers")
    assert not SentOnce.objects.exists()
    stale = factories.notice(head.memberships.get().unit, sent_at=None)
    data = {"title": "Mine", "based_on": "long ago", "_key": KEY}
    answer = client.post(f"/notices/{stale.pk}/edit/", data, headers={"X-Offline": "1"})
    assert answer.status_code == 422
    assert not SentOnce.objects.exists()


def noted(answer: HttpResponse | None) -> tuple[int, int]:
    """How many rows and keys there are after a view that writes a row and then answers `answer`, or breaks off."""

    def view(request: Any) -> HttpResponse:
        Document.objects.create(kind="noted", key=Document.objects.count(), words="")
        if answer is None:
            raise WrongState("no")
        return answer

    request = RequestFactory().post("/", {"_key": KEY})
    request.person = SimpleNamespace(pk=1)  # type: ignore[attr-defined]
    with suppress(WrongState):
        once(view)(request)
    return Document.objects.filter(kind="noted").count(), SentOnce.objects.count()


def test_what_a_view_wrote_stands_with_its_key_or_without_it_and_an_exception_takes_back_all(db: None) -> None:
    assert noted(None) == (0, 0)
    assert noted(HttpResponse(status=422)) == (1, 0)
    assert noted(HttpResponseRedirect("/there/")) == (2, 1)
    assert noted(HttpResponseRedirect("/there/")) == (2, 1)


@pytest.mark.parametrize("key", ["", "short", "x" * 65])
def test_without_a_good_key_a_form_is_an_ordinary_form(head: Person, key: str) -> None:
    for _ in range(2):
        client_of(head).post("/notices/new/", {"unit": "county", "title": "Plain", "_key": key})
    assert Notice.objects.filter(title="Plain").count() == 2


def test_keys_are_forgotten_in_time(db: None) -> None:
    at = timezone.now()
    SentOnce.objects.create(who=1, key=KEY, at=at - KEPT_FOR - timedelta(minutes=1))
    SentOnce.objects.create(who=2, key=KEY, at=at)
    assert forget_sent(at) == 1


# Web views of 2018

LATER_THAN_2018 = re.compile(
    r"\?\.(?!\d)|\?\?|\|\|=|&&=|[^\w]#\w+\s*[(=;]|\.replaceAll\(|\.at\(|structuredClone|\.flatMap\(|\.flat\("
    r"|Object\.fromEntries|Promise\.(allSettled|any)|globalThis|replaceChildren|crypto\.randomUUID|import\("
)
"""What Chrome 66 does not know: optional chaining, nullish words, private names, and functions that came after it."""


@pytest.mark.parametrize("script", sorted(ROOT.glob("*/static/*/*.js")), ids=lambda path: path.name)
def test_scripts_run_in_a_web_view_of_2018(script: Path) -> None:
    found = [line.strip() for line in script.read_text().splitlines() if LATER_THAN_2018.search(line)]
    assert found == []


def test_the_lint_of_scripts_finds_what_it_is_for() -> None:
    for text in ("a?.b", "a ?? b", "x ||= 1", "class A { #b = 1; }", "s.replaceAll('a', 'b')", "list.at(-1)"):
        assert LATER_THAN_2018.search(text), text
    for text in ("a ? .5 : b", "a || b", "querySelector('#id')", "part.hidden = !x"):
        assert not LATER_THAN_2018.search(text), text
