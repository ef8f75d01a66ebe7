"""Finding a Home by name, initials or code."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_find(client: Client) -> None:
    units = factories.tree({"nation": {"province": {"county": {}}}})
    factories.unit(units["county"], code="330522101", name="雉城街道")
    page = client.get("/find/", {"q": "雉城"}).content.decode()
    assert 'href="/u/330522101/"' in page
    assert "county" in page
    assert 'href="/u/330522101/"' in client.get("/find/", {"q": "zcjd", "near": "county"}).content.decode()
    assert 'href="/u/330522101/"' in client.get("/find/", {"q": "330522"}).content.decode()
    assert "Nothing found" in client.get("/find/", {"q": "<script>"}).content.decode()
    assert "<script>alert" not in client.get("/find/", {"q": "<script>alert"}).content.decode()
    assert client.get("/find/").status_code == 200


def test_every_home_has_the_box(client: Client) -> None:
    factories.tree({"nation": {}})
    page = client.get("/u/nation/").content.decode()
    assert 'action="/find/"' in page
    assert 'name="near" value="nation"' in page
