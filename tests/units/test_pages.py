"""Pages of the tree: preview before each change, import with a look before it, export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from braid.kernel.access import EVERYWHERE, OPERATOR
from braid.kernel.imports import pages
from braid.kernel.models import ImportRun
from braid.kernel.outbox import run_due
from braid.people.enums import Office
from braid.units.actions import (
    Part,
    change_unit,
    close_unit,
    merge_units,
    move_unit,
    rename_unit,
    split_unit,
)
from braid.units.enums import UnitKind
from braid.units.imports import comparing
from braid.units.models import TreeEvent, Unit
from braid.units.queries.events import told_events_of
from braid.units.views import units as unit_pages
from tests.factories import member, tree, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"n": {"a": {"a1": {"a11": {}}, "a2": {}}, "b": {}}})


@pytest.fixture
def head(units: dict[str, Unit], client: Client) -> Client:
    client.force_login(member(units["n"], Office.HEAD).account)
    return client


def today() -> str:
    return timezone.localdate().isoformat()


@pytest.mark.parametrize(
    ("code", "deed", "values", "words"),
    [
        ("a", "add", {"code": "a3", "name": "New", "kind": "1"}, "Adds New (a3) below a."),
        ("a1", "rename", {"name": "Other"}, "Name: a1 becomes Other."),
        ("a1", "change", {"code": "a1", "kind": "1", "level": "3", "address": "Lane 1"}, "Address: — becomes Lane 1."),
        ("a1", "move", {"parent": "b"}, "Moves 2 units from a to b."),
        ("a1", "merge", {"into": "a2"}, "Closes a1; its code a1 leads to a2"),
        ("a1", "split", {"code": "a4", "name": "Part"}, "Makes 1 new unit beside a1."),
        ("a2", "close", {}, "Closes a2 (a2)."),
    ],
)
def test_preview_then_confirm(
    units: dict[str, Unit], head: Client, code: str, deed: str, values: dict[str, str], words: str
) -> None:
    address = f"/units/of/{code}/{deed}/"
    assert head.get(address).status_code == 200
    data = {**values, "on": today(), "why": "decided"}
    preview = head.post(address, data)
    assert words in preview.content.decode()
    assert not TreeEvent.objects.exists()
    done = head.post(address, {**data, "confirmed": preview.context["shown"]}, follow=True)
    assert done.status_code == 200
    assert TreeEvent.objects.filter(why="decided").exists()


def test_what_is_confirmed_is_what_was_shown(units: dict[str, Unit], head: Client) -> None:
    address, data = "/units/of/a1/move/", {"parent": "b", "on": today(), "why": "decided"}
    shown = head.post(address, data).context["shown"]
    words = "This is not what you saw before."
    for other in ({"parent": "n"}, {"why": "another reason"}, {"on": str(timezone.localdate() - timedelta(days=1))}):
        again = head.post(address, {**data, **other, "confirmed": shown})
        assert words in again.content.decode()
        assert not TreeEvent.objects.exists()
    assert words not in head.post(address, data).content.decode()
    unit(units["a1"])  # three units would move now, and two were shown
    again = head.post(address, {**data, "confirmed": shown})
    assert words in again.content.decode()
    assert head.post(address, {**data, "confirmed": again.context["shown"]}).status_code == 302


def test_after_adding_a_unit_one_stands_at_it(units: dict[str, Unit], head: Client) -> None:
    data = {"code": "a3", "name": "New", "kind": "1", "on": today(), "why": "decided"}
    shown = head.post("/units/of/a/add/", data).context["shown"]
    done = head.post("/units/of/a/add/", {**data, "confirmed": shown}, follow=True)
    assert done.redirect_chain == [("/units/of/a3/", 302)]
    assert "decided" in done.content.decode()


@pytest.mark.parametrize(
    ("code", "deed", "values", "field"),
    [
        ("a", "add", {"code": "a1", "name": "New", "kind": "1"}, "code"),
        ("a", "add", {"code": "a3", "name": "New", "kind": "1", "level": "1"}, "level"),
        ("a1", "change", {"code": "a2", "kind": "1", "level": "3"}, "code"),
        ("a1", "change", {"code": "a1", "kind": "1", "level": "2"}, "level"),
        ("a1", "split", {"code": "a2", "name": "Part"}, "code"),
    ],
)
def test_a_refusal_about_one_field_stands_at_it(
    units: dict[str, Unit], head: Client, code: str, deed: str, values: dict[str, str], field: str
) -> None:
    answer = head.post(f"/units/of/{code}/{deed}/", {**values, "on": today(), "why": "x"})
    assert list(answer.context["form"].errors) == [field]


def test_a_refusal_stands_in_the_form(units: dict[str, Unit], head: Client) -> None:
    data = {"parent": "a11", "on": today(), "why": "x", "confirmed": "1"}
    answer = head.post("/units/of/a/move/", data)
    assert "a unit cannot stand below itself" in answer.content.decode()
    assert head.post("/units/of/a/move/", {**data, "parent": "nowhere"}).status_code == 422
    assert not TreeEvent.objects.exists()


def test_a_day_that_cannot_be_is_said_before_it_is_confirmed(units: dict[str, Unit], head: Client) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    body = head.post("/units/of/a2/close/", {"on": tomorrow, "why": "x"}).content.decode()
    assert "The day lies in the future." in body
    assert "This is what happens" not in body


@pytest.mark.parametrize(("deed", "field"), [("move", "parent"), ("merge", "into")])
def test_the_other_unit_is_asked_before_it_is_confirmed(
    units: dict[str, Unit], client: Client, deed: str, field: str
) -> None:
    client.force_login(member(units["a"], Office.HEAD).account)
    body = client.post(f"/units/of/a1/{deed}/", {field: "b", "on": today(), "why": "x"}).content.decode()
    assert "Your role does not reach the other unit" in body
    assert "This is what happens" not in body


def test_all_levels_stand_above_a_unit_and_lead_where_one_may_go(units: dict[str, Unit], client: Client) -> None:
    client.force_login(member(units["a"], Office.HEAD).account)
    page = client.get("/units/of/a11/").content.decode()
    crumbs = page.split('class="crumbs"')[1].split("</nav>")[0]
    assert [f'href="{href}"' in crumbs for href in ("/u/n/", "/units/of/a/", "/units/of/a1/")] == [True] * 3


def test_unit_page_asks_the_same_for_many(units: dict[str, Unit], head: Client) -> None:
    def statements() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            assert head.get("/units/of/b/").status_code == 200
        return len(caught)

    head.get("/units/of/b/")
    for _few in range(3):
        unit(units["b"])
    few = statements()
    for _many in range(30):
        unit(units["b"])
    assert statements() == few


def test_the_history_says_what_changed(units: dict[str, Unit], client: Client) -> None:
    client.force_login(member(units["a"], Office.HEAD).account)
    deed: dict[str, Any] = {"on": timezone.localdate(), "why": "x", "by": OPERATOR, "at": timezone.now()}
    rename_unit(units["a1"], name="Other", **deed)
    change_unit(units["a1"], kind=UnitKind.VIRTUAL, **deed)
    move_unit(units["a2"], units["b"], **deed)
    move_unit(units["a2"], units["a"], **deed)
    split_unit(units["a1"], [Part("a4", "Part")], **deed)
    merge_units(units["a1"], units["a2"], **deed)

    def history(code: str) -> str:
        return client.get(f"/units/of/{code}/").content.decode().split("What happened to it")[1]

    survivor = history("a1")
    assert 'Unit above before: <a href="/units/of/a/">a</a>' in survivor
    assert "New unit above: b " in survivor, "out of her reach: a name and no link"
    assert "Merged into it: " in survivor
    told = told_events_of(units["a1"], EVERYWHERE)
    assert [line for one in told for line in one.lines] == [
        "Kind: body becomes online-only body.",
        "Name: a1 becomes Other.",
    ]
    others = [(other.words, other.unit.code) for one in told for other in one.others]
    assert others == [("The unit that stays", "a2"), ("New unit", "a4")]
    assert '<a href="/units/of/a/">a</a>' in history("a4")


def test_the_history_asks_the_same_for_many(
    units: dict[str, Unit], django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(4):
        there = units["b"] if number % 2 == 0 else units["a"]
        now = timezone.now()
        move_unit(units["a1"], there, on=timezone.localdate(now), why="x", by=OPERATOR, at=now)
    with django_assert_num_queries(2):
        assert len(told_events_of(units["a1"], EVERYWHERE)) == 4


def test_import_look_then_apply(units: dict[str, Unit], head: Client, now: datetime) -> None:
    text = "code,parent_code,name\nb1,b,B one\na2,a,Renamed\nbad,nowhere,Bad\n"
    file = SimpleUploadedFile("new.csv", text.encode())
    page = head.post("/units/import/", {"file": file}, follow=True)
    body = page.content.decode()
    assert "new.csv" in body
    assert "There is no unit with the code nowhere" in body
    assert "Renamed" in body
    run = ImportRun.objects.get()
    assert head.post(f"/units/import/{run.pk}/apply/", {}).status_code == 409
    assert head.post(f"/units/import/{run.pk}/apply/", {"skip_bad": "on"}).status_code == 302
    assert "Being applied" in head.get(f"/units/import/{run.pk}/").content.decode()
    assert not Unit.objects.filter(code="b1").exists()
    run_due(at=timezone.now() + timedelta(seconds=1))
    assert Unit.objects.get(code="b1").parent == units["b"]
    assert Unit.objects.get(code="a2").name == "Renamed"
    assert "Applied" in head.get(f"/units/import/{run.pk}/").content.decode()
    assert head.post(f"/units/import/{run.pk}/drop/").status_code == 409


def test_all_bad_rows_can_be_had(
    units: dict[str, Unit], head: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SHOWN", 2)
    text = "code,parent_code,name\n" + "".join(f"x{i},nowhere,X\n" for i in range(5))
    page = head.post("/units/import/", {"file": SimpleUploadedFile("new.csv", text.encode())}, follow=True)
    assert "The first 2 are shown here." in page.content.decode()
    assert "No row of this file can be used." in page.content.decode()
    assert 'name="close_missing"' not in page.content.decode()
    address = f"/units/import/{ImportRun.objects.get().pk}/bad-rows/"
    assert address in page.content.decode()
    answer: Any = head.get(address)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Line,Column,What is wrong,Found there"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "3", "4", "5", "6"]


def test_more_changes_than_shown(units: dict[str, Unit], head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "EXAMPLES", 2)
    for number, words in ((2, None), (3, "And 1 more change."), (5, "And 3 more changes.")):
        text = "code,parent_code,name\na2,a,Renamed\n" + "".join(f"x{i},a,X\n" for i in range(number))
        page = head.post("/units/import/", {"file": SimpleUploadedFile("new.csv", text.encode())}, follow=True)
        body = page.content.decode()
        assert "x1" in body
        assert words in body if words else "more change" not in body


def test_more_units_below_than_shown(units: dict[str, Unit], head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more: the search" not in head.get("/units/of/a/").content.decode()
    monkeypatch.setattr(unit_pages, "SHOWN", 1)
    assert "And 1 more: the search finds it." in head.get("/units/of/a/").content.decode()


@pytest.mark.parametrize("code", ["a/3", "a 3", "..", "root"])
def test_a_code_that_cannot_be_one_is_refused_before_it_is_confirmed(
    units: dict[str, Unit], head: Client, code: str
) -> None:
    data = {"code": code, "name": "New", "kind": "1", "on": today(), "why": "x"}
    body = head.post("/units/of/a/add/", data).content.decode()
    assert "Confirm" not in body
    assert "code" in body


def test_a_file_that_is_no_table(units: dict[str, Unit], head: Client) -> None:
    answer = head.post("/units/import/", {"file": SimpleUploadedFile("x.csv", b"nothing here")})
    assert answer.status_code == 422
    assert "The first line must name the columns" in answer.content.decode()


def test_rights_are_asked_again_when_the_worker_applies(units: dict[str, Unit], client: Client) -> None:
    leader = member(units["b"], Office.HEAD)
    client.force_login(leader.account)
    client.post("/units/import/", {"file": SimpleUploadedFile("x.csv", b"code,parent_code,name\nb1,b,B\n")})
    run = ImportRun.objects.get()
    client.post(f"/units/import/{run.pk}/apply/")
    leader.memberships.update(since="2025-01-01", until="2026-01-01")
    run_due(at=timezone.now() + timedelta(seconds=1))
    assert not Unit.objects.filter(code="b1").exists()
    run.refresh_from_db()
    assert run.state == "refused"
    assert "role" in run.outcome["refusal"]


def test_who_holds_one_unit_only_exports_one_unit_only(units: dict[str, Unit], client: Client) -> None:
    client.force_login(member(units["a"], Office.LIAISON).account)
    for query in ({}, {"under": "a"}):
        answer: Any = client.get("/units/export/", query)
        assert b"".join(answer.streaming_content).decode("utf-8-sig") == "code,parent_code,name,level\na,n,a,2\n"


def test_export(units: dict[str, Unit], head: Client) -> None:
    answer: Any = head.get("/units/export/", {"under": "a"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text == "code,parent_code,name,level\na,n,a,2\na1,a,a1,3\na11,a1,a11,4\na2,a,a2,3\n"
    sheet: Any = head.get("/units/export/", {"format": "xlsx"})
    assert b"".join(sheet.streaming_content).startswith(b"PK")


def test_export_of_a_past_day(units: dict[str, Unit], client: Client) -> None:
    client.force_login(member(units["a"], Office.HEAD).account)
    now = timezone.now()
    today, before = timezone.localdate(now), timezone.localdate(now) - timedelta(days=1)
    move_unit(units["a1"], units["b"], on=today, why="x", by=OPERATOR, at=now)
    close_unit(units["a2"], on=today, why="x", by=OPERATOR, at=now)
    page = client.get("/units/of/a/").content.decode()
    assert f'name="on" max="{today}"' in page
    expected = {before: "a,n,a,2\na2,a,a2,3\n", today: "a,n,a,2\n"}
    for day, rows in expected.items():
        for query in ({"on": f"{day}"}, {"on": f"{day}", "under": "a"}):
            answer: Any = client.get("/units/export/", query)
            assert b"".join(answer.streaming_content).decode("utf-8-sig") == f"code,parent_code,name,level\n{rows}"
            assert f'filename="units-{day}.csv"' in answer["Content-Disposition"]
    assert client.get("/units/export/", {"on": f"{before}", "under": "a1"}).status_code == 404  # hers then, not today
    for query in ({"on": f"{today + timedelta(days=1)}"}, {"on": "soon"}, {"on": f"{today}", "under": "a2"}):
        assert client.get("/units/export/", query).status_code == 422


def test_the_page_offers_no_day_before_the_tree(head: Client, units: dict[str, Unit]) -> None:
    TreeEvent.objects.create(unit=units["n"], kind="added", on="2025-06-01", recorded_at=timezone.now(), why="x")
    assert 'min="2025-06-01"' in head.get("/units/of/a/").content.decode()


def test_a_day_on_which_the_unit_above_was_elsewhere(units: dict[str, Unit], head: Client) -> None:
    now = timezone.now()
    today, before = timezone.localdate(now), timezone.localdate(now) - timedelta(days=1)
    move_unit(units["a2"], units["b"], on=today, why="x", by=OPERATOR, at=now)
    words = "a2 stands where it does since"
    data = {"on": f"{before}", "why": "x", "confirmed": "1"}
    assert words in head.post("/units/of/a11/move/", {**data, "parent": "a2"}).content.decode()
    assert words in head.post("/units/of/a1/merge/", {**data, "into": "a2"}).content.decode()
    assert "Confirm" in head.post("/units/of/a11/move/", {**data, "parent": "a2", "on": f"{today}"}).content.decode()
