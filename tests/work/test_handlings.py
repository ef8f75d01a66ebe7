"""What units do with directives: each state, who may, passing on, returning, judging; and the form's report as theirs."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.keyset import Page
from braid.people.enums import Office
from braid.people.hooks import handovers
from braid.people.models import Membership
from braid.units.actions import merge_units, move_unit
from braid.units.models import Unit
from braid.work import actions
from braid.work.actions import (
    answer_about_directive,
    approve_handling,
    ask_about_directive,
    assign_to,
    decline_about_directive,
    open_handling,
    pass_on,
    report_done,
    return_directive,
    send_handling_back,
    take_on,
    tick_step,
)
from braid.work.enums import Because, HandlingState
from braid.work.models import Directive, DirectiveRule, Handling, Period, Report, Rollup, Total
from braid.work.queries import earlier_days
from braid.work.queries.approvals import seal_of
from braid.work.queries.directive_inbox import given_to, open_directives_of
from braid.work.queries.directive_questions import questions_on_directive
from braid.work.queries.directives import (
    asked_unit_for,
    chain_of,
    directive_for,
    own_units_asked,
    units_addressed_by,
)
from braid.work.queries.handlings import Behind, directives_to_judge, handling_of, status_below, units_behind
from tests import factories
from tests.clients import client_of
from tests.factories.directives import DUE, SENT

LATER = SENT + timedelta(hours=1)


@pytest.fixture
def directive(world: SimpleNamespace) -> Directive:
    """Of the province, to all counties and below."""
    return factories.directive(world.province)


def state(directive: Directive, unit: object) -> str | None:
    found = Handling.objects.filter(directive=directive, unit=unit).first()  # type: ignore[misc]
    return str(found.state) if found else None


def test_a_unit_opens_takes_on_ticks_and_reports(world: SimpleNamespace, directive: Directive) -> None:
    her = world.liaisons["village"]
    open_handling(directive, world.village, by=her, at=LATER)
    open_handling(directive, world.village, by=her, at=LATER)
    assert state(directive, world.village) == "opened"
    take_on(directive, world.village, by=her, at=LATER)
    tick_step(directive, world.village, "Make a list", is_done=True, by=her, at=LATER)
    handling = tick_step(directive, world.village, "Visit", is_done=True, by=her, at=LATER)
    tick_step(directive, world.village, "Visit", is_done=False, by=her, at=LATER)
    assert handling_of(directive, world.village).done_steps == ["Make a list"]  # type: ignore[union-attr]
    with pytest.raises(WrongState):
        tick_step(directive, world.village, "Sing", is_done=True, by=her, at=LATER)
    with pytest.raises(BadInput):
        report_done(directive, world.village, words=" ", by=her, at=LATER)
    handling = report_done(directive, world.village, words="All visited.", minutes=45, by=her, at=LATER)
    assert (handling.state, handling.words, handling.minutes) == (HandlingState.REPORTED, "All visited.", 45)
    for again in (take_on, open_handling):
        if again is take_on:
            with pytest.raises(WrongState):
                again(directive, world.village, by=her, at=LATER)
    assert [event.state for event in handling.events.order_by("pk")] == ["opened", "in_work", "reported"]
    assert list(Entry.objects.values_list("kind", flat=True)) == ["directive.sent", "directive.reported"]


def test_who_may_not(world: SimpleNamespace, directive: Directive) -> None:
    for by in (world.liaisons["township"], world.heads["other"], factories.person()):
        with pytest.raises(NotAllowed):
            open_handling(directive, world.village, by=by, at=LATER)
    with pytest.raises(WrongState):
        open_handling(directive, world.nation, by=world.heads["nation"], at=LATER)
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    handling = Handling.objects.select_related("unit", "directive").get()
    for by in (world.heads["village"], world.liaisons["county"], world.heads["other"]):
        with pytest.raises(NotAllowed):
            approve_handling(handling, seen=handling.changed_at.isoformat(), by=by, at=LATER)


def test_judging_sees_what_it_judges(world: SimpleNamespace, directive: Directive) -> None:
    her, head = world.liaisons["village"], world.heads["county"]
    report_done(directive, world.village, words="Done.", by=her, at=LATER)
    assert [(found.pk, unit) for found, unit in directives_to_judge(world.heads["province"], most=5)] == [
        (directive.pk, world.province)
    ]
    handling = Handling.objects.select_related("unit", "directive").get()
    seen = handling.changed_at.isoformat()
    with pytest.raises(BadInput):
        send_handling_back(handling, why=" ", by=head, at=LATER)
    send_handling_back(handling, why="Which families?", by=head, at=LATER + timedelta(minutes=1))
    assert handling_of(directive, world.village).sent_back_why == "Which families?"  # type: ignore[union-attr]
    report_done(directive, world.village, words="All.", by=her, at=LATER + timedelta(minutes=2))
    handling = Handling.objects.select_related("unit", "directive").get()
    with pytest.raises(WrongState):
        approve_handling(handling, seen=seen, by=head, at=LATER)
    approve_handling(handling, seen=handling.changed_at.isoformat(), by=head, at=LATER + timedelta(minutes=3))
    assert state(directive, world.village) == "approved"
    assert directives_to_judge(world.heads["province"], most=5) == []


def test_returned_and_taken_on_after_all(world: SimpleNamespace, directive: Directive) -> None:
    her = world.liaisons["village"]
    with pytest.raises(BadInput):
        return_directive(directive, world.village, because=Because.OTHER, words="", by=her, at=LATER)
    return_directive(directive, world.village, because=Because.DONE, words="See May.", by=her, at=LATER)
    assert not open_directives_of([world.village], at=LATER)[0].waits
    take_on(directive, world.village, by=her, at=LATER)
    handling = handling_of(directive, world.village)
    assert handling is not None
    assert (handling.state, handling.returned_because) == (HandlingState.IN_WORK, "")


def test_given_to_a_person_and_handed_over(world: SimpleNamespace, directive: Directive) -> None:
    her, other = world.liaisons["village"], world.liaisons["township"]
    with pytest.raises(BadInput):
        assign_to(directive, world.village, other, by=her, at=LATER)
    assign_to(directive, world.village, her, by=her, at=LATER)
    assert [row.unit for row in given_to(her, at=LATER, most=5)] == [world.village]
    (work,) = [each for each in handovers if each.name == "directives"]
    assert (work.count(her, world.village), work.count(her, world.county)) == (1, 0)
    successor = factories.member(world.village, 4)
    assert work.pass_on(her, successor, world.village, LATER) == 1
    assert given_to(her, at=LATER, most=5) == []
    assert len(given_to(successor, at=LATER, most=5)) == 1


def test_whom_it_is_given_to_does_it_without_any_role(world: SimpleNamespace, directive: Directive) -> None:
    member = factories.member(world.village, Office.MEMBER)
    with pytest.raises(NotAllowed):
        take_on(directive, world.village, by=member, at=LATER)
    with pytest.raises(Http404):
        directive_for(member, directive.pk, at=LATER)
    assign_to(directive, world.village, member, by=world.liaisons["village"], at=LATER)
    assert directive_for(member, directive.pk, at=LATER) == directive
    assert asked_unit_for(member, directive, world.village.code) == world.village
    assert own_units_asked(member, directive) == [world.village]
    with pytest.raises(Http404):
        asked_unit_for(member, directive, world.township.code)
    with pytest.raises(NotAllowed):
        return_directive(directive, world.village, because=Because.OTHER, words="No.", by=member, at=LATER)
    with pytest.raises(NotAllowed):
        assign_to(directive, world.village, None, by=member, at=LATER)
    report_done(directive, world.village, words="Done.", by=member, at=LATER)
    Membership.objects.filter(person=member).update(until=SENT.date())
    assert given_to(member, at=LATER, most=5) == []
    with pytest.raises(Http404):
        directive_for(member, directive.pk, at=LATER)


def test_passed_on_with_steps_and_an_earlier_day(world: SimpleNamespace) -> None:
    made = factories.directive(world.province, DirectiveRule(unit=world.county, is_subtree=False))
    assert open_directives_of([world.village], at=LATER) == []
    head, earlier = world.heads["county"], DUE - timedelta(days=5)
    below = DirectiveRule(unit=world.county, levels=1 << world.township.level)
    with pytest.raises(NotAllowed):
        pass_on(made, world.county, [DirectiveRule(unit=world.other)], due_on=DUE, by=world.heads["province"], at=LATER)
    with pytest.raises(NotAllowed):
        pass_on(made, world.county, [below], due_on=DUE, by=world.liaisons["county"], at=LATER)
    with pytest.raises(BadInput):
        pass_on(made, world.county, [below], due_on=DUE + timedelta(days=1), by=head, at=LATER)
    with pytest.raises(WrongState):
        pass_on(made, world.township, [DirectiveRule(unit=world.village)], due_on=DUE, by=head, at=LATER)
    pass_on(made, world.county, [below], due_on=earlier, note="Ours first.", steps=["Ask Li"], by=head, at=LATER)
    assert state(made, world.county) == "in_work"
    factories.directives.count(LATER)
    made.refresh_from_db()
    (asked,) = open_directives_of([world.township], at=LATER)
    assert (asked.due_on, asked.waits) == (earlier, True)
    rule = DirectiveRule(unit=world.village)
    pass_on(made, world.township, [rule], due_on=earlier, steps=["Call first"], by=world.heads["township"], at=LATER)
    factories.directives.count(LATER)
    made.refresh_from_db()
    chain = chain_of(made, world.village)
    assert [passing.unit for passing in chain.passings] == [world.county, world.township]
    assert chain.steps == ("Make a list", "Visit", "Ask Li", "Call first")
    assert chain.due_on == earlier
    assert set(units_addressed_by(made)) == {world.county.pk, world.township.pk, world.village.pk}
    report_done(made, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    assert [unit for _, unit in directives_to_judge(head, most=5)] == [world.county]
    made.refresh_from_db()
    assert made.title == "Visit every family"


def test_what_is_passed_on_asks_for_the_form_too(world: SimpleNamespace) -> None:
    form = factories.report_form(world.province)
    made = factories.directive(world.province, DirectiveRule(unit=world.county, is_subtree=False), form=form)
    factories.directives.passing(made, world.county, DirectiveRule(unit=world.village))
    period = Period.objects.get()
    report = factories.report(period, world.village, f1=3)
    assert state(made, world.village) == "reported"
    assert not made.handlings.get(unit=world.village).events.exists(), "the report says who filed it and when"
    actions.send_back(report, why="Again.", by=OPERATOR, at=LATER)
    assert state(made, world.village) == "in_work"
    report.refresh_from_db()
    again = factories.report(period, world.village, seen=report, at=LATER, f1=4)
    assert state(made, world.village) == "reported"
    seal = seal_of(period, world.township.path)
    actions.approve_part(period, world.township, seal=seal, by=OPERATOR, at=LATER)
    assert state(made, world.village) == "approved"
    actions.reopen_part(period, world.township, why="A slip.", by=OPERATOR, at=LATER)
    assert state(made, world.village) == "reported"
    assert Report.objects.get(pk=again.pk).state == "filed"
    with pytest.raises(WrongState):
        report_done(made, world.county, words="Done.", by=OPERATOR, at=LATER)


def test_filing_many_takes_few_statements(db: None) -> None:
    units = factories.tree({"p": {"c": {f"v{n}": {} for n in range(12)}}})
    form = factories.report_form(units["p"])
    made = factories.directive(units["p"], form=form)
    counts = []
    for some in (range(2), range(2, 12)):
        filings = [actions.Filing(units[f"v{n}"], actions.Filled({"f1": 1})) for n in some]
        period = Period.objects.get()
        with CaptureQueriesContext(connection) as queries:
            actions.file_reports(period, filings, by=OPERATOR, at=LATER)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert status_below(made, units["p"], on=DUE).whole.reported == 12


def test_questions_are_answered_once_for_all(world: SimpleNamespace, directive: Directive) -> None:
    her, head = world.liaisons["village"], world.heads["province"]
    with pytest.raises(NotAllowed):
        ask_about_directive(directive, world.village, "Why?", by=world.liaisons["county"], at=LATER)
    question = ask_about_directive(directive, world.village, " Why? ", by=her, at=LATER)
    assert questions_on_directive(directive, [world.village]) == ([], [question])
    assert questions_on_directive(directive, [world.other]) == ([], [])
    with pytest.raises(NotAllowed):
        answer_about_directive(question, text="Why?", answer="So.", by=world.heads["county"], at=LATER)
    answer_about_directive(question, text="Why?", answer="So.", by=head, at=LATER)
    assert questions_on_directive(directive, [world.other]) == ([question], [])
    with pytest.raises(WrongState):
        decline_about_directive(question, why="No.", by=head, at=LATER)
    other = ask_about_directive(directive, world.village, "And?", by=her, at=LATER)
    decline_about_directive(other, why="It is in the text.", by=head, at=LATER)
    assert questions_on_directive(directive, [world.village])[1] == [other]


def test_status_says_how_far_each_level_is(world: SimpleNamespace, directive: Directive) -> None:
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    take_on(directive, world.county, by=world.liaisons["county"], at=LATER)
    after = DUE + timedelta(days=1)
    status = status_below(directive, world.province, on=after)
    whole = status.whole
    assert (whole.expected, whole.not_opened, whole.in_work, whole.reported, whole.late) == (4, 2, 1, 1, 3)
    assert status_below(directive, world.province, on=DUE).whole.late is None
    assert [(level, counts.expected) for level, counts in status.by_level] == [(3, 2), (4, 1), (5, 1)]
    assert [(row.unit, row.counts.expected, row.counts.in_work) for row in status.children] == [
        (world.county, 3, 1),
        (world.other, 1, 0),
    ]


def test_until_the_units_are_counted_nobody_says_how_many(world: SimpleNamespace, directive: Directive) -> None:
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    Rollup.objects.update(frozen_at=None, addressed=b"")
    Total.objects.update(expected=0)
    directive = Directive.objects.select_related("rollup").get()
    status = status_below(directive, world.province, on=DUE + timedelta(days=1))
    levels, children = (counts for _level, counts in status.by_level), (row.counts for row in status.children)
    for counts in (status.whole, *levels, *children):
        assert (counts.expected, counts.not_opened, counts.late) == (None, None, None)
    assert status.whole.reported == 1
    assert [(row.unit, row.counts.reported) for row in status.children] == [(world.county, 1), (world.other, 0)]
    client = client_of(world.heads["province"])
    page = client.get(reverse("directive_status_unit", args=[directive.pk, "province"])).content.decode()
    assert ">-1<" not in page
    assert "not known" in page
    told = client.get(f"/api/v1/directives/{directive.pk}/status").json()["together"]
    assert (told["expected"], told["not_opened"], told["reported"]) == (None, None, 1)
    factories.directives.count(LATER)
    directive.rollup.refresh_from_db()  # type: ignore[union-attr]
    assert status_below(directive, world.province, on=DUE).whole.not_opened == 3


def behind(directive: Directive, unit: Unit, what: str, on: date = DUE + timedelta(days=1), **more: Any) -> Page[Unit]:
    page = {name: more.pop(name) for name in ("size", "cursor") if name in more}
    return units_behind(directive, Behind(unit, what, **more), on=on, **page)


def test_an_earlier_day_makes_late_those_that_got_it_so(world: SimpleNamespace, directive: Directive) -> None:
    early, rule = DUE - timedelta(days=9), DirectiveRule(unit=world.township)
    factories.directives.passing(directive, world.county, rule, due_on=early)
    nearer = early - timedelta(days=2)
    factories.directives.passing(directive, world.township, DirectiveRule(unit=world.village), due_on=nearer)
    her = world.liaisons["village"]
    assign_to(directive, world.village, her, by=her, at=LATER)

    def late(unit: Unit, on: date) -> tuple[int | None, dict[int, int | None], dict[str, int | None]]:
        status = status_below(directive, unit, on=on)
        assert status.is_late_known
        levels = {level: counts.late for level, counts in status.by_level}
        return status.whole.late, levels, {row.unit.name: row.counts.late for row in status.children}

    assert late(world.county, nearer) == (None, {4: None, 5: None}, {"township": None})
    on = early
    assert late(world.county, on) == (1, {4: 0, 5: 1}, {"township": 1})
    assert late(world.township, on) == (1, {5: 1}, {"village": 1})
    on = early + timedelta(days=1)
    assert late(world.county, on) == (2, {4: 1, 5: 1}, {"township": 2})
    assert late(world.province, on) == (2, {3: 0, 4: 1, 5: 1}, {"county": 2, "other": 0})
    assert behind(directive, world.county, "late", on=on).rows == [world.township, world.village]
    assert behind(directive, world.province, "late", on=on, level=5).rows == [world.village]
    assert behind(directive, world.other, "late", on=on, has_itself=True).rows == []
    at = LATER + timedelta(days=25)
    (asked,) = open_directives_of([world.village], at=at)
    assert (asked.due_on, asked.is_late) == (nearer, True)
    assert [(each.due_on, each.is_late) for each in given_to(her, at=at, most=5)] == [(nearer, True)]
    report_done(directive, world.village, words="Done.", by=her, at=at)
    report_done(directive, world.township, words="Done.", by=OPERATOR, at=at)
    assert late(world.county, on) == (0, {4: 0, 5: 0}, {"township": 0})
    assert late(world.province, DUE + timedelta(days=1))[0] == 2, (
        "the directive's own day is past: the counties are late"
    )


def test_the_day_is_that_of_whoever_asked_the_unit(world: SimpleNamespace, directive: Directive) -> None:
    """A day that its township got later, for itself alone, is not the village's."""
    days = [DUE - timedelta(days=each) for each in (2, 6)]
    factories.directives.passing(directive, world.township, DirectiveRule(unit=world.village), due_on=days[0])
    alone = DirectiveRule(unit=world.township, is_subtree=False)
    factories.directives.passing(directive, world.county, alone, due_on=days[1])
    assert [chain_of(directive, unit).due_on for unit in (world.village, world.township)] == days
    assert [open_directives_of([unit], at=LATER)[0].due_on for unit in (world.village, world.township)] == days
    assert status_below(directive, world.county, on=DUE - timedelta(days=3)).whole.late == 1


def test_too_many_earlier_days_are_not_counted_from_above(
    world: SimpleNamespace, directive: Directive, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = DUE - timedelta(days=9)
    factories.directives.passing(directive, world.township, due_on=early)
    factories.directives.passing(directive, world.county, DirectiveRule(unit=world.township), due_on=early)
    for name, least in (("MOST_RULES", 1), ("MOST_UNITS", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(earlier_days, name, least)
            status = status_below(directive, world.county, on=DUE)
            assert (status.is_late_known, status.whole.late) == (False, None)
            assert behind(directive, world.county, "late", on=DUE).rows == []
    assert status_below(directive, world.county, on=DUE).whole.late == 2


def test_each_number_leads_to_its_units(world: SimpleNamespace, directive: Directive) -> None:
    province = world.province
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    take_on(directive, world.county, by=world.liaisons["county"], at=LATER)
    assert behind(directive, province, "reported").rows == [world.village]
    assert behind(directive, world.village, "reported").rows == []
    assert behind(directive, world.village, "reported", has_itself=True).rows == [world.village]
    assert behind(directive, province, "reported", level=world.county.level).rows == []
    assert behind(directive, province, "late").rows == [world.county, world.township, world.other]
    assert behind(directive, province, "late", level=world.county.level).rows == [world.county, world.other]
    first = behind(directive, province, "late", size=2)
    assert behind(directive, province, "late", size=2, cursor=first.next_cursor).rows == [world.other]
    assert behind(directive, province, "not_opened").rows == [world.township, world.other]
    assert behind(directive, world.other, "not_opened", has_itself=True).rows == [world.other]
    assert len(behind(directive, province, "all").rows) == 4


def test_a_merged_unit_leaves_its_work_to_the_survivor(world: SimpleNamespace) -> None:
    made = factories.directive(world.province, DirectiveRule(unit=world.other, is_subtree=False))
    her = world.liaisons["other"]
    tick_step(made, world.other, "Visit", is_done=True, by=her, at=LATER)
    merge_units(world.other, world.county, on=LATER.date(), why="Fewer.", by=OPERATOR, at=LATER)
    factories.directives.count(LATER)
    made.refresh_from_db()
    assert state(made, world.other) == "returned"
    survivor = handling_of(made, world.county)
    assert survivor is not None
    assert (survivor.state, survivor.done_steps) == (HandlingState.IN_WORK, ["Visit"])
    (asked,) = open_directives_of([world.county], at=LATER)
    assert asked.waits
    whole = status_below(made, world.province, on=DUE).whole
    assert (whole.expected, whole.in_work, whole.returned) == (2, 1, 1)


def test_a_moved_unit_counts_where_it_stood(world: SimpleNamespace, directive: Directive) -> None:
    move_unit(world.village, world.other, on=LATER.date(), why="Nearer.", by=OPERATOR, at=LATER)
    world.village.refresh_from_db()
    report_done(directive, world.village, words="Done.", by=world.liaisons["village"], at=LATER)
    assert status_below(directive, world.county, on=DUE).whole.reported == 1
    assert status_below(directive, world.other, on=DUE).whole.reported == 0
    assert [asked.unit for asked in open_directives_of([world.village], at=LATER)] == [world.village]
