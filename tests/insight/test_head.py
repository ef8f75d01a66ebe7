"""The head's page: its numbers, the rows behind them, and its weekly mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
from braid.people.enums import Office
from braid.people.models import ChosenChannel, Membership, Person
from braid.units.models import Unit
from braid.work.actions import report_done
from braid.work.models import DirectiveRule, ReportFormRule
from braid.work.queries import earlier_days
from braid.work.queries.overdue import Overdue, overdue_directives
from tests.clients import client_of
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


def test_what_waits_below_leads_to_its_rows(units: dict[str, Unit], head: Person, now: datetime) -> None:
    for name in ("east", "other"):
        call = notice(units[name], title=f"Lanterns {name}")
        ask_question(call, "When?", by=member(units[name], Office.LIAISON), at=now)
    assert figures(head, units["county"], now)["Questions without an answer"] == (1, None)
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
    assert found["Units late with a directive"] == (2, None)
    assert found["Reports past due"] == (2, None)
    assert "Units late with a directive" not in figures(head, units["county"], now - timedelta(days=2))


def test_what_asks_only_single_units_below_counts_as_well(units: dict[str, Unit], head: Person) -> None:
    """Nobody on the line down to the county is named by a rule, and yet its villages are asked, and it approves."""
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    sent_at, past = now - timedelta(days=10), timezone.localdate(now) - timedelta(days=2)
    single = [DirectiveRule(unit=units[name], is_subtree=False) for name in ("v1", "west", "other")]
    directive(units["nation"], *single, sent_at=sent_at, due_on=past)
    rules = [ReportFormRule(unit=units[name], is_subtree=False) for name in ("v1", "west", "other")]
    asked = period(report_form(units["nation"], *rules), at=now - timedelta(days=9))
    found = figures(head, units["county"], now)
    assert (found["Units late with a directive"], found["Reports past due"]) == ((2, None), (2, None))
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
    what = "Units late with a directive"
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
    assert (one.units, five.units) == (3, 15)
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
