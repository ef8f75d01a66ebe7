"""Filling in reports: due, pre-filled from the journal, corrected with a reason, kept, filed, filed again, read with history."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from braid.journal.actions import fold
from braid.kernel.access import OPERATOR
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.actions import FieldPlan, Filled, close_period, file_report, open_period, send_back
from braid.work.enums import FieldKind
from braid.work.models import Period, Report, ReportFormRule
from braid.work.queries.counted import counts_for, entries_for
from braid.work.queries.reports import reports_due_for
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import OPENED, choice, number, period, report_form

pytestmark = pytest.mark.django_db

IN_OCTOBER = datetime.fromisoformat("2026-10-10T04:00:00+00:00")


def happened(unit: Unit, kind: str, amount: int = 1, *, at: datetime = IN_OCTOBER) -> None:
    record(unit, Strand.CONTACT, kind, amount, at=at)


def asked(world: SimpleNamespace, *fields: FieldPlan, rules: tuple[ReportFormRule, ...] = (), **days: Any) -> Period:
    return period(report_form(world.county, *rules, fields=fields, minutes=1), **days)


def fill(client: Client, period: Period, code: str = "village", **data: Any) -> Any:
    return client.post(reverse("report_fill", args=[period.pk, code]), {"based_on": "new", "_act": "file", **data})


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def stamp(report: Report) -> str:
    return f"{report.state}.{report.version}.{report.changed_at.isoformat()}"


@pytest.fixture
def hers(world: SimpleNamespace) -> Client:
    return client_of(world.heads["village"])


def test_what_is_due_stands_on_today_and_on_its_page(world: SimpleNamespace, hers: Client) -> None:
    soon = asked(world, number("Later"), due_on=date(2026, 12, 9))
    asked(world, number("First"), first_on=date(2026, 9, 1), due_on=date(2026, 11, 3))
    assert [place.period.due_on.month for place in reports_due_for(world.heads["village"], at=timezone.now())] == [
        11,
        12,
    ]
    page = text_of(hers, "reports_due")
    assert "Lessons" in page
    assert "late" in page
    assert "Fill in and report" in text_of(hers, "today")
    fill(hers, soon, f1="4")
    assert [place.period for place in reports_due_for(world.heads["village"], at=timezone.now())] != [soon]
    assert "Reported lately" in text_of(hers, "reports_due")
    assert "Nothing is to be reported" in text_of(client_of(world.heads["province"]), "reports_due")
    assert "Reports" in text_of(hers, "my_unit", "village")


def test_only_units_the_rules_mean_are_asked(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number(), rules=(ReportFormRule(unit=world.township, is_subtree=False),))
    assert not reports_due_for(world.heads["village"], at=timezone.now())
    assert hers.get(reverse("report_fill", args=[made.pk, "village"])).status_code == 404
    assert reports_due_for(world.heads["township"], at=timezone.now())


def test_a_draft_is_kept_with_gaps_and_filed_later(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number(), number("How many hours?", places=1), choice())
    assert fill(hers, made, f1="1,204", f2="2.5", _act="draft").status_code == 302
    begun = Report.objects.get()
    assert (begun.state, begun.values) == ("draft", {"f1": 1204, "f2": 25})
    assert "begun" in text_of(hers, "reports_due")
    page = text_of(hers, "report_fill", made.pk, "village")
    assert 'value="2.5"' in page
    short = fill(hers, made, based_on=stamp(begun), f1="1204", f2="2.5")
    assert short.status_code == 422
    assert "This must be answered." in short.content.decode()
    assert fill(hers, made, based_on=stamp(begun), f1="1204", f2="2.5", f3="1", minutes="12").status_code == 302
    begun.refresh_from_db()
    assert (begun.state, begun.values, begun.minutes) == ("filed", {"f1": 1204, "f2": 25, "f3": 1}, 12)
    page = text_of(hers, "report", made.pk, "village")
    assert "badly" in page
    assert "it took 12 minutes" in page


def test_every_kind_of_answer_comes_and_goes(world: SimpleNamespace, hers: Client) -> None:
    table = FieldPlan(
        FieldKind.TABLE,
        {"en": "By age"},
        choices={"rows": [{"en": "young"}, {"en": "old"}], "columns": [{"en": "women"}, {"en": "men"}]},
    )
    text, day = FieldPlan(FieldKind.TEXT, {"en": "What?"}), FieldPlan(FieldKind.DATE, {"en": "When?"})
    made = asked(world, table, text, day)
    bad = fill(hers, made, f1_0_0="many", f2="Songs", f3="2026-11-31")
    assert bad.status_code == 422
    assert "Write a whole number." in bad.content.decode()
    assert '<span class="hidden">young · </span>women</label>' in bad.content.decode(), (
        "beside its row, the column is enough"
    )
    assert fill(hers, made, f1_0_0="3", f1_1_1="4", f2="Songs", f3="2026-11-30").status_code == 302
    filed = Report.objects.get()
    assert filed.values == {"f1": [[3, None], [None, 4]], "f2": "Songs", "f3": "2026-11-30"}
    page = text_of(hers, "report", made.pk, "village")
    assert "Mon 30 Nov 2026" in page
    assert 'value="4"' in text_of(hers, "report_fill", made.pk, "village")


def test_what_the_journal_counted_is_filed_unless_she_says_why_not(world: SimpleNamespace, hers: Client) -> None:
    happened(world.village, "person.joined", 3)
    happened(world.village, "person.joined", 9, at=IN_OCTOBER - timedelta(days=40))
    made = asked(world, number("New members", bound_to="person.joined"), number("Groups", bound_to="group.opened"))
    page = text_of(hers, "report_fill", made.pk, "village")
    assert '<span class="num">3</span>' in page
    assert "counted by the system" in page
    unsaid = fill(hers, made, f1="5")
    assert unsaid.status_code == 422
    assert "Say why it is not what was counted." in unsaid.content.decode()
    assert fill(hers, made, f1="5", f1_why="Two came on paper.").status_code == 302
    filed = Report.objects.get()
    assert (filed.values, filed.counted) == ({"f1": 5, "f2": 0}, {"f1": 3, "f2": 0})
    assert filed.reasons == {"f1": "Two came on paper."}
    page = text_of(hers, "report", made.pk, "village")
    assert "The system counted: 3 · Two came on paper." in page
    rows = text_of(hers, "report_counted", made.pk, "village", "f1")
    assert "Sat 10 Oct 2026" in rows
    assert text_of(hers, "report_counted", made.pk, "village", "f2").count("<tr>") == 0


@pytest.mark.parametrize("is_folded", [False, True])
def test_a_count_covers_all_below_unless_they_are_asked_too(world: SimpleNamespace, is_folded: bool) -> None:
    for unit, amount in ((world.county, 1), (world.township, 2), (world.village, 4)):
        happened(unit, "person.joined", amount)
    if is_folded:
        fold()
    bound = (number("New members", bound_to="person.joined"),)
    everybody = asked(world, *bound)
    one = asked(
        world, *bound, rules=(ReportFormRule(unit=world.township, is_subtree=False),), first_on=date(2026, 10, 2)
    )
    for made, unit, value in ((everybody, world.village, 4), (everybody, world.township, 2), (one, world.township, 6)):
        count = counts_for(made, unit)["f1"]
        assert (count.value, count.is_own_only) == (value, value == 2)
        assert sum(row.amount for row in entries_for(made, unit, count).rows) == value


def test_a_count_is_right_before_anybody_was_counted(world: SimpleNamespace) -> None:
    happened(world.village, "person.joined", 4)
    made = report_form(world.county, fields=(number(bound_to="person.joined"),))
    days = {"first_on": date(2026, 10, 1), "last_on": date(2026, 10, 31), "due_on": date(2026, 11, 9)}
    fresh = open_period(made, by=OPERATOR, at=OPENED, **days)
    assert counts_for(fresh, world.township)["f1"].value == 0
    assert counts_for(fresh, world.village)["f1"].value == 4


def test_a_small_count_is_not_shown_and_may_be_left_out(world: SimpleNamespace, hers: Client) -> None:
    happened(world.village, "survey.answered", 4)
    bound = number("Answers to surveys", bound_to="survey.answered", is_required=False)
    made = asked(world, bound)
    page = text_of(hers, "report_fill", made.pk, "village")
    assert "The system counted only a few." in page
    rows = text_of(hers, "report_counted", made.pk, "village", "f1")
    assert "The system counted only a few." in rows
    assert "<table" not in rows
    assert fill(hers, made).status_code == 302
    assert (Report.objects.get().values, Report.objects.get().counted) == ({}, {})


def test_answers_of_last_time_are_offered_and_marked(world: SimpleNamespace, hers: Client) -> None:
    picture = FieldPlan(FieldKind.FILE, {"en": "A picture"}, is_required=False)
    made = report_form(world.county, fields=(number(), choice(), picture))
    first = period(made)
    file_report(first, world.village, Filled({"f1": 7, "f2": 1}), by=OPERATOR, at=OPENED)
    Report.objects.update(values={"f1": 7, "f2": 1, "f3": 12})
    second = period(made, first_on=date(2026, 11, 1), last_on=date(2026, 11, 30), due_on=date(2026, 12, 7))
    page = text_of(hers, "report_fill", second.pk, "village")
    assert "Last time: 7" in page
    assert 'value="7"' not in page
    assert "Begin with the answers of last time" in page
    begun = text_of(hers, "report_fill", second.pk, "village", last="1")
    assert 'value="7"' in begun
    assert begun.count("As last time. Change it if it is otherwise.") == 2, "a file stays with its own report"
    assert "Last time: 7" not in begun


def test_a_correction_needs_a_reason_and_keeps_what_was_said(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number())
    fill(hers, made, f1="4")
    filed = Report.objects.get()
    assert fill(hers, made, based_on=stamp(filed), f1="5").status_code == 422
    assert fill(hers, made, based_on=stamp(filed), f1="5", why="A slip.").status_code == 302
    page = text_of(hers, "report", made.pk, "village")
    assert "What was corrected: A slip." in page
    assert "<strong>5</strong>" in page
    assert "<strong>4</strong>" in page


def test_what_was_sent_back_says_why_and_is_due_again(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number())
    fill(hers, made, f1="4")
    send_back(Report.objects.get(), why="Count the evening lessons too.", by=world.heads["county"], at=timezone.now())
    for name, args in (("reports_due", ()), ("report_fill", (made.pk, "village")), ("report", (made.pk, "village"))):
        assert "Count the evening lessons too." in text_of(hers, name, *args)
    assert "sent back" in text_of(hers, "today")


def test_two_hands_on_one_report_are_shown_to_each_other(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number(), FieldPlan(FieldKind.TEXT, {"en": "What?"}))
    fill(client_of(world.liaisons["village"]), made, f1="4", f2="Theirs", _act="draft")
    clash = fill(hers, made, f1="5", f2="Mine")
    assert clash.status_code == 422
    page = clash.content.decode()
    assert "Somebody changed this report meanwhile." in page
    assert "Theirs" in page
    assert "Mine" in page
    begun = Report.objects.get()
    assert begun.values == {"f1": 4, "f2": "Theirs"}
    assert fill(hers, made, based_on=stamp(begun), f1="5", f2="Mine").status_code == 302


def test_a_form_that_comes_twice_is_filed_once(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number())
    for _ in range(2):
        answer = fill(hers, made, f1="4", _key="a" * 32)
        assert (answer.status_code, answer["Location"]) == (302, reverse("report", args=[made.pk, "village"]))
    assert Report.objects.get().version == 1


def test_a_closed_period_is_read_and_takes_nothing(world: SimpleNamespace, hers: Client) -> None:
    made = asked(world, number())
    close_period(made, by=OPERATOR, at=timezone.now())
    assert hers.get(reverse("report_fill", args=[made.pk, "village"])).status_code == 302
    assert "This period is closed" in text_of(hers, "report", made.pk, "village")
    assert fill(hers, made, f1="4").status_code == 409
    assert not reports_due_for(world.heads["village"], at=timezone.now())


def test_strangers_find_nothing(world: SimpleNamespace) -> None:
    made = asked(world, number(bound_to="person.joined"))
    for person in (factories.person(), world.heads["other"]):
        client = client_of(person)
        for name, rest in (("report", ()), ("report_fill", ()), ("report_counted", ("f1",)), ("report_paper", ())):
            assert client.get(reverse(name, args=[made.pk, "village", *rest])).status_code == 404


def test_pages_take_the_same_queries_however_much_there_is(world: SimpleNamespace) -> None:
    person: Person = world.heads["village"]

    def due(count: int, start: int) -> None:
        for day in range(count):
            on = date(2026, 9, 1) + timedelta(days=start + day)
            asked(world, number(bound_to="person.joined"), first_on=on, last_on=on)

    due(3, 0)
    client = client_of(person)
    text_of(client, "reports_due")
    few = queries_of(lambda: text_of(client, "reports_due"))
    due(27, 3)
    assert queries_of(lambda: text_of(client, "reports_due")) == few
    short = asked(world, number(), first_on=date(2026, 8, 1))
    many = asked(world, *(number() for _ in range(30)), first_on=date(2026, 8, 2))
    few = queries_of(lambda: text_of(client, "report_fill", short.pk, "village"))
    assert queries_of(lambda: text_of(client, "report_fill", many.pk, "village")) == few


def test_it_is_printed_with_what_was_counted(world: SimpleNamespace, hers: Client) -> None:
    pytest.importorskip("typst")
    happened(world.village, "person.joined", 3)
    made = asked(world, number("New members", bound_to="person.joined"))
    assert "Counted: 3" in text_of(hers, "report_paper", made.pk, "village")
    answer = hers.get(reverse("report_pdf", args=[made.pk, "village"]))
    assert answer["Content-Type"] == "application/pdf"
