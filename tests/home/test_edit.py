"""Officers at work on their Home."""

from __future__ import annotations

import pytest
from django.test import Client

from braid.home.models import HelpLine, HomeText
from braid.people.enums import Office
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return factories.tree({"nation": {"province": {"city": {}}, "other": {}}})


@pytest.fixture
def head(client: Client, units: dict[str, Unit]) -> Client:
    client.force_login(factories.member(units["province"], Office.HEAD).account)
    return client


SAID = {"about": "We help.", "phone": "0571-1", "email": "", "address": "", "hours": "", "country": "zh-CN"}


def test_preview_stores_nothing(head: Client, units: dict[str, Unit]) -> None:
    HomeText.objects.create(unit=units["nation"], phone="12338", address="Capital", changed_at="2026-01-01T00:00Z")
    response = head.post("/u/city/edit/", SAID | {"preview": "1"})
    page = response.content.decode()
    assert "We help." in page
    assert "Capital" in page
    assert not HomeText.objects.filter(unit=units["city"]).exists()


def test_publish(head: Client, units: dict[str, Unit]) -> None:
    head.get("/u/city/")
    assert head.post("/u/city/edit/", SAID | {"publish": "1"}).status_code == 302
    page = head.get("/u/city/").content.decode()
    assert "We help." in page
    assert "110" in page


def test_bad_input_is_said(head: Client, units: dict[str, Unit]) -> None:
    response = head.post("/u/city/edit/", SAID | {"email": "nonsense", "about": "x" * 2001, "publish": "1"})
    assert response.status_code == 422
    assert "2,000" in response.content.decode()
    assert not HomeText.objects.exists()


def test_check_hide_and_drop(head: Client, units: dict[str, Unit]) -> None:
    head.post("/u/province/edit/", SAID | {"publish": "1"})
    assert "12348" in head.get("/u/province/help/").content.decode()
    form = head.get("/u/province/help/zh-CN:12348/")
    assert "公共法律服务热线" in form.content.decode()
    line = {"number": "12348", "name": "Legal aid", "source": "called it"}
    assert head.post("/u/province/help/zh-CN:12348/", line).status_code == 422, "not without checking"
    head.post("/u/province/help/zh-CN:12348/", line | {"is_checked": "on"})
    assert "Legal aid" in head.get("/u/city/").content.decode()
    head.post("/u/province/help/zh-CN:12348/hide/")
    assert "Legal aid" not in head.get("/u/city/").content.decode()
    head.post("/u/province/help/zh-CN:12348/drop/")
    assert not HelpLine.objects.exists()
    head.post("/u/city/help/zh-CN:110/hide/")
    assert HelpLine.objects.get().is_hidden
    head.post("/u/city/help/new/", {"number": "555", "name": "Ours", "is_checked": "on"})
    assert "Ours" in head.get("/u/city/").content.decode()


@pytest.mark.parametrize("address", ["edit/", "help/", "help/new/", "help/zh-CN:110/"])
def test_out_of_scope_is_absent(head: Client, units: dict[str, Unit], address: str) -> None:
    assert head.get(f"/u/other/{address}").status_code == 404
    assert head.get(f"/u/nobody/{address}").status_code == 404
    head.force_login(factories.member(units["province"], Office.LIAISON).account)
    assert head.get(f"/u/province/{address}").status_code == 403
    head.logout()
    assert head.get(f"/u/province/{address}").status_code == 302
