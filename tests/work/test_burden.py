"""The burden meter: what a unit is asked, budgets, the effect of what is not sent yet, and how long things really took."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from braid.contact.models import Audience
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed
from braid.people.enums import Office
from braid.units import snapshot
from braid.units.enums import UnitKind
from braid.units.models import Level
from braid.work.actions import (
    FormPlan,
    add_field,
    ask_directive_review,
    ask_units,
    change_form,
    check_budget,
    file_report,
    fold_minutes,
    note_minutes,
    open_period,
    pass_on,
    publish_version,
    send_back,
    send_directive,
    set_budgets,
)
from braid.work.actions.reports import Filled
from braid.work.enums import Asking, Every, ReportFormState
from braid.work.models import Budget, DirectiveRule, Period, ReportFormRule, TimeSaid
from braid.work.queries.budgets import budget_of, level_budgets
from braid.work.queries.burden import Span, asked_of, minutes_everywhere
from braid.work.queries.duplicates import duplicates_in
from braid.work.queries.effects import effect_of, minutes_a_month, page_of_places
from braid.work.queries.stale_forms import stale_forms_in
from braid.work.queries.subtree_burden import levels_in, units_over, who_asks
from braid.work.queries.time_taken import Took, middles_of, minutes_of_thing, took_before, took_of
from braid.work.queries.unit_burden import asked_by, burden_of
from braid.work.reading import minutes_of, minutes_to_read
from braid.work.shown import effect_of_more, effect_of_passing, effect_of_thing
from tests import factories
from tests.factories import directive_rows
from tests.factories.reports import OPENED, form_draft, number

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 1)
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
VILLAGES = 1 << 5


@pytest.fixture
def levels(db: None) -> None:
    for level, name in enumerate(("Nation", "Province", "County", "Township", "Village"), start=1):
        Level.objects.create(number=level, name=name)


def things(unit: Any, month: date = NOVEMBER) -> list[tuple[Asking, int]]:
    return [(each.thing.kind, each.thing.minutes) for each in asked_of(unit, Span.of(month))]


def test_what_a_notice_costs_can_be_reckoned_by_hand() -> None:
    assert minutes_to_read("") == 1
    assert minutes_to_read("字" * 250) == 1
    assert minutes_to_read("字" * 251) == 2
    assert minutes_to_read("a" * 1_000) == 1
    assert minutes_to_read("字" * 250 + "a" * 500) == 2
    assert minutes_of("Hello", "", asks_acknowledgement=True) == 2
    assert minutes_of("Hello", "", asks_acknowledgement=True, asks_done=True) == 7


def test_each_thing_counts_once_in_the_month_it_came(world: SimpleNamespace) -> None:
    factories.notice(world.province, Audience(unit=world.province), Audience(unit=world.village), sent_at=OPENED)
    made = directive_rows.directive(world.nation, DirectiveRule(unit=world.county, is_subtree=False), minutes=40)
    directive_rows.passing(made, world.county, at=OPENED + timedelta(days=30))
    factories.period(factories.report_form(world.province, minutes=15))
    assert things(world.village) == [(Asking.NOTICE, 1), (Asking.FORM, 15)]
    assert things(world.village, date(2026, 12, 1)) == [(Asking.DIRECTIVE, 40)]
    assert things(world.county) == [(Asking.NOTICE, 1), (Asking.FORM, 15), (Asking.DIRECTIVE, 40)]
    assert things(world.county, date(2026, 12, 1)) == []  # it passed on what it had been asked before
    assert things(world.nation) == []


def test_what_was_withdrawn_and_what_one_asks_oneself_does_not_count(world: SimpleNamespace) -> None:
    from braid.contact.actions import withdraw_notice

    sent = factories.notice(world.province, sent_at=OPENED)
    assert things(world.province) == []
    assert things(world.county) == [(Asking.NOTICE, 1)]
    withdraw_notice(sent, why="Wrong.", by=OPERATOR, at=OPENED + timedelta(hours=1))
    assert things(world.county) == []


def test_a_form_that_comes_with_a_directive_is_part_of_its_minutes(world: SimpleNamespace) -> None:
    made = directive_rows.directive(world.nation, minutes=40)
    period = factories.period(factories.report_form(world.nation, minutes=15))
    assert len(things(world.village)) == 2
    period.directive = made
    period.save()
    assert things(world.village) == [(Asking.DIRECTIVE, 40)]


def test_passing_on_beyond_a_budget_needs_a_reason(world: SimpleNamespace, levels: None) -> None:
    rules = DirectiveRule(unit=world.county, is_subtree=False), DirectiveRule(unit=world.other)
    made = factories.directive(world.province, *rules, minutes=900, over_budget_why="The flood.")
    below = {"due_on": made.due_on, "by": world.heads["county"], "at": NOW}
    with pytest.raises(BadInput) as refused:
        pass_on(made, world.county, [DirectiveRule(unit=world.village)], note="Ours first.", **below)
    assert set(refused.value.fields) == {"over_budget_why"}
    why = {"over_budget_why": " The river rises. "}
    assert pass_on(made, world.county, [DirectiveRule(unit=world.village)], **why, **below).over_budget_why
    again = pass_on(made, world.county, [DirectiveRule(unit=world.village)], **below)
    assert again.over_budget_why == "", "it asks nothing more of her"

    def why_of(unit: Any) -> list[str]:
        return [line.why for line in burden_of(unit, NOVEMBER, reader=world.heads["nation"]).lines]

    assert why_of(world.village) == ["The river rises."]
    assert why_of(world.other) == ["The flood."]
    assert why_of(world.township) == []
    (row,) = asked_by(world.county, NOVEMBER, reader=world.heads["county"])
    assert (row.line.why, row.sent.units) == ("The river rises.", 1)


def test_budgets_protect_from_the_bottom(world: SimpleNamespace, levels: None) -> None:
    assert [budget_of(unit) for unit in world.units.values()][:5] == [1_920, 1_920, 960, 480, 240]
    set_budgets(world.nation, {5: 300}, by=world.heads["nation"], at=NOW)
    assert budget_of(world.village) == 300
    set_budgets(world.province, {5: 200}, by=world.heads["province"], at=NOW)
    with pytest.raises(BadInput, match="200"):
        set_budgets(world.county, {5: 250}, by=world.heads["county"], at=NOW)
    set_budgets(world.county, {5: 100}, by=world.heads["county"], at=NOW)
    assert budget_of(world.village) == 100
    own = {each.level: (each.minutes, each.most, each.own) for each in level_budgets(world.county)}
    assert own[5] == (100, 200, 100)
    set_budgets(world.county, {5: None}, by=world.heads["county"], at=NOW)
    assert budget_of(world.village) == 200
    with pytest.raises(NotAllowed):
        set_budgets(world.county, {5: 10}, by=world.heads["other"], at=NOW)
    with pytest.raises(NotAllowed):
        set_budgets(world.county, {5: 10}, by=world.liaisons["county"], at=NOW)
    with pytest.raises(BadInput):
        set_budgets(world.county, {2: 10}, by=world.heads["county"], at=NOW)


def test_the_effect_is_told_before_it_is_sent(world: SimpleNamespace, levels: None) -> None:
    other = factories.unit(world.township, name="v2", code="v2")
    directive_rows.directive(world.nation, DirectiveRule(unit=other, is_subtree=False), minutes=241)
    rules = [DirectiveRule(unit=world.nation, levels=VILLAGES)]
    effect = effect_of(rules, sender=world.nation, minutes=240, at=NOW)
    assert (effect.asked, effect.newly, effect.already) == (2, 0, 1)
    effect = effect_of(rules, sender=world.nation, minutes=241, at=NOW)
    assert (effect.asked, effect.newly, effect.already, effect.exceeds) == (2, 1, 1, 2)
    assert effect.levels == [("Village", 2)]
    assert effect.named == [world.village, other]
    first = page_of_places(effect.places, size=1)
    assert first.rows == [world.village]
    assert page_of_places(effect.places, after=int(first.next_cursor), size=1).rows == [other]
    with pytest.raises(BadInput) as refused:
        check_budget(rules, sender=world.nation, minutes=241, why=" ", at=NOW)
    assert set(refused.value.fields) == {"over_budget_why"}
    check_budget(rules, sender=world.nation, minutes=241, why="Floods.", at=NOW)


def test_a_form_beyond_the_budget_needs_a_reason_that_is_kept(world: SimpleNamespace, levels: None) -> None:
    made = form_draft(world.nation, ReportFormRule(unit=world.nation), minutes=300)
    add_field(made, number(), by=OPERATOR, at=OPENED)
    with pytest.raises(BadInput, match="budget"):
        publish_version(made, by=OPERATOR, at=NOW)
    publish_version(made, over_budget_why="Once in ten years.", by=OPERATOR, at=NOW)
    made.refresh_from_db()
    assert made.state == ReportFormState.OPEN
    assert made.over_budget_why == "Once in ten years."
    factories.period(made)
    (line,) = burden_of(world.village, NOVEMBER, reader=world.heads["village"]).lines
    assert line.why == "Once in ten years."


def test_more_units_of_a_form_in_use_need_a_reason_too(world: SimpleNamespace, levels: None) -> None:
    by = {"by": world.heads["nation"], "at": NOW}
    other = factories.unit(world.township, name="v2", code="v2")
    form = factories.report_form(world.nation, ReportFormRule(unit=other), minutes=100)
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), minutes=200, sent_at=NOW)
    directive_rows.directive(world.nation, DirectiveRule(unit=other), minutes=200, sent_at=NOW)
    more = {"unit": world.township, "levels": VILLAGES}
    effect = effect_of_more(form, ReportFormRule(**more), NOW)
    assert (effect.asked, effect.named) == (1, [world.village]), "the other one is asked already"
    with pytest.raises(BadInput, match="budget"):
        ask_units(form, ReportFormRule(**more), **by)
    assert form.audience.count() == 1
    ask_units(form, ReportFormRule(unit=other, is_subtree=False), **by)
    ask_units(form, ReportFormRule(**more), over_budget_why="The census.", **by)
    form.refresh_from_db()
    assert (form.audience.count(), form.over_budget_why) == (3, "The census.")
    draft = form_draft(world.nation, ReportFormRule(unit=other), minutes=300)
    ask_units(draft, ReportFormRule(**more), **by)
    assert draft.audience.count() == 2, "nobody is asked before a draft is put to use, where it is looked at"


def test_a_weekly_form_comes_four_and_a_third_times_a_month() -> None:
    assert minutes_a_month(10, Every.MONTH) == 10
    assert minutes_a_month(10, Every.WEEK) == 44


def test_a_form_in_use_does_not_grow_beyond_the_budget_unseen(world: SimpleNamespace, levels: None) -> None:
    head = world.heads["nation"]
    form = factories.report_form(world.nation, minutes=100)
    plan = FormPlan(form.title, form.purpose, form.basis, 300, form.ends_on)
    with pytest.raises(BadInput, match="budget"):
        change_form(form, plan, by=head, at=NOW)
    days = {"first_on": NOVEMBER, "last_on": NOVEMBER, "due_on": date(2026, 12, 1)}
    directive_rows.directive(world.nation, sent_at=NOW, minutes=200)
    with pytest.raises(BadInput, match="budget"):
        open_period(form, **days, by=head, at=NOW)
    open_period(form, **days, over_budget_why="The census.", by=head, at=NOW)
    form.refresh_from_db()
    assert form.over_budget_why == "The census."
    assert change_form(form, plan, by=head, at=NOW).minutes == 300


def test_the_page_of_a_unit(world: SimpleNamespace, levels: None) -> None:
    factories.notice(world.province, sent_at=OPENED)
    directive_rows.directive(world.county, minutes=250)
    directive_rows.directive(world.county, minutes=7, sent_at=OPENED - timedelta(days=40))
    found = burden_of(world.village, NOVEMBER, reader=world.heads["village"])
    assert (found.minutes, found.budget, found.is_over) == (251, 240, True)
    assert [(row.name, row.notices, row.directives, row.minutes) for row in found.levels] == [
        ("Province", 1, 0, 1),
        ("County", 0, 1, 250),
    ]
    assert [(row.month.month, row.minutes) for row in found.months[:3]] == [(11, 251), (10, 0), (9, 7)]
    assert len(found.months) == 12
    (row,) = asked_by(world.county, NOVEMBER, reader=world.heads["county"])
    assert (row.sent.units, row.sent.minutes) == (2, 500)


def test_titles_of_notices_only_for_those_who_may_read_them(world: SimpleNamespace) -> None:
    factories.notice(world.province, Audience(unit=world.village, offices=1 << Office.HEAD), sent_at=OPENED)
    for reader, title in ((world.heads["village"], "Hello"), (world.liaisons["village"], "")):
        (line,) = burden_of(world.village, NOVEMBER, reader=reader).lines
        assert line.title == title
        assert bool(line.href) == bool(title)


def test_the_view_of_a_subtree(world: SimpleNamespace, levels: None) -> None:
    directive_rows.directive(world.nation, DirectiveRule(unit=world.county), minutes=300)
    directive_rows.directive(world.province, DirectiveRule(unit=world.other), minutes=20)
    county = {row.name: (row.units, row.over, row.middle) for row in levels_in(world.county, NOVEMBER)}
    assert county == {"County": (1, 0, 300), "Township": (1, 0, 300), "Village": (1, 1, 300)}
    whole = who_asks(world.nation, NOVEMBER)
    assert [(row.unit, row.directives, row.minutes) for row in whole.rows] == [
        (world.nation, 1, 900),
        (world.province, 1, 20),
    ]
    assert [row.unit for row in who_asks(world.county, NOVEMBER).rows] == [world.nation]
    choir = factories.unit(world.village, name="choir", code="choir", kind=UnitKind.GROUP)
    directive_rows.directive(world.village, DirectiveRule(unit=choir), minutes=2_000)
    assert world.village not in [row.unit for row in who_asks(world.nation, NOVEMBER).rows]
    (over,) = units_over(world.nation, NOVEMBER, level=5).rows
    assert (over.unit, over.minutes, over.budget) == (world.village, 300, 240)
    assert units_over(world.nation, NOVEMBER, level=3).rows == []


def test_a_fixed_number_of_queries(world: SimpleNamespace, levels: None) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            minutes_everywhere(Span.of(NOVEMBER))
            burden_of(world.village, NOVEMBER, reader=world.heads["village"])
            who_asks(world.nation, NOVEMBER)
        return len(captured)

    def ask() -> None:
        factories.notice(world.nation, sent_at=OPENED)
        factories.period(factories.report_form(world.province, minutes=1))
        directive_rows.passing(directive_rows.directive(world.nation, minutes=1), world.county)

    ask()
    queries()  # the tree is read, and what she may do
    few = queries()
    for _ in range(9):
        ask()
    assert queries() == few


def test_how_long_it_really_took_is_the_middle_of_what_ten_say(world: SimpleNamespace) -> None:
    form = factories.report_form(world.nation, title={"en": "Lessons held"})
    note_minutes([(None, minutes) for minutes in (5, 5, 5, 7, 9, 9, 30, 30, 4_000)], form=form)
    assert took_of(form) is None
    note_minutes([(None, 8)], form=form)
    assert took_of(form) == Took(8, 10)
    assert fold_minutes(NOW) == 6
    assert fold_minutes(NOW) == 0
    assert took_of(form) == Took(8, 10)
    assert TimeSaid.objects.filter(minutes=600).count() == 1
    note_minutes([(5, 9), (5, 9), (5, 9)], form=form)
    assert took_of(form) == Took(9, 10)
    fold_minutes(NOW)
    assert took_of(form) == Took(9, 10)
    assert took_before(world.nation, "Lessons held in 2027") == Took(9, 10)
    assert took_before(world.nation, "Wells") is None
    assert took_before(world.province, "Lessons held") is None


def say(minutes: int, *, count: int = 10, **of: Any) -> None:
    note_minutes([(None, minutes)] * count, **of)


def test_what_ten_units_say_counts_in_place_of_the_estimate(world: SimpleNamespace, levels: None) -> None:
    directive = directive_rows.directive(world.nation, DirectiveRule(unit=world.county, is_subtree=False), minutes=20)
    form = factories.report_form(world.nation, minutes=15)
    factories.period(form)
    factories.period(form, first_on=date(2026, 9, 1), at=OPENED - timedelta(days=31))
    say(35, count=9, directive=directive)
    assert things(world.county) == [(Asking.FORM, 15), (Asking.DIRECTIVE, 20)], "of nine one could guess who said it"
    say(35, count=1, directive=directive)
    say(7, form=form)
    assert things(world.county) == [(Asking.FORM, 7), (Asking.DIRECTIVE, 35)]
    assert things(world.county, date(2026, 10, 1)) == [(Asking.FORM, 7)], (
        "what is learned of a form holds for all its periods"
    )
    tree = snapshot.current()
    assert minutes_everywhere(Span.of(NOVEMBER))[tree.ordinals[world.county.pk]] == 42
    assert effect_of_passing(directive, world.county, [DirectiveRule(unit=world.village)], NOW).minutes == 35
    assert effect_of_thing(form, NOW).minutes == 7
    assert [row.minutes for row in who_asks(world.nation, NOVEMBER).rows] == [35 + 5 * 7]


def test_nothing_is_said_to_take_longer_than_ten_hours_so_there_the_estimate_holds(world: SimpleNamespace) -> None:
    for estimate, counts in ((900, 900), (20, 600)):
        directive = directive_rows.directive(world.nation, DirectiveRule(unit=world.village), minutes=estimate)
        say(2_000, directive=directive)
        assert minutes_of_thing(directive) == counts
        assert (Asking.DIRECTIVE, counts) in things(world.village)


def test_another_estimate_changes_nothing_once_the_units_have_said_it(world: SimpleNamespace, levels: None) -> None:
    form = factories.report_form(world.nation, minutes=100)
    say(50, form=form)
    plan = FormPlan(form.title, form.purpose, form.basis, 300, form.ends_on)
    assert change_form(form, plan, by=world.heads["nation"], at=NOW).minutes == 300
    assert minutes_of_thing(form) == 50


def test_the_next_one_counts_for_what_the_last_one_took(world: SimpleNamespace, levels: None) -> None:
    before = directive_rows.directive(world.nation, DirectiveRule(unit=world.other), title="Count the wells of 2026")
    say(250, directive=before)
    whom = DirectiveRule(unit=world.nation, levels=VILLAGES)
    draft = directive_rows.directive(world.nation, whom, title="Count the wells of 2027", minutes=20, sent_at=None)
    effect = effect_of_thing(draft, NOW)
    assert (effect.minutes, effect.newly) == (250, 1)
    by = {"by": world.heads["nation"], "at": NOW}
    with pytest.raises(BadInput, match="budget"):
        send_directive(draft, **by)
    with pytest.raises(BadInput, match="budget"):
        ask_directive_review(draft, **by)
    send_directive(draft, over_budget_why="The drought.", **by)
    assert things(world.village) == [(Asking.DIRECTIVE, 250)]
    say(30, directive=draft)
    assert things(world.village) == [(Asking.DIRECTIVE, 30)]
    other = directive_rows.directive(world.nation, whom, title="Plant trees", minutes=20, sent_at=None)
    assert send_directive(other, **by).learned_minutes is None


def test_the_next_form_counts_for_what_the_last_one_took(world: SimpleNamespace, levels: None) -> None:
    before = factories.report_form(world.nation, title={"en": "Lessons held in 2026"})
    say(250, form=before)
    draft = form_draft(world.nation, ReportFormRule(unit=world.nation), title={"en": "Lessons held in 2027"}, minutes=9)
    add_field(draft, number(), by=OPERATOR, at=OPENED)
    with pytest.raises(BadInput, match="budget"):
        publish_version(draft, by=OPERATOR, at=NOW)
    publish_version(draft, over_budget_why="The census.", by=OPERATOR, at=NOW)
    assert draft.learned_minutes == 250
    add_field(draft, number(), by=OPERATOR, at=NOW)
    publish_version(draft, by=OPERATOR, at=NOW)
    draft.refresh_from_db()
    assert draft.learned_minutes == 250, "it is not its own predecessor"
    factories.period(draft)
    assert things(world.village) == [(Asking.FORM, 250)]


def test_the_time_of_a_form_that_comes_with_a_directive_is_that_of_the_directive(world: SimpleNamespace) -> None:
    made = factories.directive(world.nation, form=factories.report_form(world.nation))
    period = Period.objects.get(directive=made)
    report = file_report(period, world.village, Filled({"f1": 1}, minutes=12), by=OPERATOR, at=NOW)
    said = TimeSaid.objects.get()
    assert (said.directive, said.form, said.minutes, said.count) == (made, None, 12, 1)
    report.refresh_from_db()
    send_back(report, why="Look.", by=OPERATOR, at=NOW)
    assert TimeSaid.objects.filter(directive=made, count=-1).exists()


def test_the_middle_is_that_of_the_whole_list() -> None:
    import random
    import statistics

    chance = random.Random(7)
    for _ in range(200):
        said = {pk: [chance.randint(1, 20) for _ in range(chance.randint(1, 40))] for pk in chance.sample(range(99), 5)}
        rows = [(pk, minutes, 1) for pk, whole in said.items() for minutes in whole]
        rows += [(pk, 7, count) for pk in said for count in (-2, 2)]
        chance.shuffle(rows)
        enough = {pk: whole for pk, whole in said.items() if len(whole) >= 10}
        assert middles_of(rows) == {pk: Took(statistics.median_low(whole), len(whole)) for pk, whole in enough.items()}


def test_reports_say_how_long_they_took_until_they_are_sent_back(world: SimpleNamespace) -> None:
    period = factories.period(factories.report_form(world.nation))

    def said() -> dict[int, int]:
        rows = TimeSaid.objects.filter(form=period.form).order_by("pk").values_list("minutes", "count")
        found: dict[int, int] = {}
        for minutes, count in rows:
            found[minutes] = found.get(minutes, 0) + count
        return {minutes: count for minutes, count in found.items() if count}

    filled = Filled({"f1": 1}, minutes=12)
    report = file_report(period, world.village, filled, by=OPERATOR, at=OPENED)
    assert said() == {12: 1}
    report.refresh_from_db()
    again = Filled({"f1": 2}, minutes=20)
    report = file_report(period, world.village, again, seen=report, why="A slip.", by=OPERATOR, at=OPENED)
    assert said() == {20: 1}
    report.refresh_from_db()
    send_back(report, why="Look.", by=OPERATOR, at=OPENED)
    assert said() == {}


def test_questions_asked_twice_are_found(world: SimpleNamespace) -> None:
    one = factories.report_form(world.nation, fields=(number("How many lessons were held?"), number("Wells")))
    other = factories.report_form(world.province, fields=(number("Number of lessons held"), number("Walls")))
    factories.report_form(world.other, fields=(number("How many visits?"),))
    elsewhere = ReportFormRule(unit=world.nation, is_subtree=False)
    factories.report_form(world.nation, elsewhere, fields=(number("Lessons held"),))
    (pair,) = duplicates_in(world.nation)
    assert (pair.one, pair.other) == (one, other)
    assert [(str(twin.one), str(twin.other)) for twin in pair.twins] == [
        ("How many lessons were held?", "Number of lessons held")
    ]
    one.state = ReportFormState.ENDED
    one.save()
    assert duplicates_in(world.nation) == []


def test_a_count_of_the_journal_asked_twice_is_found_in_other_words(world: SimpleNamespace) -> None:
    for text in ("People at events", "Attendance"):
        factories.report_form(world.nation, fields=(number(text, bound_to="visit.people"),))
    (pair,) = duplicates_in(world.village)
    assert pair.twins[0].is_same_count


def test_numbers_of_another_measure_are_not_the_same(world: SimpleNamespace) -> None:
    for measure in ("hours", "kilograms"):
        factories.report_form(world.nation, fields=(number("Lessons held", measure=measure),))
    assert duplicates_in(world.nation) == []


def test_forms_that_could_be_ended(world: SimpleNamespace) -> None:
    fresh = factories.report_form(world.nation)
    past = factories.report_form(world.province, ends_on=date(2026, 11, 10))
    silent = factories.period(factories.report_form(world.county)).form
    answered = factories.period(factories.report_form(world.county))
    factories.report(answered, world.village, f1=1)
    rows = {form.pk: form for form in stale_forms_in(world.nation, at=NOW).rows}
    assert set(rows) == {past.pk, silent.pk}
    assert rows[past.pk].is_past
    assert rows[silent.pk].is_unanswered
    later = {form.pk for form in stale_forms_in(world.nation, at=NOW + timedelta(days=120)).rows}
    assert {fresh.pk, answered.form_id} <= later
    assert stale_forms_in(world.other, at=NOW).rows == []


def test_a_unit_of_another_level_keeps_its_budget(world: SimpleNamespace, levels: None) -> None:
    Budget.objects.create(unit=world.province, unit_path=world.province.path, level=4, minutes=5, changed_at=NOW)
    assert budget_of(world.village) == 240
    directive_rows.directive(world.nation, minutes=6)
    assert [row.unit for row in units_over(world.nation, NOVEMBER, level=None).rows] == [world.township]
