"""The head's page: its numbers, the rows behind them, and its weekly mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.contact.actions import ask_question
from braid.insight.actions import begin_weekly_mail, next_monday, owe_weekly_mails, stop_weekly_mail
from braid.insight.hooks import HeadGroup
from braid.insight.models import WeeklyMail
from braid.insight.queries.branches import branches_of
from braid.insight.queries.head import head_of
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import NotAllowed
from braid.kernel.ledger import Strand, record
from braid.people.enums import Office, Reach, Role
from braid.people.models import ChosenChannel, Grant, Membership, Person
from braid.units.actions import move_unit
from braid.units.models import Unit
from braid.work.actions import ask_about_directive, decline_about_directive, fold_all, report_done
from braid.work.enums import DirectiveState
from braid.work.models import DirectiveQuestion, DirectiveRule, ReportFormRule
from braid.work.queries import earlier_days
from braid.work.queries.overdue import Overdue, overdue_directives
from tests.clients import client_of, queries_of
from tests.factories import directive, directives, member, notice, period, person, report, report_form, tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"county": {"east": {"v1": {}}, "west": {}}, "other": {}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return member(units["county"], Office.HEAD, who=person("Wang Xiuying", email="wang@example.org"))


def page_on(head: Person, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        return client_of(head).get("/head/county/").content.decode()


def figures(head: Person, unit: Unit, at: datetime) -> dict[str, tuple[int | None, int | None]]:
    page = head_of(branches_of(head, unit, at=at))
    return {str(each.label): (each.value, each.of) for group in page.figures.values() for each in group}


def test_what_is_alive_and_what_is_vacant(units: dict[str, Unit], head: Person, now: datetime) -> None:
    member(units["east"], Office.HEAD)
    record(units["v1"], Strand.WORK, "visit.logged", at=now - timedelta(days=29))
    record(units["west"], Strand.WORK, "visit.logged", at=now - timedelta(days=31))
    record(units["other"], Strand.WORK, "visit.logged", at=now)
    found = figures(head, units["county"], now)
    assert found["Branches with anything in 30 days"] == (1, 2)
    assert found["Units without a head"] == (2, 4)
    assert found["Units without a liaison officer"] == (4, 4)


def test_what_waits_below_leads_to_its_rows(
    units: dict[str, Unit], head: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("east", "other"):
        call = notice(units[name], title=f"Lanterns {name}")
        ask_question(call, "When?", by=member(units[name], Office.LIAISON), at=now)
    assert figures(head, units["county"], now)["Questions about notices without an answer"] == (1, None)
    ask_question(notice(units["west"]), "Where?", by=member(units["west"], Office.LIAISON), at=now)
    monkeypatch.setattr("braid.insight.queries.head.MOST_COUNTED", 1)
    assert figures(head, units["county"], now)["Questions about notices without an answer"] == (1, None)
    assert ">1+</a>" in client_of(head).get("/head/county/").content.decode()
    page = client_of(head).get("/head/county/waiting/questions/")
    assert "Lanterns east" in page.content.decode()
    assert "Lanterns other" not in page.content.decode()
    assert client_of(head).get("/head/county/waiting/nothing/").status_code == 404


def test_what_is_late_is_counted_in_units(units: dict[str, Unit], head: Person) -> None:
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    made = directive(
        units["nation"], sent_at=now - timedelta(days=10), due_on=timezone.localdate(now) - timedelta(days=2)
    )
    report_done(made, units["east"], words="Done.", by=OPERATOR, at=now - timedelta(days=3))
    asked = period(report_form(units["nation"]), at=now - timedelta(days=9))
    report(asked, units["v1"], at=now - timedelta(days=3), f1=2)
    found = figures(head, units["county"], now)
    assert found["Answers to directives past due"] == (2, None)
    assert found["Reports past due"] == (2, None)
    assert "Answers to directives past due" not in figures(head, units["county"], now - timedelta(days=2))


def test_what_is_settled_or_asks_nobody_below_hides_nothing(units: dict[str, Unit], head: Person) -> None:
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, today = now - timedelta(days=20), timezone.localdate(now)
    for days in range(9, 2, -1):
        settled = directive(
            units["nation"], DirectiveRule(unit=units["east"]), sent_at=sent_at, due_on=today - timedelta(days=days)
        )
        for name in ("east", "v1"):
            report_done(settled, units[name], words="Done.", by=OPERATOR, at=sent_at + timedelta(days=1))
        directive(
            units["nation"], DirectiveRule(unit=units["other"]), sent_at=sent_at, due_on=today - timedelta(days=days)
        )
    form = report_form(units["nation"], over_budget_why="It has to be.")
    for days in range(9, 2, -1):
        with_form = directive(units["nation"], sent_at=sent_at, due_on=today - timedelta(days=days), form=form)
        with_form.state = DirectiveState.CLOSED
        with_form.save()
    for is_folded in (False, True):
        assert [each for each in figures(head, units["county"], now) if "past due" in each] == []
        if not is_folded:
            fold_all()
    alone = directive(units["nation"], sent_at=sent_at, due_on=today - timedelta(days=2), title="Mend the roof")
    asked = period(
        report_form(units["nation"], over_budget_why="It has to be."), at=sent_at, due_on=today - timedelta(days=1)
    )
    report_done(alone, units["west"], words="Done.", by=OPERATOR, at=now)
    report(asked, units["west"], at=now, f1=2)
    for _turn in range(2):
        found = figures(head, units["county"], now)
        assert found["Answers to directives past due"] == (2, None)
        assert found["Reports past due"] == (2, None)
        fold_all()
    page = page_on(head, now)
    assert f"/directives/{alone.pk}/status/county/" in page, "the only one"
    assert f"/rollups/{asked.pk}/at/county/missing/" in page


def test_several_late_things_are_a_list(units: dict[str, Unit], head: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, today = now - timedelta(days=20), timezone.localdate(now)
    for number in range(3):
        due_on = today - timedelta(days=number + 1)
        made = directive(units["nation"], sent_at=sent_at, due_on=due_on, title=f"Lanterns {number}")
        period(
            report_form(units["nation"], title={"en": f"Lessons {number}"}, over_budget_why="It has to be."),
            at=sent_at,
            due_on=due_on,
        )
    report_done(made, units["v1"], words="Done.", by=OPERATOR, at=now)
    early = directive(units["nation"], sent_at=sent_at, due_on=today + timedelta(days=9), title="Early")
    directives.passing(early, units["county"], DirectiveRule(unit=units["east"]), at=sent_at, due_on=today)
    later = now + timedelta(days=1)
    found = figures(head, units["county"], later)
    assert found["Answers to directives past due"] == (3 + 3 + 2 + 2, None)
    assert found["Reports past due"] == (9, None)
    page = page_on(head, later)
    assert "/head/county/behind/directives/" in page
    assert "/head/county/behind/reports/" in page
    monkeypatch.setattr("braid.insight.queries.head.BEHIND_PER_PAGE", 3)
    with time_machine.travel(later, tick=False):
        first = client_of(head).get("/head/county/behind/directives/")
        cursor = first.context["page"].next_cursor
        rest = client_of(head).get("/head/county/behind/directives/", {"cursor": cursor})
        reports = client_of(head).get("/head/county/behind/reports/")
        assert client_of(head).get("/head/county/behind/nothing/").status_code == 404
        assert client_of(head).get("/head/v1/behind/reports/").context["lines"] == []
        for answer in (first, rest, reports):
            for line in answer.context["lines"]:
                assert client_of(head).get(line.href).status_code == 200
    said = [(line.title, line.what) for answer in (first, rest) for line in answer.context["lines"]]
    assert said == [
        ("Lanterns 2", "2 units are late"),
        ("Lanterns 1", "3 units are late"),
        ("Lanterns 0", "3 units are late"),
        ("Early", "2 units are late"),
    ]
    assert [line.title for line in reports.context["lines"]] == ["Lessons 2", "Lessons 1", "Lessons 0"]
    assert "3 units are late" in reports.content.decode()


def test_a_list_of_late_things_takes_as_many_queries_for_any_number_of_them(
    units: dict[str, Unit], head: Person
) -> None:
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, today = now - timedelta(days=20), timezone.localdate(now)
    costs: list[dict[str, int]] = []
    for wanted in (2, 12):
        for _ in range(wanted):
            late = directive(units["nation"], sent_at=sent_at, due_on=today - timedelta(days=1))
            report_done(late, units["v1"], words="Done.", by=OPERATOR, at=now)
            early = directive(units["nation"], sent_at=sent_at, due_on=today + timedelta(days=9))
            directives.passing(early, units["county"], at=sent_at, due_on=today - timedelta(days=1))
            asked = period(
                report_form(units["nation"], over_budget_why="It has to be."),
                at=sent_at,
                due_on=today - timedelta(days=1),
            )
            report(asked, units["v1"], at=now, f1=1)
            report(asked, units["east"], at=now, f1=1)
        client = client_of(head)
        with time_machine.travel(now, tick=False):
            client.get("/head/county/")  # what a process keeps is kept now
            costs.append(
                {
                    name: queries_of(partial(client.get, f"/head/county/{name}"))
                    for name in ("behind/directives/", "behind/reports/", "behind/approvals/", "")
                }
            )
    assert costs[0] == costs[1]


def test_what_moved_away_is_late_where_it_was_asked(units: dict[str, Unit], head: Person) -> None:
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, past = now - timedelta(days=10), timezone.localdate(now) - timedelta(days=2)
    made = directive(units["nation"], DirectiveRule(unit=units["v1"], is_subtree=False), sent_at=sent_at, due_on=past)
    asked = period(
        report_form(units["nation"], ReportFormRule(unit=units["v1"], is_subtree=False)), at=sent_at, due_on=past
    )
    move_unit(units["v1"], units["other"], on=past, why="Nearer.", by=OPERATOR, at=now - timedelta(days=1))
    found = figures(head, units["county"], now)
    assert (found["Answers to directives past due"], found["Reports past due"]) == ((1, None), (1, None))
    with time_machine.travel(now, tick=False):
        for page in (f"/directives/{made.pk}/status/county/", f"/rollups/{asked.pk}/at/county/missing/"):
            assert client_of(head).get(page).status_code == 200
        assert str(asked.form) in client_of(head).get("/rollups/").content.decode()
    other = figures(member(units["other"], Office.HEAD), Unit.objects.get(pk=units["other"].pk), now)
    assert "Answers to directives past due" not in other


def test_several_periods_to_approve_are_a_list(units: dict[str, Unit], head: Person, now: datetime) -> None:
    for number in range(2):
        asked = period(report_form(units["nation"], title={"en": f"Lessons {number}"}))
        report(asked, units["west"], f1=2)
        period(report_form(units["nation"], title={"en": f"Silence {number}"}))
    assert "/head/county/behind/approvals/" in client_of(head).get("/head/county/").content.decode()
    answer = client_of(head).get("/head/county/behind/approvals/")
    assert [(line.title, line.what) for line in answer.context["lines"]] == [
        ("Lessons 0", "1 report waits for your approval"),
        ("Lessons 1", "1 report waits for your approval"),
    ]
    for line in answer.context["lines"]:
        assert client_of(head).get(line.href).status_code == 200
    assert client_of(head).get("/head/county/behind/approvals/?cursor=x").status_code == 422
    watch = member(units["county"], who=person("Li Na", email="li@example.org"))
    Grant.objects.create(
        person=watch,
        unit=units["county"],
        unit_path=units["county"].path,
        role=Role.VIEW,
        reach=Reach.SUBTREE,
        since=now,
    )
    assert client_of(watch).get("/head/county/").status_code == 200
    assert client_of(watch).get("/head/county/behind/approvals/").status_code == 404


def test_questions_about_directives_wait_too(units: dict[str, Unit], head: Person, now: datetime) -> None:
    label = "Questions about directives without an answer"
    for name in ("east", "other", "nation"):
        made = directive(units[name], sent_at=now - timedelta(days=1), title=f"Roofs {name}")
        ask_about_directive(made, units[name], "Whose?", by=member(units[name], Office.LIAISON), at=now)
    assert figures(head, units["county"], now)[label] == (1, None)
    page = client_of(head).get("/head/county/waiting/directive-questions/").content.decode()
    assert "Roofs east" in page
    assert "Roofs other" not in page
    assert "Roofs nation" not in page
    question = DirectiveQuestion.objects.get(unit=units["east"])
    assert client_of(head).get(f"/directives/{question.directive_id}/questions/").status_code == 200
    decline_about_directive(question, why="It says so.", by=OPERATOR, at=now)
    assert figures(head, units["county"], now)[label] == (0, None)


def test_what_asks_only_single_units_below_counts_as_well(units: dict[str, Unit], head: Person) -> None:
    """Nobody on the line down to the county is named by a rule, and yet its villages are asked, and it approves."""
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, past = now - timedelta(days=10), timezone.localdate(now) - timedelta(days=2)
    single = [DirectiveRule(unit=units[name], is_subtree=False) for name in ("v1", "west", "other")]
    directive(units["nation"], *single, sent_at=sent_at, due_on=past)
    rules = [ReportFormRule(unit=units[name], is_subtree=False) for name in ("v1", "west", "other")]
    asked = period(report_form(units["nation"], *rules), at=now - timedelta(days=9))
    found = figures(head, units["county"], now)
    assert (found["Answers to directives past due"], found["Reports past due"]) == ((2, None), (2, None))
    report(asked, units["west"], at=now, f1=2)
    found = figures(head, units["county"], now)
    assert (found["Reports past due"], found["Reports and parts to approve"]) == ((1, None), (1, None))


def test_an_earlier_day_set_on_the_way_counts(
    units: dict[str, Unit], head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, today = at - timedelta(days=10), timezone.localdate(at)
    made = directive(units["nation"], sent_at=sent_at, due_on=today + timedelta(days=9))
    for rule, days in ((units["v1"], 2), (units["west"], 0)):
        due_on = today - timedelta(days=days)
        directives.passing(made, units["county"], DirectiveRule(unit=rule), at=sent_at, due_on=due_on)
    directives.passing(made, units["nation"], DirectiveRule(unit=units["other"]), at=sent_at, due_on=today)
    what = "Answers to directives past due"
    assert what not in figures(head, units["county"], at - timedelta(days=2)), "the day itself is not past"
    for days, late in ((1, 1), (0, 1), (-1, 2), (-9, 2), (-10, 3)):
        assert figures(head, units["county"], at - timedelta(days=days))[what] == (late, None)
    assert f"/directives/{made.pk}/status/county/" in page_on(head, at)
    assert what not in figures(member(units["other"], Office.HEAD), units["other"], at + timedelta(days=1)), "alone"
    with monkeypatch.context() as patch:
        patch.setattr(earlier_days, "MOST_UNITS", 0)
        assert figures(head, units["county"], at)[what] == (None, None)
    report_done(made, units["v1"], words="Done.", by=OPERATOR, at=at)
    assert what not in figures(head, units["county"], at)


def test_earlier_days_take_as_many_queries_for_any_number_of_directives(units: dict[str, Unit]) -> None:
    at = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, today = at - timedelta(days=10), timezone.localdate(at)

    def make(number: int) -> None:
        for _ in range(number):
            made = directive(units["nation"], sent_at=sent_at, due_on=today + timedelta(days=9))
            for name in ("county", "east"):
                directives.passing(made, units[name], at=sent_at, due_on=today - timedelta(days=1))

    def asked() -> tuple[int, Overdue]:
        with CaptureQueriesContext(connection) as captured:
            found = overdue_directives(units["county"], on=today)
        return len(captured), found

    make(1)
    asked()  # the tree is read
    few, one = asked()
    make(4)
    many, five = asked()
    assert (one.answers, five.answers, five.things) == (3, 15, 5)
    assert many == few


def test_series_are_whole_weeks(units: dict[str, Unit], head: Person, now: datetime) -> None:
    monday = now - timedelta(days=timezone.localdate(now).weekday())
    for days in (0, -1, -7):
        record(units["v1"], Strand.WORK, "report.filed", at=monday + timedelta(days=days))
    page = head_of(branches_of(head, units["county"], at=now))
    work = next(weeks for weeks in page.series if "report.filed" in weeks.series.kinds)
    assert [week.amount for week in work.weeks[-3:]] == [0, 2, 1]
    assert work.total == 3
    assert [amounts[-1] for _monday, amounts in page.by_week][-3:] == [0, 2, 1]
    assert set(page.figures) == set(HeadGroup)
    record(units["v1"], Strand.WORK, "report.filed", at=monday - timedelta(weeks=11))
    record(units["v1"], Strand.WORK, "report.filed", at=monday - timedelta(weeks=11, days=1))
    total = next(
        weeks.total for weeks in head_of(branches_of(head, units["county"], at=now)).series if weeks is not work
    )
    work = next(
        weeks
        for weeks in head_of(branches_of(head, units["county"], at=now)).series
        if "report.filed" in weeks.series.kinds
    )
    assert (total, work.total) == (None, 4)
    with time_machine.travel(now, tick=False):
        client = client_of(head)
        assert "/my-unit/county/record/?weeks=12" in client.get("/head/county/").content.decode()
        answer = client.get("/my-unit/county/record/?weeks=12")
        assert client.get("/my-unit/county/record/?weeks=13").status_code == 404
        filed = client.get("/my-unit/county/record/?kind=report.filed&weeks=12")
    (series,) = answer.context["record"]
    assert (series.line.kind, series.total) == ("report.filed", work.total)
    assert "The last 12 weeks" in answer.content.decode()
    assert "?kind=report.filed&amp;weeks=12" in answer.content.decode()
    assert dict(filed.context["below"])[units["east"]] == work.total


def test_the_page_and_where_it_leads(units: dict[str, Unit], head: Person) -> None:
    client = client_of(head)
    assert client.get("/head/").headers["Location"] == "/head/county/"
    page = client.get("/head/county/")
    assert page.status_code == 200
    assert "/subtree/county/without/head/" in page.content.decode()
    assert client.get("/head/county/?show=nothing").status_code == 404
    assert client.get("/head/v1/").status_code == 200
    assert client_of(member(units["county"])).get("/head/").status_code == 404


def test_the_weekly_mail_is_asked_for_sent_once_and_stopped(
    units: dict[str, Unit], head: Person, now: datetime
) -> None:
    client = client_of(head)
    assert "first choose e-mail" in client.get("/head/county/").content.decode()
    ChosenChannel.objects.create(person=head, channel="email", since=now)
    assert client.post("/head/county/mail/").status_code == 302
    monday = WeeklyMail.objects.get().next_at
    assert monday == next_monday(timezone.now())
    assert timezone.localtime(monday, timezone.get_default_timezone()).strftime("%w %H:%M") == "1 09:00"
    assert not owe_weekly_mails(monday - timedelta(minutes=1))
    for _again in range(2):
        owe_weekly_mails(monday)
        send_due(at=monday + timedelta(minutes=1))
    (sent,) = mail.outbox
    assert sent.to == ["wang@example.org"]
    assert "Units without a liaison officer: 4 of 4" in sent.body
    assert "/head/county/" in sent.body
    assert WeeklyMail.objects.get().next_at == monday + timedelta(days=7)
    assert client.post("/head/county/mail/", {"stop": "1"}).status_code == 302
    assert not WeeklyMail.objects.exists()
    stop_weekly_mail(by=head)


def test_no_mail_for_who_may_not_see_the_page_any_more(units: dict[str, Unit], head: Person, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        begin_weekly_mail(units["other"], by=head, at=now)
    ChosenChannel.objects.create(person=head, channel="email", since=now)
    monday = begin_weekly_mail(units["county"], by=head, at=now).next_at
    Membership.objects.filter(person=head).delete()
    owe_weekly_mails(monday)
    send_due(at=monday + timedelta(minutes=1))
    assert mail.outbox == []
