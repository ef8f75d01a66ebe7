"""Officers from a file: who is recognised, which rows are bad and why, what is written, and that a killed run goes on."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from typer.testing import CliRunner

from braid.config import cli
from braid.journal.models import Entry
from braid.kernel import outbox
from braid.kernel.access import OPERATOR, Actor
from braid.kernel.imports import staging
from braid.kernel.imports.results import ImportResult
from braid.kernel.models import ImportBatch, ImportRun
from braid.kernel.sheets import SheetError, write_table
from braid.people.actions import begin_term, give_grant
from braid.people.enums import CameBy, Office, Reach, Role
from braid.people.imports import import_officers, running
from braid.people.imports.columns import COLUMN_OF
from braid.people.models import Membership, Person
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of
from tests.killing import call, scratch

World = dict[str, Unit]
HEADER = "unit_code,name,office,came_by,since,phone,email\n"


@pytest.fixture
def units(db: None) -> World:
    return factories.tree({"nation": {"province": {"county": {"village": {}, "hamlet": {}}}, "far": {}}})


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def load(tmp_path: Path, at: datetime) -> object:
    def load(rows: str, *, by: Actor = OPERATOR, header: str = HEADER, **options: bool) -> ImportResult:
        file = tmp_path / "officers.csv"
        file.write_text(header + rows)
        return import_officers(file, by=by, at=at, **options)

    return load


def offices() -> set[tuple[str, str, str]]:
    rows = Membership.objects.filter(until=None).select_related("person", "unit")
    return {(row.unit.code, str(row.person.name), Office(row.office).name) for row in rows}


def reasons(result: ImportResult) -> list[tuple[int, str]]:
    return [(problem.line, problem.field) for problem in result.problems]


def test_new_people_and_their_offices(units: World, load, at: datetime) -> None:  # type: ignore[no-untyped-def]
    term = begin_term(units["village"], number=3, begins_on=date(2025, 1, 1), by=OPERATOR, at=at)
    result = load(
        "village,Ada,head,elected,2026-03-08,13900000001,ada@example.org\n"
        "hamlet,Ada,liaison,,,139 0000 0001,\n"
        "village,Bea,联络员,补选,2025年3月8日,,\n"
        "village,Cora,committee,appointed,20240308,,\n"
        "village,Dora,member,,,,\n"
    )
    assert result.applied
    assert result.counts == {"added": 4, "given": 5, "ended": 0, "unchanged": 0, "skipped": 0}
    assert offices() == {
        ("village", "Ada", "HEAD"),
        ("hamlet", "Ada", "LIAISON"),
        ("village", "Bea", "LIAISON"),
        ("village", "Cora", "COMMITTEE"),
        ("village", "Dora", "MEMBER"),
    }
    ada = Person.objects.get(name="Ada")
    assert (ada.phone, ada.email) == ("+8613900000001", "ada@example.org")
    head = Membership.objects.get(office=Office.HEAD)
    assert (head.came_by, head.since, head.term, head.unit_path) == (
        CameBy.ELECTED,
        date(2026, 3, 8),
        term,
        units["village"].path,
    )
    before, member = Membership.objects.get(person__name="Cora"), Membership.objects.get(person__name="Dora")
    assert (before.term, member.term, member.since) == (None, None, timezone.localdate(at))
    taken = Entry.objects.filter(kind="office.taken").values_list("unit__code", "amount")
    assert sorted(taken) == [("hamlet", 1), ("village", 3)]
    assert Entry.objects.get(kind="person.joined").amount == 1


def test_the_same_file_again_changes_nothing(units: World, load) -> None:  # type: ignore[no-untyped-def]
    rows = "village,Ada,head,,,13900000001,\nvillage,Bea,liaison,,,,\n"
    load(rows)
    again = load(rows)
    assert again.applied
    assert again.counts == {"added": 0, "given": 0, "ended": 0, "unchanged": 2, "skipped": 0}
    assert Person.objects.count() == Membership.objects.count() == 2


def test_known_people_are_recognised_by_phone_or_in_the_unit(units: World, load) -> None:  # type: ignore[no-untyped-def]
    ada = factories.member(units["far"], who=factories.person("Ada", phone="+8613900000001"))
    bea = factories.member(units["village"], who=factories.person("Bea"))
    elsewhere = factories.member(units["far"], who=factories.person("Cora"))
    result = load("village,Ada,deputy,,,13900000001,new@example.org\nvillage,Bea,liaison,,,,\nvillage,Cora,head,,,,\n")
    assert result.counts["added"] == 1
    given = dict(
        Membership.objects.filter(unit=units["village"], office__lt=Office.MEMBER).values_list("office", "person")
    )
    assert (given[Office.DEPUTY], given[Office.LIAISON]) == (ada.pk, bea.pk)
    assert given[Office.HEAD] != elsewhere.pk
    ada.refresh_from_db()
    assert ada.email == "", "what is known of somebody stays as it is"


def test_every_bad_row_is_listed_and_nothing_is_written(units: World, load) -> None:  # type: ignore[no-untyped-def]
    factories.member(units["village"], Office.HEAD, who=factories.person("Old head"))
    factories.member(units["far"], who=factories.person("Taken", phone="+8613900000009"))
    for _twice in range(2):
        factories.member(units["hamlet"], who=factories.person("Twin", phone=f"+86139{_twice:08}"))
    factories.member(units["hamlet"], who=factories.person("Nameless"))
    bad = [
        ("nowhere,A,head,,,,", "unit_code"),
        ("village,,head,,,,", "name"),
        ("village,A,empress,,,,", "office"),
        ("village,A,deputy,by lot,,,", "came_by"),
        ("village,A,deputy,,8 March,,", "since"),
        ("village,A,deputy,,2026-02-30,,", "since"),
        ("village,A,deputy,,2099-01-01,,", "since"),
        ("village,A,deputy,,,12,", "phone"),
        ("village,A,deputy,,,,nowhere", "email"),
        ("village,A,member,elected,,,", "came_by"),
        ("village,A,head,,,,", "office"),
        ("village,A,deputy,,,13900000009,", "phone"),
        ("hamlet,Twin,deputy,,,,", "name"),
        ("hamlet,Nameless,deputy,,,13900000008,", "name"),
        ("hamlet,A,deputy,,,,,,more", ""),
    ]
    good = "hamlet,Good,head,,,,\n"
    twice = [
        ("hamlet,Good,head,,,,", "name"),
        ("hamlet,Other,head,,,,", "office"),
        ("far,A,deputy,,,13900000007,", None),
    ]
    twice += [
        ("far,B,deputy,,,13900000007,", "phone"),
        ("far,C,deputy,,,,", None),
        ("far,C,head,,,13900000006,", "phone"),
    ]
    rows = good + "".join(line + "\n" for line, _field in [*bad, *twice])
    expected = [(number, field) for number, (_line, field) in enumerate([*bad, *twice], 3) if field is not None]
    result = load(rows)
    assert reasons(result) == expected
    assert not result.applied
    assert not Person.objects.filter(name="Good").exists()
    assert load(rows, skip_bad=True).applied
    assert Membership.objects.filter(person__name="Good", office=Office.HEAD).exists()


def test_a_dry_run_writes_nothing(units: World, load) -> None:  # type: ignore[no-untyped-def]
    result = load("village,Ada,head,elected,,,\n", dry_run=True)
    assert (result.applied, result.counts["added"]) == (False, 1)
    assert [tuple(change) for change in result.examples] == [
        ("added", "village", "Ada", "", "head (elected at a congress)")
    ]
    assert not Membership.objects.exists()


def test_all_changes_are_counted_though_some_are_shown(units: World, load, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(running, "EXAMPLES", 2)
    assert load("village,N1,committee,,,,\nvillage,N2,committee,,,,\n", dry_run=True).unshown == {}
    result = load("".join(f"village,N{n},committee,,,,\n" for n in range(5)), dry_run=True)
    assert (result.changes, result.unshown, len(result.examples)) == ({"added": 5}, {"added": 3}, 2)
    assert result.as_json()["changes"] == {"added": 5}


def test_an_acting_head_makes_room(units: World, load, at: datetime) -> None:  # type: ignore[no-untyped-def]
    acting = factories.member(units["village"], Office.HEAD, came_by=CameBy.ACTING, since=date(2020, 1, 1))
    assert reasons(load("village,Bea,head,acting,,,\n")) == [(2, "office")]
    result = load("village,Ada,head,elected,,,\n")
    assert (result.applied, result.counts["ended"]) == (True, 1)
    assert Membership.objects.get(person=acting).until == timezone.localdate(at)
    assert Entry.objects.filter(kind="office.ended").count() == 1


def test_an_officer_fills_what_she_may_and_learns_nothing_else(units: World, load) -> None:  # type: ignore[no-untyped-def]
    """A deputy of the county: not the head's office, no unit elsewhere, and nobody known only elsewhere."""
    deputy = factories.member(units["county"], Office.DEPUTY)
    factories.member(units["far"], who=factories.person("Far", phone="+8613900000001"))
    result = load(
        "village,A,liaison,,,,\nvillage,B,head,,,,\nfar,C,liaison,,,,\nnowhere,D,liaison,,,,\nvillage,E,deputy,,,13900000001,\n",
        by=deputy,
    )
    assert reasons(result) == [(3, "office"), (4, "unit_code"), (5, "unit_code")]
    assert result.problems[1].reason == result.problems[2].reason


def test_a_file_that_is_no_table_of_officers(units: World, load) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SheetError, match="unit_code, name and office"):
        load("x,y\n", header="code,parent_code\n")


def test_spreadsheets_and_chinese_titles(units: World, tmp_path: Path, at: datetime) -> None:
    file = tmp_path / "officers.xlsx"
    write_table(
        file, ["单位代码", "姓名", "職務", "任职日期", "Remarks"], [["village", "Ada", "执委", "2026/3/8", "x"]]
    )
    result = import_officers(file, by=OPERATOR, at=at)
    assert result.ignored_columns == ["Remarks"]
    assert Membership.objects.get().since == date(2026, 3, 8)
    assert {"姓名", "電話"} <= set(COLUMN_OF)


def test_queries_do_not_grow_with_rows(units: World, load) -> None:  # type: ignore[no-untyped-def]
    counts = []
    for rows in (3, 30):
        with CaptureQueriesContext(connection) as seen:
            load("".join(f"village,N{rows}-{n},committee,,,1390000{rows:02}{n:02},\n" for n in range(rows)))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# in the browser, and at the terminal


def test_look_then_apply_in_the_browser(units: World) -> None:
    head = client_of(factories.member(units["county"], Office.HEAD))
    text = HEADER + "village,Ada,liaison,,,,\nnowhere,Bea,liaison,,,,\n"
    page = head.post("/import/officers/", {"file": SimpleUploadedFile("new.csv", text.encode())}, follow=True)
    body = page.content.decode()
    assert "There is no active unit with this code" in body
    assert "Ada" in body
    run = ImportRun.objects.get()
    address = f"/import/officers/{run.pk}/"
    assert f'href="{address}bad-rows/"' in body
    bad: Any = head.get(address + "bad-rows/")
    assert b"".join(bad.streaming_content).decode("utf-8-sig").splitlines()[1].startswith("3,unit_code,")
    assert 'name="skip_bad"' in body
    assert client_of(factories.member(units["far"], Office.HEAD)).get(address + "bad-rows/").status_code == 404
    assert head.get(f"/units/import/{run.pk}/").status_code == 404, "another kind of import"
    assert head.post(address + "apply/").status_code == 409
    assert head.post(address + "apply/", {"skip_bad": "on"}).status_code == 302
    assert "Being applied" in head.get(address).content.decode()
    outbox.run_due(at=timezone.now() + timedelta(seconds=1))
    assert ("village", "Ada", "LIAISON") in offices()
    assert "Applied" in head.get(address).content.decode()
    assert head.post(address + "drop/").status_code == 409


def test_a_bad_row_says_what_stands_in_the_file(units: World) -> None:
    head = client_of(factories.member(units["county"], Office.HEAD))
    factories.member(units["village"], Office.HEAD)
    text = HEADER + "village,Ada,一把手,,,,\nvillage,Bea,deputy,,2099年1月1日,,\n"
    page = head.post("/import/officers/", {"file": SimpleUploadedFile("new.csv", text.encode())}, follow=True)
    assert [problem["value"] for problem in page.context["problems"]] == ["一把手", "2099年1月1日"]
    address = f"/import/officers/{ImportRun.objects.get().pk}/"
    bad: Any = head.get(address + "bad-rows/")
    lines = b"".join(bad.streaming_content).decode("utf-8-sig").splitlines()[1:]
    assert [line.rpartition(",")[2] for line in lines] == ["一把手", "2099年1月1日"]
    body = page.content.decode()
    assert "No row of this file can be used." in body
    assert address + "apply/" not in body
    assert address + "drop/" in body


def test_rights_are_asked_again_when_the_worker_applies(units: World, at: datetime) -> None:
    helper = factories.member(units["far"])
    give_grant(
        helper,
        units["county"],
        role=Role.LEAD,
        reach=Reach.SUBTREE,
        until=at + timedelta(days=9),
        why="x",
        by=OPERATOR,
        at=at,
    )
    client = client_of(helper)
    client.post(
        "/import/officers/", {"file": SimpleUploadedFile("x.csv", (HEADER + "village,Ada,head,,,,\n").encode())}
    )
    run = ImportRun.objects.get()
    client.post(f"/import/officers/{run.pk}/apply/")
    helper.grants.update(revoked_at=at)
    outbox.run_due(at=timezone.now() + timedelta(seconds=1))
    run.refresh_from_db()
    assert run.state == "refused"
    assert not Person.objects.filter(name="Ada").exists()


def test_a_file_that_is_no_table_is_said_beside_its_field(units: World) -> None:
    head = client_of(factories.member(units["county"], Office.HEAD))
    answer = head.post("/import/officers/", {"file": SimpleUploadedFile("x.csv", b"nothing here")})
    assert answer.status_code == 422
    assert "The first line must name the columns" in answer.content.decode()


def test_the_command(units: World, tmp_path: Path) -> None:
    cli.add_commands() if not cli.app.registered_commands else None
    file = tmp_path / "officers.csv"
    file.write_text(HEADER + "village,Ada,head,,,,\nvillage,,liaison,,,,\n")
    result = CliRunner().invoke(cli.app, ["people", "import", str(file), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0]["line"] == 3
    assert CliRunner().invoke(cli.app, ["people", "import", str(file), "--skip-bad"]).exit_code == 0
    assert offices() == {("village", "Ada", "HEAD")}


def test_staged_rows_are_kept_until_applied(units: World, load, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(staging, "BATCH", 2)
    rows = "".join(f"village,N{n},committee,,,,\n" for n in range(5))
    load(rows, dry_run=True)
    assert ImportBatch.objects.count() == 3
    assert load(rows).applied
    assert (ImportRun.objects.count(), ImportBatch.objects.count()) == (1, 0)


def test_killed_at_any_moment_it_ends_the_same(tmp_path: Path) -> None:
    with scratch(tmp_path) as environment:
        assert call("tests.people.import_workers:load_though_killed", environment) == "150 150 50\n"
