"""Directives and the burden meter at the API: what the pages say, a page at a time, and nothing beyond her reach."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from python_calamine import CalamineWorkbook

from braid.kernel.access import OPERATOR
from braid.work.actions import close_directive, report_done
from braid.work.models import Directive, DirectiveRule
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.directives import DUE, SENT

LATER = SENT + timedelta(hours=1)
OVER = SENT + timedelta(days=40)


@pytest.fixture
def directive(world: SimpleNamespace) -> Directive:
    """Of the province, to all below."""
    return factories.directive(world.province, over_budget_why="The flood.")


def asked(person: Any, path: str, **query: Any) -> Any:
    answer = client_of(person).get(f"/api/v1{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_unit_reads_what_it_is_asked(world: SimpleNamespace, directive: Directive) -> None:
    her, early = world.liaisons["village"], DUE - timedelta(days=9)
    factories.directives.passing(directive, world.township, DirectiveRule(unit=world.village), at=SENT, due_on=early)
    ended = factories.directive(world.county, sent_at=SENT - timedelta(days=2), title="Count the wells")
    report_done(ended, world.village, words="Three.", by=her, at=LATER)
    close_directive(ended, by=OPERATOR, at=LATER)
    with time_machine.travel(SENT + timedelta(days=25), tick=False):
        found = asked(her, "/directives")
        assert (found["unit"], found["next"]) == ("village", "")
        assert [(row["title"], row["state"], row["handling"]) for row in found["rows"]] == [
            ("Visit every family", "sent", "not_opened"),
            ("Count the wells", "closed", "reported"),
        ]
        first = found["rows"][0]
        assert (first["due_on"], first["due_on_here"], first["is_late"]) == (DUE.isoformat(), early.isoformat(), True)
        page = asked(her, "/directives", unit="village", size=1)
        again = asked(her, "/directives", unit="village", size=1, cursor=page["next"])
        assert [row["id"] for row in (*page["rows"], *again["rows"])] == [directive.pk, ended.pk]
        assert again["next"] == ""
        one = asked(her, f"/directives/{directive.pk}")
        assert (one["steps"], one["over_budget_why"], one["unit"]) == (
            ["Make a list", "Visit"],
            "The flood.",
            "province",
        )
        client = client_of(her)
        absent = client.get("/api/v1/directives?unit=other")
        assert (absent.status_code, client.get("/api/v1/directives?unit=none").content) == (404, absent.content)
        assert client.get(f"/api/v1/directives/{directive.pk}/status").status_code == 404
        assert client.get("/api/v1/directives?cursor=x!").status_code == 422


def test_what_ended_is_not_late(world: SimpleNamespace, directive: Directive) -> None:
    close_directive(directive, by=OPERATOR, at=LATER)
    with time_machine.travel(OVER, tick=False):
        (row,) = asked(world.liaisons["village"], "/directives")["rows"]
        assert (row["state"], row["handling"], row["is_late"]) == ("closed", "not_opened", False)


def test_the_status_is_that_of_the_page(world: SimpleNamespace, directive: Directive) -> None:
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    with time_machine.travel(OVER, tick=False):
        found = asked(world.heads["province"], f"/directives/{directive.pk}/status")
        assert found["unit"] == "province"
        assert found["together"] == {
            "expected": 4, "not_opened": 3, "opened": 0, "in_work": 0, "reported": 1, "returned": 0, "approved": 0, "late": 3,
        }  # fmt: skip
        assert [(row["level"], row["expected"], row["late"]) for row in found["levels"]] == [
            (3, 2, 2), (4, 1, 1), (5, 1, 0),
        ]  # fmt: skip
        rows = [(row["unit"], row["handling"], row["expected"], row["late"]) for row in found["rows"]]
        assert rows == [("county", "not_opened", 3, 2), ("other", "not_opened", 1, 1)]
        below = asked(world.heads["province"], f"/directives/{directive.pk}/status", unit="township")
        assert [(row["unit"], row["handling"]) for row in below["rows"]] == [("village", "reported")]


def test_the_status_is_a_file_too(world: SimpleNamespace, directive: Directive) -> None:
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    world.other.name = "=cmd()"
    world.other.save()
    file = reverse("directive_status_file", args=[directive.pk, "province"])
    with time_machine.travel(OVER, tick=False):
        head = client_of(world.heads["province"])
        assert file in head.get(reverse("directive_status_unit", args=[directive.pk, "province"])).content.decode()
        lines = head.get(file).getvalue().decode().splitlines()
        assert (
            lines[0].removeprefix("\ufeff")
            == "Unit or level,Code,asked,not opened,opened,in work,reported,returned,approved,late"
        )
        assert lines[1] == "Together,,4,3,0,0,1,0,0,3"
        assert lines[-2:] == ["county,county,3,2,0,0,1,0,0,2", "'=cmd(),other,1,1,0,0,0,0,0,1"]
        answer = head.get(file, {"form": "xlsx"})
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
        assert sheet.to_python()[-1][1:3] == ["other", "1"]


def test_a_draft_has_no_status(world: SimpleNamespace) -> None:
    draft = factories.directive(world.province, sent_at=None)
    head = client_of(world.heads["province"])
    for address in (
        f"/api/v1/directives/{draft.pk}/status",
        f"/api/v1/directives/{draft.pk}/status?unit=province",
        reverse("directive_status", args=[draft.pk]),
        reverse("directive_status_unit", args=[draft.pk, "province"]),
    ):
        assert head.get(address).status_code == 404


def test_the_burden_is_that_of_the_page(world: SimpleNamespace, directive: Directive) -> None:
    with time_machine.travel(LATER, tick=False):
        found = asked(world.liaisons["village"], "/burden/village", month="2026-11")
        assert (found["unit"], found["month"], found["minutes"]) == ("village", "2026-11", 30)
        (thing,) = found["things"]
        assert (thing["kind"], thing["id"], thing["unit"], thing["minutes"]) == (
            "directive",
            directive.pk,
            "province",
            30,
        )
        assert (thing["took"], thing["over_budget_why"]) == (None, "The flood.")
        assert [(row["directives"], row["minutes"]) for row in found["levels"]] == [(1, 30)]
        assert found["months"][0] == {"month": "2026-11", "things": 1, "minutes": 30}
        assert len(found["months"]) == 12
        client = client_of(world.liaisons["village"])
        assert client.get("/api/v1/burden/county").status_code == 404
        for month in ("2026-13", "2027-01", "x"):
            assert client.get("/api/v1/burden/village", {"month": month}).status_code == 422


def test_it_takes_as_many_queries_for_many_as_for_few(world: SimpleNamespace) -> None:
    head = client_of(world.heads["province"])

    def costs(directive: Directive) -> list[int]:
        paths = ("directives?unit=county&size=100", f"directives/{directive.pk}/status?unit=township", "burden/village")
        return [queries_of(lambda path=path: head.get(f"/api/v1/{path}")) for path in paths]  # type: ignore[misc]

    with time_machine.travel(OVER, tick=False):
        first = factories.directive(world.province)
        report_done(first, world.village, words="Done.", by=OPERATOR, at=LATER)
        costs(first)
        few = costs(first)
        for _ in range(12):
            factories.unit(world.township)
            last = factories.directive(world.province)
            report_done(last, world.village, words="Done.", by=OPERATOR, at=LATER)
        costs(last)
        assert costs(last) == few
