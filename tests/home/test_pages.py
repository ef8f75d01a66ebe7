"""The public Home: what it shows, what it inherits, where it leads, what it weighs."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from braid.home.hot import SHELF
from braid.home.models import HelpLine, HomeText
from braid.kernel.access import OPERATOR
from braid.units.actions.units import change_unit
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Level, Unit
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, tzinfo=UTC)
MOST_BYTES = 60 * 1024


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    SHELF.clear()


@pytest.fixture
def units() -> dict[str, Unit]:
    made = factories.tree({"nation": {"province": {"city": {"county": {}}}}})
    Level.objects.bulk_create(
        Level(number=i, name=name) for i, name in enumerate(["Nation", "Province", "City", "County"], 1)
    )
    return made


def tell(unit: Unit, **said: str) -> HomeText:
    return HomeText.objects.create(unit=unit, changed_at=AT, **said)


def read(client: Client, address: str = "/u/county/", **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_says_who_and_where(client: Client, units: dict[str, Unit]) -> None:
    page = read(client)
    assert "<h1>county</h1>" in page
    assert "County" in page
    crumbs = re.findall(r'href="(/u/\w+/)"', page)
    assert crumbs == ["/u/nation/", "/u/province/", "/u/city/"]


def test_root_is_the_front_page(client: Client, units: dict[str, Unit]) -> None:
    page = read(client, "/")
    assert "<h1>nation</h1>" in page
    assert '<link rel="canonical" href="http://testserver/">' in page


def test_first_run(client: Client) -> None:
    assert "./braid demo" in read(client, "/")


def test_inherits_from_the_nearest_and_says_so(client: Client, units: dict[str, Unit]) -> None:
    tell(units["nation"], phone="12338", about="We are everywhere.")
    tell(units["city"], phone="0572-1", address="1 Lake Street")
    tell(units["county"], address="2 Mill Lane")
    page = read(client)
    assert "0572-1" in page
    assert "12338" not in page
    assert "from city" in page
    assert "We are everywhere." in page
    assert "from nation" in page
    assert "2 Mill Lane" in page
    assert "1 Lake Street" not in page


def test_no_such_unit(client: Client, units: dict[str, Unit]) -> None:
    assert client.get("/u/nobody/").status_code == 404


def test_merged_unit_leads_to_its_heir(client: Client, units: dict[str, Unit]) -> None:
    old = factories.unit(units["city"], code="old", status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    Unit.objects.filter(pk=old.pk).update(merged_into=units["county"])
    response = client.get("/u/old/")
    assert (response.status_code, response["Location"]) == (301, "/u/county/")


def test_closed_unit_says_where_to_go(client: Client, units: dict[str, Unit]) -> None:
    factories.unit(units["city"], code="shut", name="Shut", status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    response = client.get("/u/shut/")
    assert response.status_code == 410
    assert "/u/city/" in response.content.decode()
    assert "Shut" not in read(client, "/u/city/")


def test_placeholders_are_skipped_and_what_is_below_them_lifted(client: Client, units: dict[str, Unit]) -> None:
    filler = factories.unit(units["province"], code="filler", name="Districts", is_placeholder=True)
    inner = factories.unit(filler, code="inner", name="Inner filler", is_placeholder=True)
    factories.unit(filler, code="district", name="First District")
    factories.unit(inner, code="deep", name="Deep District")
    page = read(client, "/u/province/")
    assert "First District" in page
    assert "Deep District" in page
    assert "Districts</a>" not in page
    assert "Inner filler" not in page
    assert "Districts" not in read(client, "/u/district/")
    response = client.get("/u/filler/")
    assert (response.status_code, response["Location"]) == (302, "/u/province/")


def test_units_below_are_grouped(client: Client, units: dict[str, Unit]) -> None:
    factories.unit(units["city"], name="Weavers", kind=UnitKind.GROUP, level=6)
    factories.unit(units["city"], name="Online Lake", kind=UnitKind.VIRTUAL, level=4)
    headings = re.findall(r"<h2>([^<]+) <span", read(client, "/u/city/"))
    assert headings == ["County", "Online-only units"]


def test_language_by_query_and_by_header(client: Client, units: dict[str, Unit]) -> None:
    Unit.objects.filter(code="county").update(name="长兴县", name_zh_hant="長興縣", name_en="Changxing")
    assert "<h1>長興縣</h1>" in read(client, "/u/county/?lang=zh-hant")
    assert "<h1>长兴县</h1>" in read(client, **{"accept-language": "zh-CN"})
    page = read(client, "/u/county/?lang=en")
    assert "<h1>Changxing</h1>" in page
    assert '<html lang="en"' in page
    assert 'hreflang="zh-hans" href="http://testserver/u/county/?lang=zh-hans"' in page
    tags = tags_of(page)
    assert tags["og:title"] == "Changxing"
    assert (tags["og:locale"], tags["og:url"]) == ("en_GB", "http://testserver/u/county/?lang=en")
    assert '<link rel="canonical" href="http://testserver/u/county/?lang=en">' in page


def test_where_it_is_shared_it_says_what_it_does_itself_or_where_it_stands(
    client: Client, units: dict[str, Unit]
) -> None:
    tell(units["nation"], about="We are everywhere.")
    tags = tags_of(read(client))
    assert tags["og:type"] == "website"
    assert tags["og:url"] == "http://testserver/u/county/"
    assert tags["og:image"].startswith("http://testserver/static/kernel/shared")
    assert tags["og:description"] == tags["description"] == "nation · province · city · county"
    SHELF.clear()
    assert tags_of(read(client, "/"))["description"] == "We are everywhere."


def tags_of(page: str) -> dict[str, str]:
    """What the page says of itself, by name; of several alternates the last."""
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))


def test_public_notices_of_the_unit_and_those_above(client: Client, units: dict[str, Unit]) -> None:
    factories.notice(units["nation"], title="To all women", is_public=True)
    factories.notice(units["city"], title="To the city", is_public=True)
    factories.notice(units["nation"], title="To officers", is_public=False)
    factories.notice(units["county"], title="Not above", is_public=True)
    page = read(client, "/u/city/")
    assert page.index("To the city") < page.index("To all women")
    assert "To officers" not in page
    assert "Not above" not in page


def test_a_former_code_leads_on(client: Client, units: dict[str, Unit]) -> None:
    change_unit(units["county"], code="county2", on=AT.date(), by=OPERATOR, at=AT, why="renumbered")
    response = client.get("/u/county/")
    assert (response.status_code, response["Location"]) == (301, "/u/county2/")
    assert client.get("/u/county/feed.rss")["Location"] == "/u/county2/feed.rss"


def test_the_same_for_everybody(client: Client, units: dict[str, Unit]) -> None:
    anonymous = client.get("/u/county/").content
    SHELF.clear()
    client.force_login(factories.person().account)
    assert client.get("/u/county/").content == anonymous


def test_a_fixed_number_of_queries(
    client: Client, units: dict[str, Unit], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/u/city/")
    SHELF.clear()
    for _ in range(3):
        factories.unit(units["city"])
        factories.notice(units["nation"], is_public=True)
    with django_assert_max_num_queries(9) as few:
        client.get("/u/city/")
    for _ in range(30):
        factories.unit(units["city"])
        factories.notice(units["province"], is_public=True)
    HelpLine.objects.bulk_create(
        HelpLine(unit=units["city"], key=f"k{i}", number=str(i), name="n", checked_on=AT.date()) for i in range(9)
    )
    SHELF.clear()
    with django_assert_max_num_queries(len(few)):
        client.get("/u/city/")


def test_the_largest_home_weighs_at_most_60_kb(client: Client, units: dict[str, Unit]) -> None:
    """Page, styles, scripts and pictures, packed as they are served; everything is ours."""
    for n in range(170):
        factories.unit(units["city"], name=f"湖州市第{n}街道妇女联合会")
    tell(units["nation"], about="我们" * 1000, phone="12338", address="某路", country="zh-CN", hours="9–17")
    SHELF.clear()
    response = client.get("/u/city/?lang=zh-hans", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode()
    assets = assets_of(page)
    weight = len(response.content) + sum(len(gzip.compress(file.read_bytes(), 9)) for file in assets)
    assert weight <= MOST_BYTES, weight
    assert len(assets) >= 3


def assets_of(page: str) -> list[Path]:
    """Files the page loads, and those its styles load; fails for anything that is not our own."""
    links = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page)
    links += re.findall(r'(?:<script[^>]* src|<img[^>]* src)="([^"]+)"', page)
    files = [static_file(link) for link in links]
    for style in [file for file in files if file.suffix == ".css"]:
        inner = re.findall(r"url\(\"?([^)\"]+)\"?\)", style.read_text())
        files += [style.parent / name for name in inner if not name.startswith("data:")]
    return list(dict.fromkeys(files))


def static_file(link: str) -> Path:
    parts = urlparse(link)
    assert not parts.netloc, f"third-party request: {link}"
    found = finders.find(parts.path.removeprefix("/static/"))
    assert found, link
    return Path(str(found))
