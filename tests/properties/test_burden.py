"""The burden of all units, added up in one pass, equals what is counted unit by unit, whatever was sent, passed on and moved."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from statistics import median_low
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from braid.contact.models import Audience
from braid.kernel.access import OPERATOR
from braid.kernel.errors import Refused
from braid.units import snapshot
from braid.units.actions import add_unit, move_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit
from braid.work import spread
from braid.work.actions import fold_minutes, note_minutes, report_forms
from braid.work.enums import Asking
from braid.work.models import Directive, DirectiveRule, Period, ReportFormRule
from braid.work.queries import burden, time_taken
from braid.work.queries.burden import Span, Thing, asked_of, minutes_everywhere
from braid.work.queries.senders import senders_in
from tests import factories
from tests.factories import directive_rows

from .planted import Plan, Plant, assert_caught

SHAPE = {"n": {"p": {"c": {"v1": {}, "v2": {}}, "d": {"v3": {}, "v4": {}}}, "q": {"e": {"v5": {}}}}}
NAMES = ("n", "p", "q", "c", "d", "e", "v1", "v2", "v3", "v4", "v5")
OCTOBER, NOVEMBER = Span.of(date(2026, 10, 1)), Span.of(date(2026, 11, 1))
BEGIN = datetime(2026, 10, 20, 4, tzinfo=UTC)

names = st.sampled_from((*NAMES, "g"))
masks = st.sampled_from((0, 0, 1 << 3, 1 << 4, 1 << 2 | 1 << 4, 1 << 5))
kinds = st.sampled_from((0, 0, 0, 1 << UnitKind.GROUP, 1 << UnitKind.BODY, 1 << UnitKind.VIRTUAL))
rules = st.lists(st.tuples(names, st.booleans(), masks, kinds), min_size=1, max_size=3)
steps = st.one_of(
    st.tuples(st.just("notify"), names, rules, st.integers(1, 900)),
    st.tuples(st.just("direct"), names, rules, st.integers(1, 90)),
    st.tuples(st.just("ask"), names, rules, st.integers(1, 90)),
    st.tuples(st.just("pass_on"), names, rules),
    st.tuples(st.just("say"), st.booleans(), st.lists(st.integers(1, 90), min_size=1, max_size=12)),
    st.tuples(st.just("move"), st.sampled_from(["c", "d", "e", "v1", "v5"]), st.sampled_from(["p", "q", "c", "e"])),
    st.tuples(st.just("add"), st.sampled_from(["p", "c", "e"])),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)


class World:
    """A tree with a group in it, things that are asked in it, and units that move meanwhile."""

    def __init__(self) -> None:
        self.units = factories.tree(SHAPE)
        self.units["g"] = factories.unit(self.units["c"], name="g", code="g", level=5, kind=UnitKind.GROUP)
        Unit.objects.filter(code="v2").update(kind=UnitKind.VIRTUAL)
        self.at = BEGIN
        self.last: Any = None
        self.period: Any = None
        self.said: dict[tuple[str, int], list[int]] = defaultdict(list)
        """What units said that a directive or form really took them: the whole list."""
        self.forms: list[tuple[str, int]] = []
        self.learned: dict[int, int | None] = {}
        """By form what the last one of its unit (they all have one title) took, when it was put to use."""

    def take(self, step: tuple[Any, ...]) -> None:
        self.at += timedelta(hours=5)
        what, *rest = step
        with suppress(Refused), transaction.atomic():
            getattr(self, what)(*rest)

    def unit(self, name: str) -> Unit:
        return Unit.objects.get(code=name)

    def made(self, rule: type[Any], rules: list[tuple[Any, ...]]) -> list[Any]:
        return [
            rule(unit=self.unit(name), is_subtree=below, levels=levels, kinds=kinds)
            for name, below, levels, kinds in rules
        ]

    def notify(self, name: str, rules: list[Any], length: int) -> None:
        factories.notice(self.unit(name), *self.made(Audience, rules), sent_at=self.at, body="字" * length)

    def direct(self, name: str, rules: list[Any], minutes: int) -> None:
        made = self.made(DirectiveRule, rules)
        self.last = directive_rows.directive(self.unit(name), *made, sent_at=self.at, minutes=minutes)

    def ask(self, name: str, rules: list[Any], minutes: int) -> None:
        learned = self.took_last(name)
        form = factories.report_form(
            self.unit(name), *self.made(ReportFormRule, rules), minutes=minutes, over_budget_why="So it is."
        )
        self.period = factories.period(form, at=self.at)
        self.forms.append((name, form.pk))
        self.learned[form.pk] = learned

    def pass_on(self, name: str, rules: list[Any]) -> None:
        if self.last:
            directive_rows.passing(self.last, self.unit(name), *self.made(DirectiveRule, rules), at=self.at)

    def say(self, of_directive: bool, minutes: list[int]) -> None:
        thing = self.last if of_directive else self.period and self.period.form
        if thing:
            link = "directive" if of_directive else "form"
            note_minutes([(None, each) for each in minutes], **{link: thing})
            self.said[link, thing.pk] += minutes
            fold_minutes(self.at)

    def move(self, name: str, to: str) -> None:
        move_unit(self.unit(name), self.unit(to), on=self.at.date(), why="Nearer.", by=OPERATOR, at=self.at)

    def add(self, name: str) -> None:
        code = f"new{Unit.objects.count()}"
        add_unit(self.unit(name), code=code, name=code, on=self.at.date(), why="New.", by=OPERATOR, at=self.at)

    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    def took_last(self, name: str) -> int | None:
        known = [self.said["form", pk] for sender, pk in self.forms if sender == name]
        return next((median_low(said) for said in reversed(known) if len(said) >= 10), None)

    def minutes(self, thing: Thing) -> int:
        """What counts of `thing`, from what was written here: the lower middle of what ten or more said, else that of what they
        said of the last one, else the estimate."""
        if thing.kind == Asking.NOTICE:
            return thing.minutes
        if thing.kind == Asking.DIRECTIVE:
            estimate, said = Directive.objects.get(pk=thing.pk).minutes, self.said["directive", thing.pk]
        else:
            form = Period.objects.get(pk=thing.pk).form
            estimate, said = self.learned[form.pk] or form.minutes, self.said["form", form.pk]
        return median_low(said) if len(said) >= 10 else estimate

    def compare(self) -> None:
        for span in (OCTOBER, NOVEMBER):
            everywhere, tree = minutes_everywhere(span), snapshot.current()
            for unit in Unit.objects.shown():
                plain = sum(self.minutes(each.thing) for each in asked_of(unit, span))
                assert everywhere[tree.ordinals[unit.pk]] == plain, (unit.code, span)


def live(plan: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        world = World()
        for step in plan:
            world.take(step)
        world.compare()
        transaction.set_rollback(True)


lives = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
plans = given(plan=st.lists(steps, min_size=2, max_size=12))


@pytest.mark.django_db
@lives
@plans
def test_one_pass_equals_a_count_of_each_unit(plan: list[tuple[Any, ...]]) -> None:
    live(plan)


@pytest.mark.django_db
@lives
@plans
def test_what_senders_ask_adds_up_to_what_units_are_asked(plan: list[tuple[Any, ...]]) -> None:
    """While nobody moves: who moved is counted where she was, the senders' table as the tree stands now."""
    with transaction.atomic():
        world = World()
        for step in plan:
            if step[0] not in ("move", "add"):
                world.take(step)
        for span in (OCTOBER, NOVEMBER):
            whole = sum(row.minutes for row in senders_in(world.units["n"], span).rows)
            assert whole == minutes_everywhere(span).sum()
        transaction.set_rollback(True)


def rules_of_one_thing_count_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(spread, "apart", list)


def who_asks_is_asked_too(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(spread, "_without", lambda piece, place: [piece])


def units_are_counted_where_they_stand_now(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(burden, "_of_moved", lambda *given: ())


def what_units_say_does_not_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(burden, "took_by_number", lambda *given: {})


def two_are_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(time_taken, "FEWEST_SAID", 2)


def what_the_last_one_took_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(report_forms, "learned_for", lambda form: None)


P = ("p", True, 0, 0)
PLANTS: list[tuple[Plant, Plan]] = [
    (rules_of_one_thing_count_twice, [("direct", "n", [P, P], 10)]),
    (who_asks_is_asked_too, [("direct", "p", [P], 10)]),
    (units_are_counted_where_they_stand_now, [("direct", "n", [("c", True, 0, 0)], 10), ("move", "v1", "e")]),
    (what_units_say_does_not_count, [("direct", "n", [P], 10), ("say", True, [40] * 10)]),
    (what_units_say_does_not_count, [("ask", "n", [P], 10), ("say", False, [40] * 10)]),
    (what_the_last_one_took_is_forgotten, [("ask", "n", [P], 10), ("say", False, [40] * 10), ("ask", "n", [P], 10)]),
    (two_are_enough, [("direct", "n", [P], 10), ("say", True, [40] * 9)]),
]
"""Bugs, each with a plan in which it shows; the tests above live these plans, too, and many others."""


@pytest.mark.django_db
@pytest.mark.parametrize(("plant", "plan"), PLANTS, ids=lambda given: getattr(given, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_caught(plant, plan, live, monkeypatch)
