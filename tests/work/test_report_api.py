"""Reports at the API: read as on the pages, and brought by another system: each once, each refusal with its field."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.people.actions import make_token
from braid.people.models import Person
from braid.work.actions import close_period
from braid.work.models import Period, Report, ReportFormRule, ReportVersion
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import choice, number, period, report, report_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world: SimpleNamespace) -> Period:
    """A period that asks a number with two decimals and a choice."""
    return period(report_form(world.nation, fields=(number(places=2), choice(is_required=False))))


def key_of(person: Person, *permissions: str) -> dict[str, str]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
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
    close_period(asked, by=OPERATOR, at=timezone.now())
    assert push(asked, liaison, {**row("county", "2", f1=2), "why": "x"}).status_code == 409


def test_queries_do_not_grow(world: SimpleNamespace, asked: Period) -> None:
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
