"""Reports at the API: read as on the pages, and brought by another system: each once, each refusal with its field."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.kernel.access import OPERATOR
from braid.kernel.ledger import Strand, record
from braid.people.actions import make_token
from braid.people.models import Person
from braid.work.actions import FieldPlan, add_check, add_field, approve_part, close_period, publish_version
from braid.work.checking import ANSWERED, Check
from braid.work.enums import FieldKind, RollUp
from braid.work.models import Period, Report, ReportFormRule, ReportVersion
from braid.work.queries.approvals import seal_of
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import OPENED, choice, form_draft, number, period, report, report_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world: SimpleNamespace) -> Period:
    """A period that asks a number with two decimals and a choice."""
    return period(report_form(world.nation, fields=(number(places=2), choice(is_required=False))))


def key_of(person: Person, *permissions: str) -> dict[str, str]:
    at = timezone.now()
    _token, secret = make_token(person, name="x", permissions=list(permissions), days=365, by=person, at=at)
    return {"Authorization": f"Bearer {secret}"}


def push(asked: Period, headers: dict[str, str], *rows: dict[str, Any]) -> Any:
    path = f"/api/v1/periods/{asked.pk}/reports"
    return Client().post(path, {"rows": list(rows)}, content_type="application/json", headers=headers)


def row(unit: str, key: str = "1", **values: Any) -> dict[str, Any]:
    return {"key": key, "unit": unit, "values": values}


def test_it_tells_what_the_page_tells(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=125_050, f2=1)
    report(asked, world.county, f1=100, f2=0)
    head = client_of(world.heads["county"])
    assert [form["title"] for form in head.get("/api/v1/forms").json()["rows"]] == ["Lessons"]
    assert [one["id"] for one in head.get("/api/v1/periods").json()["rows"]] == [asked.pk]
    questions = head.get(f"/api/v1/periods/{asked.pk}").json()["questions"]
    assert [(one["key"], one["places"], one["choices"]) for one in questions] == [
        ("f1", 2, []),
        ("f2", 0, ["well", "badly"]),
    ]
    table = head.get(f"/api/v1/periods/{asked.pk}/table").json()
    assert table["unit"] == "county"
    assert table["together"]["filed"] == {"reports": 2, "values": {"f1": "1251.50", "f2": [1, 1]}}
    assert table["together"]["approved"]["reports"] == 0
    assert [(one["unit"], one["expected"]) for one in table["rows"]] == [("township", 2)]
    listed = head.get(f"/api/v1/periods/{asked.pk}/reports", {"size": 1}).json()
    assert [one["unit"] for one in listed["rows"]] == ["county"]
    again = head.get(f"/api/v1/periods/{asked.pk}/reports", {"size": 1, "cursor": listed["next"]}).json()
    assert (again["rows"][0]["values"], again["next"]) == ({"f1": "1250.50", "f2": 1}, "")
    one = client_of(world.liaisons["village"]).get(f"/api/v1/periods/{asked.pk}/reports/village")
    assert one.json()["values"] == {"f1": "1250.50", "f2": 1}


def test_it_tells_of_units_below_that_are_asked_one_by_one(world: SimpleNamespace) -> None:
    one = period(report_form(world.nation, ReportFormRule(unit=world.village, is_subtree=False)))
    period(report_form(world.nation, ReportFormRule(unit=world.other, is_subtree=False)))
    for name in ("village", "township", "county"):
        head = client_of(world.heads[name])
        assert [each["id"] for each in head.get("/api/v1/periods").json()["rows"]] == [one.pk]
        assert [each["id"] for each in head.get("/api/v1/forms").json()["rows"]] == [one.form_id]
        assert head.get(f"/api/v1/periods/{one.pk}").status_code == 200


def test_beyond_her_reach_is_absent(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.county, f1=100)
    village = client_of(world.heads["village"])
    nowhere = village.get(f"/api/v1/periods/{asked.pk}/reports/nowhere")
    for path in ("table?unit=county", "reports?unit=county", "reports/county"):
        answer = village.get(f"/api/v1/periods/{asked.pk}/{path}")
        assert (answer.status_code, answer.content) == (404, nowhere.content)
    only_other = period(report_form(world.other))
    assert village.get(f"/api/v1/periods/{only_other.pk}").status_code == 404
    assert village.get("/api/v1/forms").json()["rows"][0]["unit"] == "nation"


def test_a_batch_is_filed_once_and_refusals_say_why(world: SimpleNamespace, asked: Period) -> None:
    key = key_of(world.heads["county"], "work.view", "reports.file")
    told = push(
        asked,
        key,
        row("village", f1="1250.50", f2=1),
        row("township", f1="many"),
        row("other", f1=1),
        row("village", "2", f1=1),
        row("county", f1=3, f9=1),
    ).json()
    assert [one["state"] for one in told] == ["filed", "refused", "refused", "refused", "refused"]
    assert [list(one["fields"]) for one in told] == [[], ["f1"], [], [], ["f9"]]
    assert Report.objects.get().values == {"f1": 125_050, "f2": 1}
    assert push(asked, key, row("village", f1="9")).json()[0]["state"] == "known"
    assert push(asked, key, row("village", "3", f1="1250.5", f2=1)).json()[0]["state"] == "same"
    without_why = push(asked, key, row("village", "4", f1=9)).json()[0]
    assert (without_why["state"], list(without_why["fields"])) == ("refused", ["why"])
    assert push(asked, key, {**row("village", "4", f1=9), "why": "A slip."}).json()[0]["state"] == "filed"
    assert Report.objects.get().version == 2
    assert ReportVersion.objects.get().replaced_why == "A slip."
    assert push(asked, key, row("village", f1="1250.50", f2=1)).json()[0]["state"] == "known"


def test_what_the_journal_counted_stands_unless_a_reason_is_given(world: SimpleNamespace) -> None:
    happened = datetime(2026, 10, 10, 4, tzinfo=UTC)
    for unit in (world.village, world.township):
        record(unit, Strand.CONTACT, "person.joined", 4, at=happened)
    bound = number("New members", bound_to="person.joined")
    asked = period(report_form(world.nation, fields=(bound, number(is_required=False))))
    key = key_of(world.heads["county"], "work.view", "reports.file")
    told = push(asked, key, row("village", f1=5), row("township", f2=1), row("county", f1=0)).json()
    assert [one["state"] for one in told] == ["refused", "filed", "filed"]
    assert told[0]["fields"] == {"f1": "Say why it is not what was counted."}
    left_out, county = Report.objects.get(unit=world.township), Report.objects.get(unit=world.county)
    assert (left_out.values, left_out.counted, left_out.reasons) == ({"f1": 4, "f2": 1}, {"f1": 4}, {})
    assert (county.values, county.counted, county.reasons) == ({"f1": 0}, {"f1": 0}, {})
    why = {"reasons": {"f1": " Ms Li joined on paper. ", "f2": "x"}}
    assert push(asked, key, {**row("village", f1=5), **why}).json()[0]["state"] == "filed"
    village = Report.objects.get(unit=world.village)
    assert (village.values, village.counted) == ({"f1": 5}, {"f1": 4})
    assert village.reasons == {"f1": "Ms Li joined on paper."}
    assert push(asked, key, row("village", "2", f1=5)).json()[0]["state"] == "same"


def test_a_file_does_not_come_as_a_number(world: SimpleNamespace) -> None:
    picture = FieldPlan(FieldKind.FILE, {"en": "A picture"}, is_required=False)
    asked = period(report_form(world.nation, fields=(number(), picture)))
    key = key_of(world.heads["county"], "work.view", "reports.file")
    (told,) = push(asked, key, row("village", f1=1, f2=12)).json()
    assert told["state"] == "refused"
    assert told["fields"] == {"f2": "A file does not come this way. Add it on the page of the report."}
    report(asked, world.village, f1=1, f2=12)
    assert push(asked, key, {**row("village", f1=2), "why": "A slip."}).json()[0]["state"] == "filed"
    assert Report.objects.get().values == {"f1": 2, "f2": 12}, "the one that was added on the page stays"


CELLS = {"rows": [{"en": "girls"}, {"en": "boys"}], "columns": [{"en": "few"}, {"en": "many"}]}
WHOLE = (
    FieldPlan(FieldKind.TABLE, {"en": "Who?"}, choices=CELLS, places=1),
    choice(),
    FieldPlan(FieldKind.DATE, {"en": "When?"}, is_required=False),
    *(number(str(way.label), roll_up=way, places=2, is_required=False) for way in RollUp),
)


def test_all_kinds_come_in_add_up_and_go_out_alike(world: SimpleNamespace) -> None:
    asked = period(report_form(world.nation, fields=WHOLE))
    key, head = key_of(world.heads["county"], "work.view", "reports.file"), client_of(world.heads["county"])
    brought = {
        "village": {"f1": [["1.5", 2], [None, "3"]], "f2": 1, "f3": "2026-11-02"}
        | {f"f{n}": "2.50" for n in range(4, 9)},
        "township": {"f1": [["1.0", None], [None, None]], "f2": 0} | {f"f{n}": "4.25" for n in range(4, 9)},
    }
    told = push(asked, key, *(row(unit, **values) for unit, values in brought.items())).json()
    assert [one["state"] for one in told] == ["filed", "filed"], told
    came = {one["unit"]: one["values"] for one in head.get(f"/api/v1/periods/{asked.pk}/reports").json()["rows"]}
    assert came["village"] == brought["village"] | {"f1": [["1.5", "2.0"], [None, "3.0"]]}
    told = push(asked, key, *(row(unit, "again", **values) for unit, values in came.items())).json()
    assert [one["state"] for one in told] == ["same", "same"], "what went out comes in as it is"
    approve_part(asked, world.township, seal=seal_of(asked, world.township.path), by=OPERATOR, at=timezone.now())
    below = head.get(f"/api/v1/periods/{asked.pk}/table", {"unit": "county"}).json()["rows"]
    assert below[0]["filed"]["values"] == {
        "f1": [["2.5", "2.0"], [None, "3.0"]],
        "f2": [1, 1],
        **dict(zip(("f4", "f5", "f6", "f7", "f8"), ("6.75", "2.50", "4.25", "3.3750", "4.25"), strict=True)),
    }
    assert below[0]["approved"]["values"]["f1"] == [["1.5", "2.0"], [None, "3.0"]]
    header, *_rows, together = rows_of(head, asked, form="xlsx")
    assert header[5:7] == ["Who? girls, few (reported)", "Who? girls, few (approved)"]
    reported, approved = together[5:13:2], together[6:13:2]
    assert (reported, approved) == (["2.5", "2.0", "", "3.0"], ["1.5", "2.0", "", "3.0"])
    assert together[13::2] == ["1", "1", "6.75", "2.50", "4.25", "3.3750", "4.25"]
    assert rows_of(head, asked, form="csv") == [header, *_rows, together]
    _header, township, village = rows_of(head, asked, form="csv", deep="1")
    assert township[4:] == ["1.0", "", "", "", "well", "", *["4.25"] * 5]
    assert village[4:] == ["1.5", "2.0", "", "3.0", "badly", "2026-11-02", *["2.50"] * 5]


def rows_of(client: Client, asked: Period, **query: str) -> list[list[str]]:
    """The file of the township: its table or every report."""
    body = client.get(reverse("rollup_file", args=[asked.pk, "township"]), query).getvalue()
    if query["form"] == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return [
        list(map(str, row))
        for row in CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    ]


def test_what_is_wrong_across_questions_is_said_and_can_be_read_before(world: SimpleNamespace) -> None:
    form = form_draft(world.nation)
    for each in (number("People"), choice(), number("Of them new", is_required=False)):
        add_field(form, each, by=OPERATOR, at=OPENED)
    add_check(form, Check(("f3",), "<=", ("f1",), {"en": "Too many."}, plus="2"), by=OPERATOR, at=OPENED)
    add_check(form, Check(("f3",), ANSWERED, (), {"en": "Count them."}, when="f1>0"), by=OPERATOR, at=OPENED)
    publish_version(form, by=OPERATOR, at=OPENED)
    asked = period(form)
    key = key_of(world.heads["county"], "work.view", "reports.file")
    assert Client().get(f"/api/v1/periods/{asked.pk}", headers=key).json()["checks"] == [
        "Of them new ≤ People + 2: Too many.",
        "If “People” is more than 0: “Of them new” must be answered: Count them.",
    ]
    told = push(asked, key, row("village", f1=1, f2=0), row("township", f1=1, f2=0, f3=4), row("county", f1=0, f2=0))
    assert [one["fields"] for one in told.json()] == [{"f3": "Count them."}, {"f3": "Too many."}, {}]
    assert Report.objects.get().unit == world.county


def test_who_may_push(world: SimpleNamespace, asked: Period) -> None:
    one = row("county", f1=1)
    assert push(asked, key_of(world.heads["county"], "work.view"), one).status_code == 403
    assert push(asked, key_of(world.heads["county"], "reports.file"), one).status_code == 404
    member = factories.member(world.county)
    assert push(asked, key_of(member, "work.view", "reports.file"), one).status_code == 404
    assert client_of(world.heads["county"]).post(f"/api/v1/periods/{asked.pk}/reports").status_code == 401
    liaison = key_of(world.liaisons["county"], "work.view", "reports.file")
    told = push(asked, liaison, one, row("village", f1=1)).json()
    assert [one["state"] for one in told] == ["filed", "refused"]
    push(asked, liaison, {**row("county", "3", f1=3), "why": "x", "minutes": 25})
    assert Report.objects.get(unit=world.county).minutes == 25
    close_period(asked, by=OPERATOR, at=timezone.now())
    assert push(asked, liaison, {**row("county", "2", f1=2), "why": "x"}).status_code == 409


def test_queries_do_not_grow(world: SimpleNamespace, asked: Period) -> None:
    asked = period(report_form(world.nation, fields=(number(), number(bound_to="person.joined"))))
    key, costs = key_of(world.heads["county"], "work.view", "reports.file"), []
    head = client_of(world.heads["county"])
    push(asked, key, row("county", f1=1))
    for turn, wanted in enumerate((3, 30)):
        codes = [factories.unit(world.township).code for _ in range(wanted)]
        rows = [row(code, str(turn), f1=1) for code in codes]
        paths = [f"{asked.pk}/table?unit=township", f"{asked.pk}/reports?unit=township", f"{asked.pk}"]
        found = [queries_of(lambda rows=rows: push(asked, key, *rows))]  # type: ignore[misc]
        found += [queries_of(lambda path=path: head.get(f"/api/v1/periods/{path}")) for path in paths]  # type: ignore[misc]
        costs.append(found)
    assert costs[0] == costs[1]
