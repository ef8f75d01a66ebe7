"""Who is told of a directive: all when it comes, then only the late; inside no quiet hours, never twice; one level up."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import transaction
from django.utils.formats import date_format

from braid.contact.actions import go_on_dispatching
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.models import Delivery
from braid.people.actions import choose_channel
from braid.people.models import Person
from braid.work.actions import (
    assign_to,
    begin_tellings,
    correct_directive,
    go_on_telling,
    report_done,
    return_directive,
    tellings,
    withdraw_directive,
)
from braid.work.enums import DIRECTIVE_REMINDER, Because, Step
from braid.work.models import Directive, DirectiveRule, Escalation, Telling
from braid.work.queries.late import late_below_for
from tests import factories
from tests.factories.directives import DUE, SENT, passing

DAY = timedelta(days=1)


def noon(days: int) -> datetime:
    """By day, so many days after the day it is due."""
    return datetime.combine(DUE, SENT.timetz()) + days * DAY


@pytest.fixture
def choosers(world: SimpleNamespace) -> dict[str, Person]:
    """The heads of all units, who chose e-mail; liaison officers chose nothing."""
    for name, head in world.heads.items():
        Person.objects.filter(pk=head.pk).update(email=f"{name}@example.org")
        choose_channel(head, channel="email", by=head, at=SENT)
    return dict(world.heads)


@pytest.fixture
def directive(world: SimpleNamespace, choosers: dict[str, Person]) -> Directive:
    """Of the county, to itself and all below it; its three heads were told."""
    made = factories.directive(world.county)
    work(SENT)
    assert told() == ["county", "township", "village"]
    mail.outbox.clear()
    return made


def work(at: datetime) -> None:
    """All that the worker does about tellings."""
    while begin_tellings(at) + go_on_telling(at) + go_on_dispatching(at) + send_due(at):
        pass


def told() -> list[str]:
    return sorted(message.to[0].partition("@")[0] for message in mail.outbox)


def test_only_the_late_are_reminded(world: SimpleNamespace, directive: Directive) -> None:
    work(noon(-3))
    assert told() == []
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=noon(-3))
    work(noon(-2))
    work(noon(-1))
    assert told() == ["county", "township"]
    assert mail.outbox[0].subject == "Reminder: Visit every family (county)"
    mail.outbox.clear()
    return_directive(
        directive, world.township, because=Because.DONE, words="In May.", by=world.liaisons["township"], at=noon(0)
    )
    work(noon(0))
    assert told() == []
    work(noon(1))
    work(noon(2))
    assert told() == ["county"]
    work(noon(7))
    work(noon(8))
    assert told() == ["county", "county"]
    work(noon(30))
    assert told() == ["county", "county"]


def test_whom_it_was_given_to_is_told_alone(world: SimpleNamespace, directive: Directive) -> None:
    assign_to(directive, world.village, world.liaisons["village"], by=OPERATOR, at=noon(-4))
    work(noon(-2))
    assert told() == ["county", "township"], "the liaison officer of the village has no channel but Today"


def test_who_settled_it_meanwhile_is_not_told(
    world: SimpleNamespace, directive: Directive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tellings, "SLICE", 1)
    begin_tellings(noon(1))
    while Delivery.objects.filter(kind=DIRECTIVE_REMINDER).count() < 2:
        go_on_telling(noon(1))
    report_done(directive, world.county, words="Done.", by=OPERATOR, at=noon(1))
    report_done(directive, world.village, words="Done.", by=OPERATOR, at=noon(1))
    work(noon(1))
    assert told() == ["township"]
    assert Delivery.objects.get(kind=DIRECTIVE_REMINDER, why__gt="").why == "nothing of it waits for her"


def test_who_is_asked_by_passing_on_is_told_and_nobody_again(
    world: SimpleNamespace, choosers: dict[str, Person]
) -> None:
    """A directive to the county alone; the county passes it on, and then the township to the same village."""
    made = factories.directive(world.county, DirectiveRule(unit=world.county, is_subtree=False))
    work(SENT)
    assert told() == ["county"]
    mail.outbox.clear()
    passing(made, world.county, at=noon(-5))
    work(noon(-5))
    assert told() == ["township", "village"]
    assert mail.outbox[0].subject == "Visit every family (county)"
    mail.outbox.clear()
    passing(made, world.township, at=noon(-5))
    work(noon(-5))
    assert told() == []


def test_quiet_hours_are_kept(world: SimpleNamespace, directive: Directive) -> None:
    night = noon(1).replace(hour=15)  # eleven in the evening by the federation's clock
    work(night)
    assert told() == []
    work(night + timedelta(hours=12))
    assert told() == ["county", "township", "village"]


def test_nobody_is_told_of_what_is_over(world: SimpleNamespace, directive: Directive) -> None:
    begin_tellings(noon(1))
    withdraw_directive(directive, why="Not needed.", by=OPERATOR, at=noon(1))
    work(noon(1))
    work(noon(7))
    assert told() == []


def test_an_earlier_day_counts_for_those_it_was_passed_to(world: SimpleNamespace, directive: Directive) -> None:
    factories.directives.passing(
        directive, world.township, DirectiveRule(unit=world.village), at=SENT + DAY, due_on=DUE - 15 * DAY
    )
    work(noon(-17))
    assert told() == ["village"]
    mail.outbox.clear()
    work(noon(-2))
    assert told() == ["county", "township"]


def test_who_has_two_earlier_days_is_told_of_the_nearest(world: SimpleNamespace, directive: Directive) -> None:
    for unit, days in ((world.county, 10), (world.township, 15), (world.township, 15)):
        rule = DirectiveRule(unit=world.village)
        factories.directives.passing(directive, unit, rule, at=SENT + DAY, due_on=DUE - days * DAY)
    work(noon(-17))
    assert told() == ["village"], "once, though its township passed it on twice"
    day = date_format(DUE - 15 * DAY, "SHORT_DATE_FORMAT")
    assert day in str(mail.outbox[0].body), "the mail says the day of the village"
    mail.outbox.clear()
    work(noon(-12))
    assert told() == ["township"], "one of its units is late; the village is not told of the county's day again"


def test_the_unit_right_above_is_told_of_an_earlier_day(world: SimpleNamespace, choosers: dict[str, Person]) -> None:
    made = factories.directive(world.province)
    work(SENT)
    rule = DirectiveRule(unit=world.township)
    factories.directives.passing(made, world.county, rule, at=SENT + DAY, due_on=DUE - 15 * DAY)
    mail.outbox.clear()
    work(noon(-12))
    late = [message for message in mail.outbox if "is late" in message.subject]
    assert sorted(message.to[0].partition("@")[0] for message in late) == ["county", "township"]
    (line,) = late_below_for(world.heads["county"], on=noon(-12).date(), most=5)
    assert (line[0].unit, line[1]) == (world.county, 1)
    assert late_below_for(world.heads["county"], on=DUE - 15 * DAY, most=5) == []
    report_done(made, world.township, words="Done.", by=OPERATOR, at=noon(-12))
    assert late_below_for(world.heads["county"], on=noon(-12).date(), most=5) == []
    mail.outbox.clear()
    work(noon(3))
    above = [message for message in mail.outbox if "late" in message.subject]
    assert [message.to[0] for message in above] == ["province@example.org"], "who was told already is not told again"


def test_another_day_is_told_of_anew(world: SimpleNamespace, directive: Directive) -> None:
    work(noon(1))
    mail.outbox.clear()
    said = {name: getattr(directive, name) for name in ("title", "body", "why", "basis")}
    later = DUE + 10 * DAY
    correct_directive(directive, **said, due_on=later, steps=(), replaced_why="More time.", by=OPERATOR, at=noon(2))
    work(noon(3))
    assert told() == []
    work(noon(11))
    assert told() == ["county", "township", "village"]


def test_another_day_leaves_told_who_has_late_units_still(world: SimpleNamespace, choosers: dict[str, Person]) -> None:
    made = factories.directive(world.province)
    work(SENT)
    passing(made, world.township, DirectiveRule(unit=world.village), at=SENT + DAY, due_on=DUE - 5 * DAY)
    above = {"township": world.township, "county": world.county, "province": world.province}

    def due(days: int, at: datetime) -> None:
        said = {name: getattr(made, name) for name in ("title", "body", "why", "basis")}
        correct_directive(made, **said, due_on=DUE + days * DAY, steps=(), replaced_why="So it is.", by=OPERATOR, at=at)

    def told_above() -> set[str]:
        units = set(Escalation.objects.filter(directive=made).values_list("unit_id", flat=True))
        return {name for name, unit in above.items() if unit.pk in units}

    work(noon(-2))
    assert told_above() == {"township"}, "of the village, by its own day"
    due(-1, noon(-2))
    assert told_above() == {"township"}, "an earlier day takes nothing back"
    work(noon(2))
    assert told_above() == {"township", "county", "province"}
    due(10, noon(2))
    assert told_above() == {"township"}, "the village is late still, all others have time"
    (line,) = late_below_for(world.heads["township"], on=noon(2).date(), most=5)
    assert (line[0].unit, line[1]) == (world.township, 1)
    mail.outbox.clear()
    work(noon(13))
    assert sorted(message.to[0] for message in mail.outbox if "late" in message.subject) == [
        "county@example.org",
        "province@example.org",
    ], "who was told already is not told again"
    report_done(made, world.village, words="Done.", by=OPERATOR, at=noon(13))
    due(20, noon(13))
    assert told_above() == set()


def test_the_unit_right_above_is_told_once(world: SimpleNamespace, choosers: dict[str, Person]) -> None:
    made = factories.directive(world.province)
    work(SENT)
    mail.outbox.clear()
    report_done(made, world.other, words="Done.", by=OPERATOR, at=noon(-4))
    Telling.objects.filter(step=Step.AFTER).delete()
    work(noon(1))
    mail.outbox.clear()
    work(noon(3))
    work(noon(4))
    assert [message.subject for message in mail.outbox] == ["1 of your units is late: Visit every family"] * 3
    assert told() == ["county", "province", "township"]
    assert "nation" not in told()
    (line,) = late_below_for(world.heads["province"], on=noon(4).date(), most=5)
    assert (line[0].unit, line[1]) == (world.province, 1)
    report_done(made, world.county, words="Done.", by=OPERATOR, at=noon(4))
    assert late_below_for(world.heads["province"], on=noon(4).date(), most=5) == []
    assert Escalation.objects.filter(unit=world.province).count() == 1


def test_a_slice_that_fails_is_gone_on_with(
    world: SimpleNamespace, directive: Directive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies in the transaction that owes a slice: the place it had come to is as before, and nobody is missed."""
    monkeypatch.setattr(tellings, "SLICE", 1)
    begin_tellings(noon(1))
    go_on_telling(noon(1))

    def die(*given: object, **more: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(tellings, "tell_chosen", die)
        with pytest.raises(SystemExit), transaction.atomic():
            go_on_telling(noon(1))
    work(noon(1))
    assert told() == ["county", "township", "village"]
