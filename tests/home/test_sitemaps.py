"""robots.txt and the sitemap: every Home once, nothing else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client

from braid.home.models import HomeText
from braid.home.queries import sitemaps
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entries(client: Client, address: str) -> list[tuple[str, str | None]]:
    response = client.get(address)
    assert response.status_code == 200
    tree = ElementTree.fromstring(response.content)
    return [(str(e.findtext("s:loc", None, NAMES)), e.findtext("s:lastmod", None, NAMES)) for e in tree]


def test_every_home_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PART", 3)
    units = factories.tree({"nation": {"a": {"b": {}, "c": {}}, "d": {}}})
    factories.unit(units["a"], code="hole", is_placeholder=True)
    factories.unit(units["a"], code="shut", status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    changed = datetime(2026, 11, 1, tzinfo=UTC)
    HomeText.objects.create(unit=units["d"], about="x", changed_at=changed)
    parts = entries(client, "/sitemap.xml")
    assert [when is not None for _, when in parts] == [False, True, False]
    found = dict(e for part, _ in parts for e in entries(client, part.removeprefix("http://testserver")))
    assert found == {
        f"http://testserver/u/{code}/": changed.isoformat() if code == "d" else None
        for code in ("nation", "a", "b", "c", "d")
    }
    assert client.get("/sitemap-4.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_no_tree_no_parts(client: Client) -> None:
    assert entries(client, "/sitemap.xml") == []


def test_robots(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert re.search(r"^Disallow: /$", text, re.M)
    assert set(re.findall(r"^Allow: /(.*)$", text, re.M)) >= {"$", "u/", "notices/", "static/"}
    assert not Unit.objects.exists()
