"""RSS and Atom of a Home: what stands in them, and that readers may ask cheaply."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from braid.home.hot import SHELF
from braid.kernel.access import OPERATOR
from braid.units.actions import close_unit
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    SHELF.clear()


@pytest.fixture
def units() -> dict[str, Unit]:
    made = factories.tree({"nation": {"city": {}}})
    factories.notice(made["nation"], title="First & <best>", body="**Bold** <script>x</script>", is_public=True)
    factories.notice(
        made["city"], title="Second", is_public=True, sent_at=datetime(2026, 11, 2, 4, tzinfo=UTC), body="Hello"
    )
    factories.notice(made["nation"], title="Internal", is_public=False)
    return made


def test_atom(client: Client, units: dict[str, Unit]) -> None:
    response = client.get("/u/city/feed.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    assert feed.findtext("a:title", None, ATOM) == "city"
    entries = feed.findall("a:entry", ATOM)
    assert [e.findtext("a:title", None, ATOM) for e in entries] == ["Second", "First & <best>"]
    for entry in entries:
        assert (entry.findtext("a:id", "", ATOM) or "").startswith("http://testserver/notices/")
        assert entry.findtext("a:updated", None, ATOM)
    summary = entries[1].findtext("a:summary", "", ATOM)
    assert "<strong>Bold</strong>" in summary
    assert "<script" not in summary
    assert feed.find("a:link[@rel='self']", ATOM) is not None


def test_rss(client: Client, units: dict[str, Unit]) -> None:
    response = client.get("/u/city/feed.rss")
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(response.content).find("channel")
    assert channel is not None
    assert channel.findtext("link") == "http://testserver/u/city/"
    items = channel.findall("item")
    assert [item.findtext("title") for item in items] == ["Second", "First & <best>"]
    assert all(item.findtext("guid") == item.findtext("link") for item in items)
    assert response["Last-Modified"].startswith("Mon, 02 Nov 2026")


def test_readers_ask_cheaply(
    client: Client, units: dict[str, Unit], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    etag = client.get("/u/city/feed.atom")["ETag"]
    with django_assert_num_queries(0):  # the probe goes to the driver itself
        assert client.get("/u/city/feed.atom", headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_closed_unit_has_no_feed(client: Client, units: dict[str, Unit], name: str) -> None:
    assert client.get(f"/u/city/feed.{name}").status_code == 200
    at = datetime(2026, 11, 3, 4, tzinfo=UTC)
    close_unit(units["city"], on=at.date(), by=OPERATOR, at=at, why="gone")
    answer = client.get(f"/u/city/feed.{name}")
    assert answer.status_code == client.get("/u/city/").status_code == 410
    assert b'href="/u/nation/"' in answer.content


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_placeholder_leads_to_the_feed_of_the_one_above(client: Client, units: dict[str, Unit], name: str) -> None:
    Unit.objects.filter(pk=units["city"].pk).update(is_placeholder=True)
    home, feed = client.get("/u/city/"), client.get(f"/u/city/feed.{name}")
    assert (home.status_code, home["Location"]) == (302, "/u/nation/")
    assert (feed.status_code, feed["Location"]) == (302, f"/u/nation/feed.{name}")


def test_a_fixed_number_of_queries(
    client: Client, units: dict[str, Unit], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        factories.notice(units["nation"], is_public=True)
    with django_assert_num_queries(5):
        client.get("/u/city/feed.atom")


def test_a_quiet_home_has_a_feed(client: Client) -> None:
    factories.tree({"alone": {}})
    feed = ElementTree.fromstring(client.get("/u/alone/feed.atom").content)
    assert not feed.findall("a:entry", ATOM)
    assert client.get("/u/nobody/feed.atom").status_code == 404
