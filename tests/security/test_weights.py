"""No page weighs more than 100 KB over the wire, with every style, script and icon it asks for, nothing kept from before."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from braid.people.enums import Office
from tests import factories
from tests.clients import client_of

from .routes import Route
from .test_routes import EXTENSIONS, ROUTES, address, undone
from .world import World, build

MOST = 100_000
ROWS = 60
ASKED = re.compile(r"""<(?:script|link)\b[^>]*?\b(?:src|href)="/static/([^"]+)\"""")
IMPORTED = re.compile(r"""from "\./([^"]+)\"""")


def filled() -> World:
    """The world of routes with about as much in it as a county has: notices, people, units, groups."""
    world = build(EXTENSIONS)
    for number in range(ROWS):
        factories.notice(
            world.unit, title=f"关于开展第{number}次活动的通知", body="请各单位认真组织。" * 80, is_public=True
        )
        factories.member(world.unit, Office.MEMBER, who=factories.person(f"王秀英{number}"))
        village = factories.unit(world.unit, code=f"weight-{number}", name=f"第{number}村妇女联合会", level=4)
        factories.member(village, Office.LIAISON, who=factories.person(f"李娜{number}"))
    for number in range(12):
        factories.group(
            world.unit, name=f"读书会{number}", purpose="每周一起读一本书", is_public=True, at=timezone.now()
        )
    return world


def weigh(client: Client, url: str) -> int:
    """Bytes of the page and of all it asks for, packed; 0 for what is no page."""
    answer = client.get(url)
    if answer.streaming:
        answer.getvalue()  # read to its end, the client closes it and spares the test's connection
    if answer.status_code != 200 or answer.headers["Content-Type"].partition(";")[0] != "text/html":
        return 0
    page = answer.content.decode()
    return packed(answer.content) + sum(map(size_of, set(ASKED.findall(page))))


@cache
def size_of(name: str) -> int:
    """Bytes of a style, script or icon, and of the scripts it imports, packed."""
    found = finders.find(name)
    assert isinstance(found, str), name
    content = Path(found).read_bytes()
    folder = name.rpartition("/")[0]
    inner = IMPORTED.findall(content.decode()) if name.endswith(".js") else []
    return packed(content) + sum(size_of(f"{folder}/{each}") for each in set(inner))


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 6))


@pytest.mark.once
def test_no_page_weighs_more_than_100_kilobytes(db: None) -> None:
    world = filled()
    client = client_of(world.people["self"])
    weights: dict[str, int] = {}
    for route in pages():
        with undone():
            weights[str(route)] = weigh(client, address(route, world))
    assert sum(1 for weight in weights.values() if weight) > 60, "the test looks at few pages"
    assert {name: weight for name, weight in weights.items() if weight > MOST} == {}


def pages() -> list[Route]:
    """Each line of the table that reads a page."""
    return [route for route in ROUTES if route.method == "GET" and not route.name.startswith(("api", "stored_file"))]


def test_the_scales_count_what_scripts_import() -> None:
    assert size_of("kernel/signed-in.js") > size_of("kernel/picker.js") + 500
