"""Typing in for many units: what was counted, bad cells by unit, good rows on request, rows that were overtaken."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.kernel.access import OPERATOR
from braid.kernel.ledger import Strand, record
from braid.kernel.models import ImportRun
from braid.kernel.sheets import write_table
from braid.work.actions import (
    FieldPlan,
    Filled,
    add_check,
    add_field,
    change_field,
    close_period,
    file_report,
    publish_version,
)
from braid.work.checking import ANSWERED, Check
from braid.work.enums import FieldKind
from braid.work.models import Period, Report, ReportFormRule
from braid.work.queries.rollups import part_below
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import OPENED, choice, form_draft, number, period, report_form

pytestmark = pytest.mark.django_db

Rows = list[list[str]]
IN_OCTOBER = datetime.fromisoformat("2026-10-10T04:00:00+00:00")
TABLE = FieldPlan(
    FieldKind.TABLE,
    {"en": "By age"},
    is_required=False,
    choices={"rows": [{"en": "young"}, {"en": "old"}], "columns": [{"en": "women"}, {"en": "men"}]},
)
DAY = FieldPlan(FieldKind.DATE, {"en": "When?"}, is_required=False)


@pytest.fixture
def villages(world: SimpleNamespace) -> list[str]:
    """Three villages of the township: the one of the world, and two more."""
    for code in ("hamlet", "farm"):
        factories.unit(world.township, name=code, code=code)
    return ["village", "hamlet", "farm"]


@pytest.fixture
def made(world: SimpleNamespace, villages: list[str]) -> Period:
    record(world.village, Strand.CONTACT, "person.joined", 3, at=IN_OCTOBER)
    fields = (number(low=0), choice(is_required=False), number("New members", bound_to="person.joined"), TABLE, DAY)
    return period(report_form(world.county, fields=fields))


@pytest.fixture
def hers(world: SimpleNamespace) -> Client:
    return client_of(world.heads["township"])


def taken(client: Client, made: Period, code: str = "township") -> Rows:
    body = client.get(reverse("bulk_file", args=[made.pk, code])).getvalue()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def typed(rows: Rows, code: str, **cells: str) -> Rows:
    """The table with `cells` by key of a column in the line of a unit."""
    titles = [title.rpartition("[")[2].rstrip("]") for title in rows[0]]
    line = next(row for row in rows if row[0] == code)
    for key, text in cells.items():
        line[titles.index(key)] = text
    return rows


def bring(client: Client, made: Period, rows: Rows, folder: Path, code: str = "township") -> Any:
    path = folder / "answers.xlsx"
    write_table(path, rows[0], rows[1:])
    file = SimpleUploadedFile("answers.xlsx", path.read_bytes())
    return client.post(reverse("bulk_reports", args=[made.pk, code]), {"file": file})


def looked_at(client: Client, answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"]).content.decode()


def test_a_township_types_for_its_villages(world: SimpleNamespace, hers: Client, made: Period, tmp_path: Path) -> None:
    assert (
        "0 of 3 units below have reported."
        in hers.get(reverse("bulk_reports", args=[made.pk, "township"])).content.decode()
    )
    rows = taken(hers, made)
    assert [row[0] for row in rows[1:]] == ["village", "hamlet", "farm"]
    typed(rows, "village", f1="12", f2="badly", f4_0_1="5", f5="2026-11-03")
    typed(rows, "hamlet", f1="7", f3="2", f3_why="Two on paper.")
    there = bring(hers, made, rows, tmp_path)
    page = looked_at(hers, there)
    assert "Report 2 lines" in page
    assert not Report.objects.exists()
    hers.post(there["Location"])
    one, two = Report.objects.order_by("unit_id")
    assert one.values == {"f1": 12, "f2": 1, "f3": 3, "f4": [[None, 5], [None, None]], "f5": "2026-11-03"}
    assert (two.values, two.counted, two.reasons) == ({"f1": 7, "f3": 2}, {"f3": 0}, {"f3": "Two on paper."})
    assert part_below(made.rollup, world.township.path).filed.figures["f1"].sum == 19
    assert hers.get(there["Location"]).status_code == 404, "done"
    assert "Lines left alone" in looked_at(hers, bring(hers, made, taken(hers, made), tmp_path))


def test_whoever_can_type_for_units_below_finds_it(world: SimpleNamespace, hers: Client, made: Period) -> None:
    address = reverse("bulk_reports", args=[made.pk, "township"])
    page = hers.get(reverse("reports_due")).content.decode()
    assert address in page
    assert "3 units below" in page
    for person in (world.heads["village"], world.liaisons["township"], world.heads["other"]):
        assert "Type in for many units" not in client_of(person).get(reverse("reports_due")).content.decode()


def test_it_is_found_also_where_units_are_asked_one_by_one(world: SimpleNamespace, hers: Client) -> None:
    form = report_form(world.nation, ReportFormRule(unit=world.village, is_subtree=False))
    asked = period(form)
    assert reverse("bulk_reports", args=[asked.pk, "township"]) in hers.get(reverse("reports_due")).content.decode()
    elsewhere = client_of(world.heads["other"]).get(reverse("reports_due")).content.decode()
    assert reverse("bulk_reports", args=[asked.pk, "other"]) not in elsewhere


def test_bad_cells_are_listed_and_good_rows_go_only_on_request(hers: Client, made: Period, tmp_path: Path) -> None:
    rows = typed(taken(hers, made), "village", f1="12")
    typed(rows, "hamlet", f1="a few", f2="so so")
    typed(rows, "farm", f1="-1", f3="4")[3][0] = "nowhere"
    there = bring(hers, made, rows, tmp_path)
    page = looked_at(hers, there)
    for words in ("hamlet", "Write a whole number.", "a few", "Choose one of the answers.", "so so"):
        assert words in page
    assert "This unit is not asked below yours." in page
    assert "Report the 1 good line" in page
    assert hers.post(there["Location"]).status_code == 409
    assert not Report.objects.exists()
    hers.post(there["Location"], {"leave_out_bad": "1"})
    assert Report.objects.get().unit.code == "village"


def test_what_is_wrong_across_questions_is_said_beside_one_and_a_file_that_lacks_too(
    world: SimpleNamespace, hers: Client, tmp_path: Path
) -> None:
    form = form_draft(world.county)
    for each in (number("People"), choice(), TABLE, FieldPlan(FieldKind.FILE, {"en": "A list"})):
        add_field(form, each, by=OPERATOR, at=OPENED)
    ages, told = {"en": "The ages do not add up."}, {"en": "Say by age who came."}
    for check in (Check(("f3",), "=", ("f1",), ages), Check(("f3",), ANSWERED, (), told, when="f2#1")):
        add_check(form, check, by=OPERATOR, at=OPENED)
    publish_version(form, by=OPERATOR, at=OPENED)
    made = period(form)
    rows = typed(taken(hers, made), "village", f1="5", f2="badly")
    page = looked_at(hers, bring(hers, made, rows, tmp_path))
    assert "4. A list" in page
    assert "This must be answered." in page
    change_field(form, "f4", FieldPlan(FieldKind.FILE, {"en": "A list"}, is_required=False), by=OPERATOR, at=OPENED)
    publish_version(form, by=OPERATOR, at=OPENED)
    made = period(form, first_on=date(2026, 9, 1))
    for cells, words in (({}, told), ({"f3_0_0": "4"}, ages)):
        rows = typed(taken(hers, made), "village", f1="5", f2="badly", **cells)
        page = looked_at(hers, bring(hers, made, rows, tmp_path))
        assert "3. By age" in page
        assert words["en"] in page
    there = bring(hers, made, typed(rows, "village", f3_1_1="1"), tmp_path)
    hers.post(there["Location"])
    assert Report.objects.get().values["f3"] == [[4, None], [None, 1]]


def test_a_row_that_somebody_overtook_is_said_and_not_filed(
    world: SimpleNamespace, hers: Client, made: Period, tmp_path: Path
) -> None:
    rows = typed(typed(taken(hers, made), "village", f1="12"), "hamlet", f1="1")
    there = bring(hers, made, rows, tmp_path)
    assert "Report 2 lines" in looked_at(hers, there)
    file_report(made, world.village, Filled({"f1": 99, "f3": 3}), by=OPERATOR, at=timezone.now())
    page = looked_at(hers, there)
    assert "Somebody reported meanwhile." in page
    hers.post(there["Location"], {"leave_out_bad": "1"})
    assert Report.objects.get(unit=world.village).values["f1"] == 99
    assert Report.objects.count() == 2


def test_a_correction_in_the_table_needs_a_reason(
    world: SimpleNamespace, hers: Client, made: Period, tmp_path: Path
) -> None:
    file_report(made, world.village, Filled({"f1": 4, "f3": 3}, counted={"f3": 3}), by=OPERATOR, at=timezone.now())
    rows = typed(taken(hers, made), "village", f1="5")
    assert "Say what was corrected." in looked_at(hers, bring(hers, made, rows, tmp_path))
    there = bring(hers, made, typed(rows, "village", why="A slip."), tmp_path)
    hers.post(there["Location"])
    assert Report.objects.get().values["f1"] == 5


def test_what_is_no_such_table_is_refused_in_words(hers: Client, made: Period) -> None:
    address = reverse("bulk_reports", args=[made.pk, "township"])
    answer = hers.post(address, {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert "The first line must name the columns" in answer.content.decode()


def test_a_table_can_be_forgotten_and_belongs_to_who_brought_it(
    world: SimpleNamespace, hers: Client, made: Period, tmp_path: Path
) -> None:
    there = bring(hers, made, typed(taken(hers, made), "village", f1="1"), tmp_path)
    run = ImportRun.objects.get()
    for person in (world.heads["county"], world.heads["other"], factories.person()):
        assert client_of(person).get(there["Location"]).status_code == 404
    hers.post(reverse("bulk_forget", args=[run.pk]))
    assert hers.get(there["Location"]).status_code == 404
    assert not Report.objects.exists()


def test_a_closed_period_takes_no_table(world: SimpleNamespace, hers: Client, made: Period, tmp_path: Path) -> None:
    there = bring(hers, made, typed(taken(hers, made), "village", f1="1"), tmp_path)
    close_period(made, by=OPERATOR, at=timezone.now())
    assert hers.post(there["Location"]).status_code == 409
    assert not Report.objects.exists()


def test_who_may_not(world: SimpleNamespace, made: Period) -> None:
    for name, code in (("other", "township"), ("village", "township"), ("village", "village")):
        client = client_of(world.heads[name])
        assert client.get(reverse("bulk_reports", args=[made.pk, code])).status_code == 404


def test_the_queries_do_not_grow_with_the_rows(world: SimpleNamespace, hers: Client, made: Period) -> None:
    address = reverse("bulk_reports", args=[made.pk, "township"])
    hers.get(address)
    few = queries_of(lambda: hers.get(address))
    for number_of in range(27):
        factories.unit(world.township, name=f"v{number_of}", code=f"v{number_of}")
    more = period(report_form(world.county, fields=(number(), number("New members", bound_to="person.joined"))))
    address = reverse("bulk_reports", args=[more.pk, "township"])
    assert "of 30 units" in hers.get(address).content.decode()
    assert queries_of(lambda: hers.get(address)) == few


def test_too_many_units_are_refused_in_words(hers: Client, made: Period, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("braid.work.queries.bulk_reports.MOST_UNITS", 2)
    answer = hers.get(reverse("bulk_reports", args=[made.pk, "township"]))
    assert answer.status_code == 422
    assert "a table holds at most 2" in answer.content.decode()
