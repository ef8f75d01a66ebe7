"""Pages of roll-ups: totals, the way down, what is missing, what stands out, files, approvals; and their queries."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.units.actions import move_unit
from braid.units.models import Unit
from braid.work.actions import FieldPlan, Filled, approve_part, close_period, fold_all
from braid.work.actions.reports import Filing, file_reports
from braid.work.enums import ApprovalState, FieldKind, ReportState, RollUp
from braid.work.models import Approval, ApprovalEvent, Period, Report, ReportFormRule
from braid.work.queries import unusual_reports
from braid.work.queries.approvals import seal_of
from braid.work.queries.looks import fields_asked, look_for
from braid.work.queries.unusual_reports import unusual_below
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import OPENED, choice, number, period, report, report_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world: SimpleNamespace) -> Period:
    """A period of a form of the nation that every unit is asked: a number, a highest, a choice, a table, a text."""
    cells = {"rows": [{"en": "girls"}, {"en": "boys"}], "columns": [{"en": "few"}, {"en": "many"}]}
    fields = (
        number(),
        number("How many at most?", roll_up=RollUp.MAX, is_required=False),
        choice(is_required=False),
        FieldPlan(FieldKind.TABLE, {"en": "Who came?"}, choices=cells, is_required=False),
        FieldPlan(FieldKind.TEXT, {"en": "What was hard?"}, is_required=False),
        number("On average?", roll_up=RollUp.MEAN, is_required=False),
    )
    return period(report_form(world.nation, fields=fields))


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def approve(period: Period, unit: Unit) -> None:
    approve_part(period, unit, seal=seal_of(period, unit.path), by=OPERATOR, at=OPENED)


def test_a_head_sees_what_lies_below_and_walks_down(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=12_000, f2=7, f3=0, f4=[[1, 2], [3, None]], f5="The way.", f6=3)
    report(asked, world.county, f1=30, f2=9, f3=1, f6=4)
    head = client_of(world.heads["nation"])
    assert "Lessons" in text_of(head, "rollups")
    answer = head.get(reverse("rollup", args=[asked.pk]))
    assert answer.headers["Location"] == reverse("rollup_unit", args=[asked.pk, "nation"])
    for code in ("nation", "province", "county"):
        page = text_of(head, "rollup_unit", asked.pk, code)
        assert "12,030" in page
        table = head.get(reverse("rollup_unit", args=[asked.pk, code])).context["table"]
        assert (table.together.filed.n, table.together.approved.n) == (2, 0)
    assert table.together.expected == 3
    assert [row.unit.code for row in table.rows] == ["township"]
    assert "3.50" in page
    assert "50.0" in page
    leaf = text_of(head, "rollup_unit", asked.pk, "village")
    assert reverse("report_seen", args=[asked.pk, "village"]) in leaf
    assert "The way." in text_of(head, "report_seen", asked.pk, "village")


def test_what_is_not_folded_yet_counts_at_once(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=5)
    fold_all()
    first = report(asked, world.township, f1=6)
    report(asked, world.township, seen=first, at=OPENED + timedelta(minutes=1), f1=8)
    approve(asked, world.township)
    table = client_of(world.heads["nation"]).get(reverse("rollup_unit", args=[asked.pk, "nation"])).context["table"]
    assert table.together.filed.figures["f1"].sum == 13
    assert table.together.approved.figures["f1"].sum == 5


def test_an_answer_counts_where_its_unit_stood(world: SimpleNamespace, asked: Period) -> None:
    move_unit(world.village, world.other, on=OPENED.date(), why="Nearer.", by=OPERATOR, at=OPENED + timedelta(hours=1))
    report(asked, Unit.objects.get(code="village"), f1=5, at=OPENED + timedelta(hours=2))
    head = client_of(world.heads["nation"])
    table = head.get(reverse("rollup_unit", args=[asked.pk, "township"])).context["table"]
    assert [row.unit.code for row in table.rows] == ["village"]
    assert table.together.filed.n == 1
    other = head.get(reverse("rollup_unit", args=[asked.pk, "other"])).context["table"]
    assert (other.rows, other.together.filed.n) == ([], 0)


def test_beyond_her_reach_is_absent(world: SimpleNamespace, asked: Period) -> None:
    county = client_of(world.heads["county"])
    assert county.get(reverse("rollup_unit", args=[asked.pk, "county"])).status_code == 200
    for name in (
        "rollup_unit",
        "rollup_missing",
        "rollup_unusual",
        "rollup_reports",
        "rollup_file",
        "rollup_series",
        "approval",
    ):
        assert county.get(reverse(name, args=[asked.pk, "other"])).status_code == 404
        assert county.get(reverse(name, args=[asked.pk, "province"])).status_code == 404
    assert client_of(world.liaisons["county"]).get(reverse("rollup_unit", args=[asked.pk, "county"])).status_code == 404
    assert county.get(reverse("rollup", args=[asked.pk])).headers["Location"].endswith("/county/")
    only_other = period(report_form(world.other))
    assert county.get(reverse("rollup_unit", args=[only_other.pk, "county"])).status_code == 404
    assert county.get(reverse("rollup", args=[only_other.pk])).status_code == 404


def test_who_is_asked_one_by_one_is_seen_from_above(world: SimpleNamespace) -> None:
    """The rules hang on single units, none of them on the line down to the county; one of these moved away since."""
    alone = [ReportFormRule(unit=unit, is_subtree=False) for unit in (world.village, world.other)]
    asked = period(report_form(world.nation, *alone))
    assert "Lessons" in text_of(client_of(world.heads["county"]), "rollups")
    assert "Lessons" not in text_of(client_of(world.liaisons["county"]), "rollups"), "she sees no unit below"
    move_unit(world.village, world.other, on=OPENED.date(), why="Nearer.", by=OPERATOR, at=OPENED + timedelta(hours=1))
    for name in ("county", "township"):
        client = client_of(world.heads[name])
        assert "Lessons" in text_of(client, "rollups")
        assert client.get(reverse("rollup", args=[asked.pk])).headers["Location"].endswith(f"/{name}/")
        assert len(client.get(reverse("rollup_missing", args=[asked.pk, name])).context["page"].rows) == 1
    nobody = factories.member(factories.unit(world.nation), Office.HEAD)
    assert "Lessons" not in text_of(client_of(nobody), "rollups")


def test_what_is_missing_says_who(world: SimpleNamespace, asked: Period) -> None:
    world.liaisons["township"].phone = "+8613800000000"
    world.liaisons["township"].save()
    report(asked, world.county, f1=1)
    head = client_of(world.heads["county"])
    page = text_of(head, "rollup_missing", asked.pk, "county")
    assert "+8613800000000" in page
    rows = head.get(reverse("rollup_missing", args=[asked.pk, "county"])).context["page"].rows
    assert [row.unit.code for row in rows] == ["township", "village"]
    report(asked, world.township, f1=1)
    report(asked, world.village, f1=1)
    assert "None is missing" in text_of(head, "rollup_missing", asked.pk, "county")


def test_missing_units_are_paged_in_the_order_of_the_tree(world: SimpleNamespace) -> None:
    villages = [factories.unit(world.township) for _ in range(70)] + [factories.unit(world.other) for _ in range(40)]
    asked = period(report_form(world.nation))
    for village in villages[::3]:
        report(asked, village, f1=1)
    fold_all()
    report(asked, villages[1], f1=1)
    head, seen, cursor = client_of(world.heads["nation"]), [], ""
    while True:
        query = {"cursor": cursor} if cursor else {}
        page = head.get(reverse("rollup_missing", args=[asked.pk, "nation"]), query).context["page"]
        seen += [row.unit.pk for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    filed = set(Report.objects.values_list("unit_id", flat=True))
    assert seen == [unit.pk for unit in Unit.objects.order_by("path") if unit.pk not in filed]
    assert head.get(reverse("rollup_missing", args=[asked.pk, "nation"]), {"cursor": "x!"}).status_code == 422


def test_a_number_unlike_usual_is_said_in_words(world: SimpleNamespace) -> None:
    form = report_form(world.nation)
    for month, value in enumerate((20, 22, 19, 21, 20), 1):
        days = {"first_on": date(2026, month, 1), "last_on": date(2026, month, 28)}
        report(period(form, **days), world.village, f1=value)
    fold_all()
    now = period(form)
    report(now, world.village, f1=61)
    page = text_of(client_of(world.heads["nation"]), "rollup_unit", now.pk, "township")
    assert "three times as much as usual" in page
    assert "three times" in text_of(client_of(world.heads["nation"]), "rollup_unit", now.pk, "province")
    series = text_of(client_of(world.heads["nation"]), "rollup_series", now.pk, "nation")
    assert series.count('class="chart-value"') == 12
    assert all(f">{value}<" in series for value in (20, 22, 19, 21, 61))


def test_unlike_usual_in_a_whole_subtree(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    villages = [world.village, *(factories.unit(world.township) for _ in range(5)), factories.unit(world.other)]
    fields = (number(), number("On average?", roll_up=RollUp.MEAN, is_required=False))
    form = report_form(world.nation, fields=fields)
    for month, value in enumerate((20, 22, 19, 21), 1):
        days: dict[str, Any] = {"first_on": date(2026, month, 1), "last_on": date(2026, month, 28)}
        before = period(form, **days)
        for village in villages:
            report(before, village, f1=value, f2=value)
    now = period(form)
    for village, value, mean in zip(villages, (61, 20, 61, 20, 61, 20, 61), (20, 20, 4, 20, 20, 20, 20), strict=True):
        report(now, village, f1=value, f2=mean)
    wild = [villages[place] for place in (0, 2, 4, 6)]
    head = client_of(world.heads["nation"])
    page = head.get(reverse("rollup_unusual", args=[now.pk, "nation"])).context["page"]
    assert [row.unit for row in page.rows] == sorted(wild, key=lambda unit: unit.path)
    assert (page.next_cursor, page.looked_at) == ("", 7)
    first = page.rows[0]
    assert [unit.code for unit in first.above] == ["province", "county", "township"]
    assert [(one.value, one.usual, one.low, one.high) for one in first.numbers] == [("61", "20", "19", "22")]
    (mean,) = [one for row in page.rows for one in row.numbers if one.field.key == "f2"]
    assert (mean.value, mean.low, mean.high) == ("4.00", "19.00", "22.00")
    text = text_of(head, "rollup_unusual", now.pk, "township")
    assert "usually 20, from 19 to 22" in text
    assert text.count("three times as much") == 3
    assert reverse("rollup_unusual", args=[now.pk, "nation"]) in text_of(head, "rollup_unit", now.pk, "nation")

    monkeypatch.setattr(unusual_reports, "LOOKED_AT", 4)
    look = look_for(world.heads["nation"], now.pk, "nation")
    for size, pages in ((1, 4), (50, 2)):
        seen, looked, cursor = [], [], ""
        while True:
            part = unusual_below(look, fields_asked(now), cursor=cursor, size=size)
            seen += [row.unit.pk for row in part.rows]
            looked.append(part.looked_at)
            cursor = part.next_cursor
            if not cursor:
                break
        assert seen == [row.unit.pk for row in page.rows]
        assert sum(looked) == 7
        assert len(looked) == pages
    assert head.get(reverse("rollup_unusual", args=[now.pk, "nation"]), {"cursor": "x!"}).status_code == 422


def test_texts_are_listed_and_reports_behind_a_number(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=1, f5="The way is far.")
    report(asked, world.township, f1=1)
    approve(asked, world.township)
    head = client_of(world.heads["county"])
    page = text_of(head, "rollup_reports", asked.pk, "county", field="f5")
    assert "The way is far." in page
    assert page.count("/report/") == 1
    assert text_of(head, "rollup_reports", asked.pk, "county").count("/report/") == 2
    assert text_of(head, "rollup_reports", asked.pk, "county", show="approved").count("/report/") == 1
    assert head.get(reverse("rollup_reports", args=[asked.pk, "county"]), {"field": "f99"}).status_code == 404


def test_a_table_is_seen_unit_by_unit_too(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=5, f4=[[1, 2], [1_300, None]])
    report(asked, world.township, f1=5, f4=[[2, None], [None, None]])
    head = client_of(world.heads["county"])
    page = head.get(reverse("rollup_unit", args=[asked.pk, "county"]), {"field": "f4"})
    assert page.context["columns"] == ["girls · few", "girls · many", "boys · few", "boys · many"]
    assert [[cell for _words, cell in cells] for _row, cells in page.context["lines"]] == [
        ["3", "2", "1,300", ""],
        ["", "", "", ""],
    ]


def test_the_table_is_a_file(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=5, f2=3, f3=0, f4=[[1, 2], [3, None]], f5="=HYPERLINK(1)")
    world.village.name = "=cmd()"
    world.village.save()
    head = client_of(world.heads["nation"])
    file = reverse("rollup_file", args=[asked.pk, "nation"])
    lines = head.get(file).getvalue().decode().splitlines()
    assert lines[1].startswith(f"{world.province},province,5,1,0,5,")
    assert lines[-1].startswith("Together,,6,1,0,5,")
    deep = head.get(file, {"deep": "1"}).getvalue().decode().splitlines()
    assert deep[1] == f"'=cmd(),village,reported,{timezone.localtime(OPENED).date()},5,3,well,1,2,3,,'=HYPERLINK(1),"
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    report(asked, world.township, at=late, f1=1)
    deep = head.get(file, {"deep": "1"}).getvalue().decode()
    assert f",township,reported,{timezone.localdate(late)},1," in deep, "the day where people are"
    answer = head.get(file, {"deep": "1", "form": "xlsx"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
    assert [row[1] for row in sheet.to_python()[1:]] == ["township", "village"]


def test_approving_sending_back_and_reopening(world: SimpleNamespace, asked: Period) -> None:
    filed = report(asked, world.village, f1=5)
    head = client_of(world.heads["township"])
    page = text_of(head, "approval", asked.pk, "township")
    seal = head.get(reverse("approval", args=[asked.pk, "township"])).context["standing"].seal
    assert seal in page
    assert "waits for parts below" in text_of(client_of(world.heads["county"]), "approval", asked.pk, "county")
    stale = head.post(reverse("approval_give", args=[asked.pk, "township"]), {"seal": "x"})
    assert stale.status_code == 409
    assert "Something changed since you looked" in stale.content.decode()
    assert seal in stale.content.decode()
    assert not Approval.objects.filter(unit=world.township, state=ApprovalState.IN_FORCE).exists()
    head.post(reverse("approval_give", args=[asked.pk, "township"]), {"seal": seal})
    assert Approval.objects.get().state == ApprovalState.IN_FORCE
    assert "Now county approves it" in text_of(head, "approval", asked.pk, "township").replace(
        str(world.county), "county"
    )
    again = client_of(world.heads["county"])
    assert "It lies in an approved part" in text_of(again, "report_seen", asked.pk, "village")
    assert head.post(reverse("approval_reopen", args=[asked.pk, "township"]), {"why": ""}).status_code == 422
    head.post(reverse("approval_reopen", args=[asked.pk, "township"]), {"why": "A slip."})
    assert "A slip." in text_of(head, "approval", asked.pk, "township")
    head.post(reverse("report_send_back", args=[asked.pk, "village"]), {"why": "Count again."})
    filed.refresh_from_db()
    assert filed.state == ReportState.DRAFT
    assert "Count again." in text_of(head, "report_seen", asked.pk, "village")
    assert head.post(reverse("report_send_back", args=[asked.pk, "village"]), {"why": "x"}).status_code == 409


def test_who_may_not_approve(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=5)
    member = factories.member(world.township, Office.COMMUNICATIONS)
    her = client_of(member)
    assert "head of" in text_of(her, "approval", asked.pk, "township")
    assert her.post(reverse("approval_give", args=[asked.pk, "township"]), {"seal": "x"}).status_code == 403
    assert her.post(reverse("report_send_back", args=[asked.pk, "village"]), {"why": "x"}).status_code == 403
    close_period(asked, by=OPERATOR, at=OPENED)
    head = client_of(world.heads["township"])
    assert head.post(reverse("report_send_back", args=[asked.pk, "village"]), {"why": "x"}).status_code == 409


def test_a_correction_says_what_it_reopened(world: SimpleNamespace, asked: Period) -> None:
    first = report(asked, world.village, f1=5)
    approve(asked, world.township)
    approve(asked, world.county)
    first.refresh_from_db()
    report(asked, world.village, seen=first, at=OPENED + timedelta(hours=1), f1=6)
    page = text_of(client_of(world.heads["county"]), "approval", asked.pk, "county")
    assert "A slip." in page
    assert "Reopened with it:" in page
    seen = text_of(client_of(world.heads["county"]), "report_seen", asked.pk, "village")
    assert "was approved" in seen


def test_each_part_is_reopened_for_the_reason_of_a_report_below_it(world: SimpleNamespace, asked: Period) -> None:
    here, there = factories.unit(world.township, code="t-1"), factories.unit(world.other, code="o-1")
    late = factories.unit(world.county, code="c-1")
    first = [report(asked, unit, f1=5) for unit in (here, there)]
    report(asked, factories.unit(late, code="l-1"), f1=5)
    parts = (world.township, late, world.county, world.other, world.province)
    for part in parts:
        approve(asked, part)
    for each in first:
        each.refresh_from_db()
    corrected = [
        Filing(each.unit, Filled({"f1": 6}), each, why)
        for each, why in zip(first, ("A slip here.", "A slip there."), strict=True)
    ]
    file_reports(asked, [Filing(late, Filled({"f1": 1})), *corrected], by=OPERATOR, at=OPENED + timedelta(hours=1))
    why = dict(ApprovalEvent.objects.filter(state=ApprovalState.REOPENED).values_list("approval__unit__code", "why"))
    assert why == {"township": "A slip here.", "county": "A slip here.", "other": "A slip there."} | {
        "province": "A slip here."
    }


def test_a_first_report_that_comes_late_says_so_where_it_reopens(world: SimpleNamespace, asked: Period) -> None:
    report(asked, world.village, f1=5)
    approve(asked, world.township)
    page = text_of(client_of(world.heads["township"]), "approval", asked.pk, "township")
    assert "A report came late." not in page
    report(asked, factories.unit(world.township), f1=5)
    page = text_of(client_of(world.heads["township"]), "approval", asked.pk, "township")
    assert "A report came late." in page


def test_pages_take_a_fixed_number_of_queries(world: SimpleNamespace) -> None:
    head = client_of(world.heads["nation"])
    few: dict[str, int] = {}
    form = report_form(world.nation)
    period(form, first_on=date(2025, 1, 1), last_on=date(2025, 1, 2))
    for turn, wanted in enumerate((3, 30)):
        villages = [factories.unit(world.township) for _ in range(wanted)]
        days: dict[str, Any] = {"first_on": date(2026, turn + 1, 1), "last_on": date(2026, turn + 1, 2)}
        asked = period(form, **days)
        for village in villages[: wanted // 2 + 1]:
            report(asked, village, f1=1, f2=2)
        approve(asked, world.township)
        pages = {
            "rollup_unit": "township",
            "rollup_missing": "nation",
            "rollup_unusual": "nation",
            "rollup_reports": "nation",
            "approval": "township",
        }
        found = {
            name: queries_of(lambda name=name, code=code, pk=asked.pk: text_of(head, name, pk, code))  # type: ignore[misc]
            for name, code in pages.items()
        }
        found["rollups"] = queries_of(lambda: text_of(head, "rollups"))
        file = reverse("rollup_file", args=[asked.pk, "township"])
        found["file"] = queries_of(lambda file=file: b"".join(head.get(file)))  # type: ignore[misc]
        assert turn == 0 or found == few
        few = found


def test_without_what_makes_pdfs_there_is_none(
    world: SimpleNamespace, asked: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("braid.work.views.rollups.can_make_pdf", lambda: False)
    file = reverse("rollup_file", args=[asked.pk, "nation"])
    got = [client_of(world.heads["nation"]).get(file, {"form": form}).status_code for form in ("csv", "pdf")]
    assert got == [200, 404]


def test_the_table_is_a_pdf_too(world: SimpleNamespace, asked: Period) -> None:
    pytest.importorskip("typst")
    report(asked, world.village, f1=3, f3=1, f4=[[1, 2], [3, None]])
    narrow = period(report_form(world.nation, fields=(number(),)))
    for made in (asked, narrow):
        file = reverse("rollup_file", args=[made.pk, "nation"])
        for language in ("en", "zh-hans"):
            answer = client_of(world.heads["nation"]).get(file, {"form": "pdf"}, headers={"Accept-Language": language})
            assert answer["Content-Type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-")
