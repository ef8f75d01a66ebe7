"""The picker finds units by what people type, nearest first, and never outside the scope."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from braid.kernel.access import EVERYWHERE, OPERATOR, Scope
from braid.people.enums import Office
from braid.units.actions import add_unit, close_unit, rename_unit
from braid.units.enums import UnitKind
from braid.units.folding import fold, fold_codes, initials
from braid.units.forms import UnitField
from braid.units.models import Unit
from braid.units.queries.picker import find_units, unit_named
from tests.factories import member, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    """Two provinces with a city each, and villages of like names."""
    root = unit(name="全国", code="root")
    found = {"root": root}
    for code, name, parent in [
        ("11", "北京市", "root"),
        ("1101", "市辖区", "11"),
        ("110105", "朝阳区", "1101"),
        ("110105001", "朝外街道", "110105"),
        ("110105001001", "龙华里社区", "110105001"),
        ("44", "广东省", "root"),
        ("4403", "深圳市", "44"),
        ("440309", "龙华区", "4403"),
        ("440309001", "龙华街道", "440309"),
        ("440309001001", "朝阳新村社区", "440309001"),
        ("440309001002", "那𡌶村", "440309001"),
        ("50", "重庆市", "root"),
        ("fr", "Île-de-France", "root"),
        ("frx", "Besançon", "fr"),
        ("fry", "Vœuil-et-Giget", "fr"),
    ]:
        found[code] = unit(found[parent], code=code, name=name, is_placeholder=name == "市辖区")
    return found


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("龙华区", "440309"),
        ("龍華區", "440309"),
        ("Besancon", "frx"),
        ("那𡌶村", "440309001002"),
        ("Longhua District", "440309"),
        ("深圳市龙华区", "440309"),
        ("龙华", None),
        ("市辖区", None),
        ("\n", None),
        ("", None),
    ],
)
def test_a_whole_name_that_one_unit_has_means_it(units: dict[str, Unit], name: str, code: str | None) -> None:
    Unit.objects.filter(code="440309").update(name_en="Longhua District", full_name="深圳市龙华区")
    found = unit_named(name)
    assert (found.code if found else None) == code


def test_a_name_that_several_have_means_none(
    units: dict[str, Unit], now: datetime, django_assert_num_queries: Any
) -> None:
    day = timezone.localdate(now)
    other = add_unit(units["11"], code="x", name="龙华区", on=day, why="x", by=OPERATOR, at=now)
    with pytest.raises(ValidationError, match="Choose one from the list"):
        UnitField().clean("龙华区")
    close_unit(other, on=day, why="x", by=OPERATOR, at=now)
    assert UnitField().clean(" 龙华区 ") == units["440309"], "a closed unit is not meant"
    with django_assert_num_queries(2):
        unit_named("龙华区")
    unit(units["11"], code="g", name="Readers", kind=UnitKind.GROUP)
    assert unit_named("Readers") is None


def codes(query: str, scope: Scope = EVERYWHERE, **more: Any) -> list[str]:
    return [found.unit.code for found in find_units(query, scope, **more)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("朝阳", ["110105", "440309001001"]),
        ("朝陽", ["110105", "440309001001"]),
        ("龍華區", ["440309"]),
        ("cyq", ["110105"]),
        ("cq", ["50"]),
        ("𡌶", ["440309001002"]),
        ("那𡌶", ["440309001002"]),
        ("110105", ["110105", "110105001", "110105001001"]),
        ("44", ["44", "4403", "440309", "440309001", "440309001001", "440309001002"]),
        ("ile-de", ["fr"]),
        ("BESANCON", ["frx"]),
        ("voeuil", ["fry"]),
        ("ＦＲＡＮＣＥ", ["fr"]),
        ("深圳 朝阳", ["440309001001"]),
        ("朝阳 深圳", ["440309001001"]),
        ("没有", []),
        ("市辖区", []),
        ("", []),
        ("  ", []),
        ("%", []),
    ],
)
def test_finds(units: dict[str, Unit], query: str, expected: list[str]) -> None:
    assert codes(query) == expected


def test_nearest_first(units: dict[str, Unit]) -> None:
    assert codes("龙华", near=units["440309001"])[:2] == ["440309001", "440309"]
    assert codes("龙华", near=units["110105"])[0] == "110105001001"
    assert codes("朝阳", near=units["440309001002"])[0] == "440309001001"
    assert set(codes("龙华", near=units["110105"])) == set(codes("龙华"))


def test_a_whole_code_leads(units: dict[str, Unit]) -> None:
    near = units["440309001002"]
    assert codes("44", near=near, most=2) == ["44", "440309001002"]
    assert codes("44", Scope(subtrees=(units["4403"].path,)), near=near, most=1) == ["440309001002"]
    assert codes("fry")[0] == "fry"


def test_is_bounded(units: dict[str, Unit]) -> None:
    assert len(codes("区", most=2)) == 2
    assert codes("a" * 5000) == []


def test_within_and_scope(units: dict[str, Unit]) -> None:
    assert codes("朝阳", within=units["44"]) == ["440309001001"]
    assert codes("朝阳", Scope(subtrees=(units["44"].path,))) == ["440309001001"]
    assert codes("龙华", Scope(units=(units["440309"].path,))) == ["440309"]
    assert codes("龙华", Scope(subtrees=(units["11"].path,), units=(units["440309"].path,))) == [
        "110105001001",
        "440309",
    ]
    whole = units["44"].path
    assert codes("朝阳", Scope(subtrees=(whole, units["4403"].path), units=(units["440309001001"].path,))) == [
        "440309001001"
    ]
    assert codes("朝阳", Scope()) == []
    assert codes("朝阳", Scope(subtrees=(units["44"].path,)), within=units["11"]) == []


def test_ancestors_are_shown_without_placeholders(units: dict[str, Unit]) -> None:
    (found,) = find_units("朝外", EVERYWHERE)
    assert [ancestor.code for ancestor in found.ancestors] == ["root", "11", "110105"]


def test_follows_the_tree(units: dict[str, Unit], now: datetime) -> None:
    deed: dict[str, Any] = {"on": now.date(), "why": "x", "by": OPERATOR, "at": now}
    assert codes("新名") == []
    rename_unit(units["50"], name="新名市", name_en="Newname", **deed)
    add_unit(units["50"], code="x1", name="新名村", **deed)
    assert codes("新名") == ["50", "x1"]
    assert codes("newn") == ["50"]
    close_unit(Unit.objects.get(code="x1"), **deed)
    assert codes("新名") == ["50"]


def test_few_statements_whatever_is_asked(units: dict[str, Unit], django_assert_max_num_queries: Any) -> None:
    codes("x")
    for query in ("朝阳", "区", "深圳 朝阳", "没有"):
        with django_assert_max_num_queries(4):
            codes(query, near=units["440309"])


@pytest.mark.parametrize(
    ("name", "letters"),
    [("重庆市", "cqs"), ("厦门", "xm"), ("长沙县", "csx"), ("六安", "la"), ("乐清", "yq"), ("番禺A区", "py.q")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(fold_codes(name)).decode() == letters


def test_folding_keeps_parts() -> None:
    whole = "臺灣乾隆龍ÉCOLE"
    assert fold(whole) == "台湾干隆龙ecole"
    assert all(fold(whole[i:]) == fold(whole)[i:] for i in range(len(whole)))


def test_page(units: dict[str, Unit], client: Client) -> None:
    head = member(units["44"], Office.HEAD)
    client.force_login(head.account)
    answer = client.get("/units/pick/", {"q": "龙华", "format": "json"})
    found = answer.json()["units"]
    assert [one["code"] for one in found] == ["440309", "440309001"]
    assert found[1]["ancestors"] == ["全国", "广东省", "深圳市", "龙华区"]
    part = client.get("/units/pick/", {"q": "龙华"}, headers={"HX-Request": "true"})
    assert part.content.decode().count("<li") == 2
    assert client.get("/units/pick/", {"q": "x", "within": "11"}).status_code == 404
    assert client.get("/units/pick/", {"q": "x", "within": "none"}).status_code == 404
    assert client.get("/units/pick/", {"q": "\0", "near": "\0"}).json() == {"units": []}
    assert client.get("/units/pick/", {"q": "x", "within": "\0"}).status_code == 404
