"""Every route of the product answers every relation as the table says, and there is no route beside the table."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoDbBlocker

from braid.people.models import Account
from tests.clients import PlainClient
from tests.conftest import beginning, forget_what_is_kept

from .resolver import addresses
from .routes import METHODS, Route, collect
from .world import World, build

ROUTES, EXTENSIONS = collect()
LISTED = {(route.name, route.method) for route in ROUTES}
ON_EVERY_DATABASE = ("self",)
"""Relations for which every page is asked on PostgreSQL, too; that the gate cuts alike there for all of them is shown by the
access machine, on both databases."""
ONE_LINE_EACH = list({route.name: route for route in reversed(ROUTES)}.values())
"""Every address once, whatever methods it has lines for."""
OPENED: set[bytes] = set()
"""Where breadcrumbs led so far; one world answers all lines."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all lines, four minutes older than the tests; what a line does to it is `undone`."""
    before = beginning() - timedelta(minutes=4)  # making it takes a while, and it must lie on the same day
    forget_what_is_kept()
    with django_db_blocker.unblock(), time_machine.travel(before), transaction.atomic():
        with translation.override("en"):
            built = build(EXTENSIONS)
        yield built
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is asked within leaves the world as it was, and the counts of rate limits."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World, django_db_blocker: DjangoDbBlocker) -> dict[str, PlainClient]:
    """By relation, signed in once; as they keep no cookies, each request is like the first one."""
    made = {relation: PlainClient() for relation in (*world.people, "anonymous")}
    with django_db_blocker.unblock():
        for relation, person in world.people.items():
            account = Account.objects.get(person=person)
            came = account.last_login
            made[relation].force_login(account)
            Account.objects.filter(person=person).update(last_login=came)  # some lines need people who never came
    return made


def address(route: Route, world: World, *, absent: bool = False) -> str:
    build_kwargs = route.absent if absent and route.absent else route.kwargs
    query = route.query if isinstance(route.query, str) else route.query(world)
    query = route.absent_query if absent and route.absent_query else query
    return reverse(route.name, kwargs=build_kwargs(world)) + (f"?{query}" if query else "")


def ask(route: Route, method: str, client: PlainClient, url: str, world: World) -> HttpResponse:
    sent: dict[str, Any] = {"headers": dict(route.headers)}
    if route.json:
        sent |= {"data": route.json(world), "content_type": "application/json"}
    elif route.data and method == "POST":
        sent["data"] = route.data(world)
    answer: HttpResponse = getattr(client, method.lower())(url, **sent)
    if answer.streaming:
        list(answer.streaming_content)  # type: ignore[attr-defined]  # read to its end, so that its file is closed
    return answer


def body(answer: HttpResponse, url: str) -> bytes:
    """What was answered, without what differs between any two requests: form tokens and the address itself."""
    text = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', b"", answer.content)
    return text.replace(url.encode(), b"").replace(url.partition("?")[0].encode(), b"")


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_answers(route: Route, world: World, clients: dict[str, PlainClient]) -> None:
    """Each relation is answered what the table says; a 404 for something out of scope says the same as for nothing at all;
    only a page that is open to everybody says what it is where its address is shared."""
    for relation, expected in route.expect.items():
        if connection.vendor != "sqlite" and relation not in ON_EVERY_DATABASE:
            continue
        with undone():
            client, url = clients[relation], address(route, world)
            answer = ask(route, route.method, client, url, world)
            assert answer.status_code == expected, (relation, answer.content[:2000])
            if not answer.streaming and b'property="og:' in answer.content:
                assert route.expect["anonymous"] == 200, f"{relation}: what is not public says what it is"
            if answer.status_code == 404 and (route.absent or route.absent_query):
                nowhere = address(route, world, absent=True)
                absent = ask(route, route.method, client, nowhere, world)
                assert absent.status_code == 404, relation
                assert body(absent, nowhere) == body(answer, url), relation


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"], ids=str)
def test_levels_lead_to_pages_that_open(route: Route, world: World, clients: dict[str, PlainClient]) -> None:
    """The breadcrumb of a page offers to whoever may open it no level that she may not."""
    if route.expect["self"] != 200:
        return
    with undone():
        page = ask(route, route.method, clients["self"], address(route, world), world)
        crumbs = [] if page.streaming else re.findall(rb'<nav class="crumbs".*?</nav>', page.content, re.DOTALL)
        for href in {href for crumb in crumbs for href in re.findall(rb'href="([^"]+)"', crumb)} - OPENED:
            assert clients["self"].get(html.unescape(href.decode())).status_code == 200, href
            OPENED.add(href)


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("route", ONE_LINE_EACH, ids=lambda route: route.name)
def test_other_methods_are_refused(route: Route, world: World, clients: dict[str, PlainClient]) -> None:
    """What has no line succeeds for nobody, not even for who may do most: no view forgets to say which methods it takes."""
    others = [method for method in METHODS if (route.name, method) not in LISTED]
    for relation in ("self", "ancestor", "anonymous"):
        refusals = (302, 401, 403, 404, 405) if relation == "anonymous" else (401, 403, 404, 405)
        with undone():
            for method in others:
                answer = ask(route, method, clients[relation], address(route, world), world)
                assert answer.status_code in refusals, (relation, method)


def test_every_address_is_in_the_table() -> None:
    """An address nobody described fails the build, and so does a line for an address that is gone."""
    there, listed = set(addresses()), {route.name for route in ROUTES}
    assert there - listed == set(), "routes without a line in tests/security/routes_<app>.py"
    assert listed - there == set(), "lines for routes that do not exist"


def test_out_of_scope_is_always_compared_with_absent() -> None:
    """A route that takes a key and answers 404 to somebody names an absent key as well."""
    cut = [route for route in ROUTES if route.is_cut and route.names_a_thing]
    unset = [str(route) for route in cut if route.absent is None and not route.absent_query]
    assert unset == []
