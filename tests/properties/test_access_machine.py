"""The access gate under a random life: trees, offices, grants, moves, merges, splits, revocations, notices that the worker sends
in somebody's name; every answer, and every thing done, is what the oracle says.

Real requests, `BRAID_ACCESS_REQUESTS` of them (10,000 in CI, on each database), must show no leak. And the machine itself
is tested: with a bug planted in the product it must fail.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from braid.contact.actions import planning, sending
from braid.kernel.access import EVERYWHERE, OPERATOR, Scope
from braid.people import following, gate
from braid.people.enums import Office, Reach, Role
from braid.people.models import Grant, Membership, Person
from braid.people.queries import lists
from braid.units import hooks
from braid.units.actions import moves, units
from braid.units.enums import UnitStatus
from braid.units.models import Unit

from .access_world import Leak, LeakFound, World

REQUESTS = int(os.environ.get("BRAID_ACCESS_REQUESTS", "10000" if os.environ.get("CI") else "1200"))
MOST_FOR_A_PLANT = 30_000
"""Requests in which a planted bug must be found. Most are within a few hundred; Hypothesis draws from what modules happen
to be loaded, so no two runs live the same lives, and a test that fails once in a hundred runs is worth nothing."""
PARTS = 4
LIVES = 5
STEPS = 50

index = st.integers(0, 10_000)
offices = st.sampled_from([Office.HEAD, Office.HEAD, Office.DEPUTY, Office.LIAISON, Office.COMMITTEE, Office.MEMBER])
reaches = st.sampled_from([Reach.UNIT, Reach.SUBTREE])


class Enough(BaseException):
    """All requests that were wanted are made. No `Exception`: Hypothesis ends at once."""


class AccessMachine(RuleBasedStateMachine):
    """Draws what happens and who asks."""

    wanted = 0
    failed = False
    asks_every = 1
    """Who asks everywhere asks at every unit, or at each so manieth: a planted bug mostly shows where something was changed."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = World()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        AccessMachine.failed |= isinstance(sys.exception(), Exception)  # then Hypothesis lives it again, to tell of it
        if World.requests >= AccessMachine.wanted and not AccessMachine.failed:
            raise Enough

    def unit(self, n: int) -> Any:
        return self.world.units[n % len(self.world.units)]

    def person(self, n: int) -> Any:
        return self.world.people[n % len(self.world.people)]

    @initialize(draws=st.lists(index, min_size=5, max_size=9), office=offices)
    def grow(self, draws: list[int], office: Office) -> None:
        for n in draws:
            self.world.add_unit(self.unit(n))
        for n, person in zip(draws, self.world.people, strict=False):
            self.world.take(person, self.unit(n // 7), office)
        self.move(-1, draws[0], draws[1])  # the youngest fits everywhere: no life is without a move

    @rule(n=index)
    def add_unit(self, n: int) -> None:
        if len(self.world.units) < 15:
            self.world.add_unit(self.unit(n))

    @rule(n=index, to=index, who=index)
    def move(self, n: int, to: int, who: int) -> None:
        """Somebody moves along and somebody looks where she went: else few moves would change what anybody sees."""
        self.world.take(self.person(who), self.unit(n), Office.MEMBER)
        self.world.take(self.person(who + 1), self.unit(to), Office.DEPUTY)
        if self.world.move(self.unit(n), self.unit(to)):
            for unit in (n, to):
                self.world.ask_api(self.person(who + 1), self.unit(unit))

    @rule(n=index)
    def close(self, n: int) -> None:
        if n % 3 == 0:
            self.world.close(self.unit(n))
            self.all_ask_about(self.unit(n).pk)

    @rule(n=index, who=index)
    def close_for_a_while(self, n: int, who: int) -> None:
        """With everything below, from the bottom up; then each opens again, from the top down, and brings back its own alone."""
        opens = sorted(self.world.open_below(self.unit(n).pk), key=lambda unit: len(self.world.oracle.above(unit.pk)))
        if not opens:
            return
        self.world.grant(self.person(who), opens[-1], Role.VIEW, Reach.SUBTREE)
        for unit in reversed(opens):
            self.world.close(unit)
        for unit in opens:
            self.world.reopen(unit)
            self.world.ask_api(self.person(who), opens[-1])

    @rule(n=index, into=index)
    def merge(self, n: int, into: int) -> None:
        if n % 3 == 0:
            self.world.merge(self.unit(n), self.unit(into))
            self.all_ask_about(self.unit(into).pk)

    @rule(n=index, draw=index, who=index)
    def split(self, n: int, draw: int, who: int) -> None:
        """Somebody holds something at the old unit, so that it matters where it stays."""
        if len(self.world.units) < 18:
            self.world.grant(self.person(who), self.unit(n), Role.VIEW, Reach.SUBTREE)
            self.world.split(self.unit(n), draw)
            self.all_ask_about(self.unit(n).pk)
            self.all_ask_about(self.unit(-1).pk)

    @precondition(lambda self: self.world.oracle.closed)
    @rule(n=index)
    def reopen(self, n: int) -> None:
        closed = sorted(self.world.oracle.closed)
        number = closed[n % len(closed)]
        self.world.reopen(next(unit for unit in self.world.units if unit.pk == number))
        self.all_ask_about(number)

    @rule(who=index, n=index, office=offices)
    def take(self, who: int, n: int, office: Office) -> None:
        self.world.take(self.person(who), self.unit(n), office)

    @precondition(lambda self: self.world.oracle.held)
    @rule(n=index)
    def end(self, n: int) -> None:
        rows = sorted(self.world.oracle.held)
        row = rows[n % len(rows)]
        self.world.end(row)
        self.all_ask_about(row[1])

    @rule(who=index, n=index, role=st.sampled_from(Role), reach=reaches)
    def grant(self, who: int, n: int, role: Role, reach: Reach) -> None:
        self.world.grant(self.person(who), self.unit(n), role, reach)

    @precondition(lambda self: self.world.oracle.grants)
    @rule(n=index, runs_out=st.booleans())
    def end_grant(self, n: int, runs_out: bool) -> None:
        keys = sorted(self.world.oracle.grants)
        key = keys[n % len(keys)]
        _person, unit, _role, _reach = self.world.oracle.grants[key]
        if runs_out:
            self.world.run_out(key)
        else:
            self.world.revoke(key)
        self.all_ask_about(unit)

    @rule(who=index, n=index, role=st.sampled_from(Role), reach=reaches, runs_out=st.booleans())
    def grant_for_a_while(self, who: int, n: int, role: Role, reach: Reach, runs_out: bool) -> None:
        """One comes and goes at once: else many lives would end before one of their grants does."""
        before = set(self.world.oracle.grants)
        self.world.grant(self.person(who), self.unit(n), role, reach)
        for key in set(self.world.oracle.grants) - before:
            self.world.ask_api(self.person(who), self.unit(n))
            self.world.run_out(key) if runs_out else self.world.revoke(key)
            self.world.ask_api(self.person(who), self.unit(n))

    @rule(who=index, n=index, whole=st.booleans(), later=st.booleans())
    def send(self, who: int, n: int, whole: bool, later: bool) -> None:
        self.world.send(self.person(who), self.unit(n), whole=whole, later=later)

    @rule(who=index, n=index, later=st.booleans(), turns=st.integers(0, 1))
    def send_and_lose(self, who: int, n: int, later: bool, turns: int) -> None:
        """A right that lets her send is taken back before the worker comes: by itself that would be rare."""
        before = set(self.world.oracle.grants)
        self.world.grant(self.person(who), self.unit(n), Role.PUBLISH, Reach.SUBTREE)
        self.world.send(self.person(who), self.unit(n), whole=True, later=later)
        for _ in range(turns):
            self.world.work()
        for key in set(self.world.oracle.grants) - before:
            self.world.revoke(key)
        self.world.work()

    @precondition(lambda self: self.world.jobs)
    @rule()
    def work(self) -> None:
        self.world.work()

    def all_ask_about(self, number: int) -> None:
        """Everybody looks at once at a unit where something ended: what she may see no longer she must not see."""
        unit = next(unit for unit in self.world.units if unit.pk == number)
        for person in self.world.people:
            self.world.ask_api(person, unit)

    @rule(who=index)
    def lock(self, who: int) -> None:
        if who % 2 == 0:
            self.world.lock(self.person(who))
            self.world.ask_list(self.person(who), self.unit(who))  # she asks at once, with the session she has

    @rule(who=index, n=index, other=index)
    def ask(self, who: int, n: int, other: int) -> None:
        reader, unit = self.person(who), self.unit(n)
        self.world.ask_list(reader, unit)
        self.world.ask_search(reader, unit, self.person(other))
        self.world.ask_person(reader, self.person(other))

    @rule(who=index)
    def ask_everywhere(self, who: int) -> None:
        """One reader at every unit and about a third of the people: what somebody does who tries all addresses."""
        reader = self.person(who)
        every = AccessMachine.asks_every
        for unit in self.world.units[who % every :: every]:
            self.world.ask_api(reader, unit)
            self.world.ask_children(reader, unit)
        for unit in self.world.units[who % (2 * every) :: 2 * every]:
            self.world.ask_api(reader, unit, key_for=self.unit(who // 3))
        for person in self.world.people[who % 3 :: 3]:  # a page is as dear as five other questions
            self.world.ask_person(reader, person)
        self.world.ask_list(reader, self.unit(who // 3))
        self.world.ask_search(reader, self.unit(who // 3), self.person(who // 5))
        self.world.ask_grants(reader, self.unit(who))
        self.world.ask_export(reader, self.unit(who // 7))


@pytest.fixture(autouse=True)
def lean(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn around each page is about the reader herself and costs a third of it, static files as much as a small page;
    neither has a part in this. No reader is too eager."""
    monkeypatch.setattr("braid.kernel.context.places", lambda request: [])
    monkeypatch.setattr("braid.kernel.context.levels_of_own_unit", lambda request: [])
    monkeypatch.setattr("braid.people.api.A_MINUTE", 10**9)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "servestatic" not in name]


def run(requests: int, seed: int = 0, leak: type[BaseException] = Leak) -> int:
    """Let the machine live, a few lives at a time, until it has made `requests`, or found a `leak`; returns how many it made."""
    World.requests, World.leak = 0, leak
    AccessMachine.wanted, AccessMachine.failed = requests, False
    AccessMachine.asks_every = 1 if leak is Leak else 3
    lives = hypothesis_settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    seeds = count(seed)
    while World.requests < requests:
        machine = type("SeededMachine", (AccessMachine,), {"_hypothesis_internal_use_seed": next(seeds)})
        with suppress(Enough):
            run_state_machine_as_test(machine, settings=lives)
    return World.requests


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_no_leak(part: int) -> None:
    """In parts with lives of their own, so that several processes can share them."""
    assert run(REQUESTS // PARTS, seed=part * 1000) >= REQUESTS // PARTS


# Planted bugs: each is a mistake somebody could make tomorrow, and the machine must find it.

Plant = Callable[[pytest.MonkeyPatch], None]


def a_list_without_the_filter(patch: pytest.MonkeyPatch) -> None:
    original = lists.memberships_in
    patch.setattr("braid.people.views.people.memberships_in", lambda reach, **more: original(EVERYWHERE, **more))


def a_count_without_the_filter(patch: pytest.MonkeyPatch) -> None:
    original = lists.count_in
    patch.setattr("braid.people.views.people.count_in", lambda reach, **more: original(EVERYWHERE, **more))


def a_search_without_the_filter(patch: pytest.MonkeyPatch) -> None:
    original = lists.people_named
    patch.setattr(
        "braid.people.views.people.people_named", lambda name, reach, **more: original(name, EVERYWHERE, **more)
    )


def a_page_without_the_filter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.people.views.people.person_for", lambda reader, pk, on: Person.objects.get(pk=pk))


def offices_elsewhere_shown(patch: pytest.MonkeyPatch) -> None:
    from braid.people.queries import memberships_of

    patch.setattr(
        "braid.people.views.people.memberships_seen", lambda reader, person, on: memberships_of(person, on=on)
    )


def contacts_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.people.views.people.can_see_contacts", lambda by, person, paths, **more: True)


def reads_otherwise(patch: pytest.MonkeyPatch, was: str, becomes: str) -> None:
    """The gate's one statement, with a mistake in it."""
    assert gate._HELD_SQL.count(was) == 1
    patch.setattr(gate, "_HELD_SQL", gate._HELD_SQL.replace(was, becomes))


def a_gate_that_ignores_revocation(patch: pytest.MonkeyPatch) -> None:
    reads_otherwise(patch, " AND revoked_at IS NULL", "")


def a_gate_that_ignores_the_last_day(patch: pytest.MonkeyPatch) -> None:
    reads_otherwise(patch, "until > %s) AND revoked_at", "until > %s OR 1 = 1) AND revoked_at")


def a_gate_that_ignores_the_end_of_offices(patch: pytest.MonkeyPatch) -> None:
    reads_otherwise(patch, "until > %s)\n", "until > %s OR 1 = 1)\n")


def a_gate_that_remembers(patch: pytest.MonkeyPatch) -> None:
    remembered: dict[int, Any] = {}
    original = gate.held_by
    patch.setattr(gate, "held_by", lambda person: remembered.setdefault(person.pk, original(person)))


def a_gate_that_forgets_to_look_at_closed_units(patch: pytest.MonkeyPatch) -> None:
    reads_otherwise(patch, f"unit.status = '{UnitStatus.ACTIVE.value}'", "1 = 1")


def a_reach_that_is_too_long(patch: pytest.MonkeyPatch) -> None:
    original = gate._scope
    patch.setattr(gate, "_scope", lambda reaches: original((Reach.SUBTREE, path) for _, path in reaches))


def a_prefix_taken_for_the_whole(patch: pytest.MonkeyPatch) -> None:
    """Scope checked the wrong way round: whoever stands below covers what stands above."""

    def covers(self: Scope, path: str) -> bool:
        return self == EVERYWHERE or any(top.startswith(path) for top in self.subtrees)

    patch.setattr(Scope, "covers", covers)


def rows_that_do_not_follow_a_move(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hooks, "owned_models", [])


def a_merge_that_hands_over_offices(patch: pytest.MonkeyPatch) -> None:
    def hand_over(unit: Unit, into: Unit, at: datetime) -> None:
        there = Membership.objects.filter(unit=into).values("person")
        going = Membership.objects.filter(unit=unit, until=None).exclude(person__in=there).exclude(office=Office.HEAD)
        going.update(unit=into, unit_path=into.path)

    patch.setattr(
        hooks, "before_merge", [hand_over, *(each for each in hooks.before_merge if each is not following.hand_over)]
    )


def a_split_whose_parts_inherit_grants(patch: pytest.MonkeyPatch) -> None:
    original = moves.create

    def create(tree: Any, parent: Unit, deed: Any, **fields: Any) -> Unit:
        new = original(tree, parent, deed, **fields)
        for grant in Grant.objects.valid(deed.at).filter(unit__parent=parent):
            grant.pk, grant.unit, grant.unit_path = None, new, new.path
            grant.save()
        return new

    patch.setattr(moves, "create", create)


def a_split_that_leaves_the_old_unit_open(patch: pytest.MonkeyPatch) -> None:
    original = moves.shut
    patch.setattr(moves, "shut", lambda unit, deed, **into: original(unit, deed, **into) if into else None)


def a_reopening_of_all_below(patch: pytest.MonkeyPatch) -> None:
    original = units.reopen

    def reopen(unit: Unit, deed: Any) -> None:
        original(unit, deed)
        Unit.objects.below(unit.path).update(status=UnitStatus.ACTIVE, closed_on=None, merged_into=None)

    patch.setattr(units, "reopen", reopen)


def a_plan_carried_out_in_the_operators_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "send_notice", lambda notice, *, by, at: sending.send_notice(notice, by=OPERATOR, at=at))


def an_announcement_that_asks_no_right(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "_why_not_out", lambda notice, *, by: "")


def a_session_of_a_locked_account(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("django.contrib.auth.backends.ModelBackend.user_can_authenticate", lambda self, user: True)


def a_key_that_forgets_its_unit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("braid.people.queries.tokens.limit", lambda person, names, *, top: gate.limit(person, names))


PLANTS: list[Plant] = [
    a_list_without_the_filter,
    a_count_without_the_filter,
    a_search_without_the_filter,
    a_page_without_the_filter,
    offices_elsewhere_shown,
    contacts_for_everybody,
    a_gate_that_ignores_revocation,
    a_gate_that_ignores_the_last_day,
    a_gate_that_ignores_the_end_of_offices,
    a_gate_that_remembers,
    a_gate_that_forgets_to_look_at_closed_units,
    a_reach_that_is_too_long,
    a_prefix_taken_for_the_whole,
    rows_that_do_not_follow_a_move,
    a_merge_that_hands_over_offices,
    a_split_whose_parts_inherit_grants,
    a_split_that_leaves_the_old_unit_open,
    a_reopening_of_all_below,
    a_plan_carried_out_in_the_operators_name,
    an_announcement_that_asks_no_right,
    a_session_of_a_locked_account,
    a_key_that_forgets_its_unit,
]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(LeakFound, match=r" for Nadezhda\d\d"):
        run(MOST_FOR_A_PLANT, leak=LeakFound)
