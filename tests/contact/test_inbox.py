"""Inboxes: moved units keep what they were sent and gain nothing old; filters, pages, and a comparison with an oracle."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from braid.contact.actions import answer_notice, freeze_audience
from braid.contact.enums import Fact, Show
from braid.contact.models import Audience, Notice, UnitSet
from braid.contact.queries import (
    Filters,
    inbox_for,
    notices_waiting_for,
    sets_of,
    size_of,
    units_addressed,
    unread_count_for,
)
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput
from braid.kernel.outbox import run_due
from braid.people.enums import Office
from braid.people.models import Person
from braid.units import snapshot
from braid.units.actions import add_unit, close_unit, move_unit, reopen_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit
from tests import factories

HOUR = timedelta(hours=1)


def inbox(person: Person, at: datetime, filters: Filters | None = None) -> list[int]:
    """All pages, three rows each."""
    found: list[int] = []
    cursor = ""
    while True:
        page = inbox_for(person, at=at, filters=filters or Filters(), cursor=cursor, size=3)
        found += [letter.notice.pk for letter in page.rows]
        if not page.next_cursor:
            return found
        cursor = page.next_cursor


def test_a_moved_unit_keeps_what_it_was_sent_and_gains_nothing_old(world: SimpleNamespace, now: datetime) -> None:
    old = factories.notice(world.county, sent_at=now)
    elsewhere = factories.notice(world.other, sent_at=now)
    her = world.liaisons["village"]
    township = Unit.objects.get(pk=world.township.pk)
    move_unit(township, Unit.objects.get(pk=world.other.pk), on=now.date(), why="x", by=OPERATOR, at=now + HOUR)
    later_old = factories.notice(Unit.objects.get(pk=world.county.pk), sent_at=now + 2 * HOUR)
    later_new = factories.notice(Unit.objects.get(pk=world.other.pk), sent_at=now + 2 * HOUR)
    got = inbox(her, now + 3 * HOUR)
    assert got == [later_new.pk, old.pk]
    assert elsewhere.pk not in got
    assert later_old.pk not in got


def test_a_new_unit_gains_no_old_notices(world: SimpleNamespace, now: datetime) -> None:
    factories.notice(world.nation, sent_at=now)
    made = add_unit(
        Unit.objects.get(pk=world.township.pk),
        name="New",
        code="NEW",
        by=OPERATOR,
        at=now + HOUR,
        on=now.date(),
        why="x",
    )
    her = factories.member(made)
    assert inbox(her, now + 2 * HOUR) == []
    later = factories.notice(world.nation, sent_at=now + 2 * HOUR)
    assert inbox(her, now + 3 * HOUR) == [later.pk]


def test_a_closed_unit_is_sent_nothing_meanwhile(world: SimpleNamespace, now: datetime) -> None:
    village, her = Unit.objects.get(pk=world.village.pk), world.liaisons["village"]
    first = factories.notice(world.nation, sent_at=now)
    close_unit(village, on=now.date(), why="x", by=OPERATOR, at=now + HOUR)
    assert inbox(her, now + HOUR) == []
    factories.notice(world.nation, sent_at=now + 2 * HOUR)
    reopen_unit(Unit.objects.get(pk=village.pk), on=now.date(), why="x", by=OPERATOR, at=now + 3 * HOUR)
    last = factories.notice(world.nation, sent_at=now + 4 * HOUR)
    assert inbox(her, now + 5 * HOUR) == [last.pk, first.pk]


def test_who_left_reads_nothing_more_and_two_units_are_one_inbox(world: SimpleNamespace, now: datetime) -> None:
    her = world.liaisons["village"]
    factories.member(world.other, who=her)
    both = factories.notice(world.province, sent_at=now - HOUR)
    one = factories.notice(world.other, sent_at=now)
    assert inbox(her, now) == [one.pk, both.pk]
    her.memberships.filter(unit=world.other).update(until=now.date())
    assert inbox(her, now) == [both.pk]


def test_what_was_sent_before_she_came_can_be_read_but_does_not_wait(world: SimpleNamespace, now: datetime) -> None:
    old = factories.notice(world.nation, sent_at=now - timedelta(days=9), asks_done=True)
    her = factories.member(world.village, since=(now - timedelta(days=2)).date())
    (letter,) = inbox_for(her, at=now).rows
    assert letter.notice == old
    assert not letter.is_unread
    assert not letter.waits_for_done
    assert unread_count_for(her, at=now) == 0
    assert notices_waiting_for(her, at=now, most=9) == []


def test_who_has_long_been_in_one_unit_and_came_to_another_has_nothing_old_to_read_there(
    world: SimpleNamespace, now: datetime
) -> None:
    old = factories.notice(world.other, sent_at=now - timedelta(days=9))
    hers = factories.notice(world.county, sent_at=now - timedelta(days=9))
    her = factories.member(world.village, since=(now - timedelta(days=99)).date())
    factories.member(world.other, who=her, since=(now - timedelta(days=2)).date())
    unread = {letter.notice.pk: letter.is_unread for letter in inbox_for(her, at=now).rows}
    assert unread == {old.pk: False, hers.pk: True}
    assert unread_count_for(her, at=now) == 1


def test_filters(world: SimpleNamespace, now: datetime) -> None:
    her = world.liaisons["village"]
    plain = factories.notice(world.nation, sent_at=now, title="Plain")
    ack = factories.notice(world.province, sent_at=now - HOUR, title="关于会议的通知", asks_acknowledgement=True)
    do = factories.notice(world.county, sent_at=now - 2 * HOUR, title="Do it", asks_done=True)
    run_due(at=now)
    answer_notice(ack, Fact.SEEN, by=her, at=now)
    assert inbox(her, now, Filters(Show.UNREAD)) == [plain.pk, do.pk]
    assert inbox(her, now, Filters(Show.ACKNOWLEDGE)) == [ack.pk]
    assert inbox(her, now, Filters(Show.DO)) == [do.pk]
    assert inbox(her, now, Filters(Show.WAITING)) == [ack.pk, do.pk]
    assert inbox(her, now, Filters(from_level=world.county.level)) == [do.pk]
    assert inbox(her, now, Filters(text="會議")) == [ack.pk]
    assert inbox(her, now, Filters(text="%%%")) == []
    answer_notice(do, Fact.DONE, by=her, at=now)
    assert inbox(her, now, Filters(Show.DO)) == []
    assert unread_count_for(her, at=now) == 1


def test_a_notice_to_the_same_people_by_two_rules_is_there_once(world: SimpleNamespace, now: datetime) -> None:
    rules = [Audience(unit=world.nation), Audience(unit=world.nation, levels=1 << 5), Audience(unit=world.county)]
    made = [
        factories.notice(world.nation, *[Audience(unit=r.unit, levels=r.levels) for r in rules], sent_at=now - n * HOUR)
        for n in range(7)
    ]
    assert inbox(world.liaisons["village"], now) == [notice.pk for notice in made]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwgMV0", "WzEsIDJd", "WyIyMDI2LTAxLTAxIiwgIngiXQ"])
def test_damaged_cursors_are_refused(world: SimpleNamespace, now: datetime, cursor: str) -> None:
    with pytest.raises(BadInput):
        inbox_for(world.liaisons["village"], at=now, cursor=cursor)


@pytest.mark.parametrize("rows", [3, 30])
def test_an_inbox_takes_five_queries(
    world: SimpleNamespace, now: datetime, rows: int, django_assert_num_queries: object
) -> None:
    for number in range(rows):
        factories.notice(world.county, sent_at=now - number * HOUR)
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert len(inbox_for(world.liaisons["village"], at=now, size=30).rows) == rows


@pytest.mark.parametrize("seed", range(4))
def test_inboxes_frozen_sets_and_sizes_agree_with_an_oracle(db: None, now: datetime, seed: int) -> None:
    """Random trees, moves between notices, random rules: who has what in her inbox is what stood true when it was sent."""
    chance = random.Random(seed)
    units = factories.tree({"n": {"p": {"a": {"x": {}, "y": {}}, "b": {"z": {}}}, "q": {"c": {"w": {}}}}})
    Unit.objects.filter(name__in=["y", "w"]).update(kind=UnitKind.GROUP)
    people = {
        name: [factories.member(unit, office) for office in (Office.HEAD, Office.MEMBER)]
        for name, unit in units.items()
    }
    offices = {
        person.pk: office
        for pair in people.values()
        for person, office in zip(pair, (Office.HEAD, Office.MEMBER), strict=True)
    }
    unit_of = {person.pk: units[name].pk for name, pair in people.items() for person in pair}
    expected: dict[int, set[int]] = {person: set() for person in unit_of}
    at = now
    for _ in range(14):
        at += HOUR
        if chance.random() < 0.3:
            leaf, parent = chance.choice(["x", "y", "z", "w"]), chance.choice(["a", "b", "c"])
            moving, to = Unit.objects.get(pk=units[leaf].pk), Unit.objects.get(pk=units[parent].pk)
            if moving.parent_id != to.pk:
                move_unit(moving, to, on=at.date(), why="x", by=OPERATOR, at=at)
            continue
        snapshot._snapshot.clear()
        tree = list(Unit.objects.all())
        rules = [
            Audience(
                unit=chance.choice(tree),
                is_subtree=chance.random() < 0.8,
                levels=chance.choice([0, 0, 1 << 3, 1 << 4 | 1 << 2]),
                kinds=chance.choice([0, 0, 1 << UnitKind.GROUP]),
                offices=chance.choice([0, 0, 1 << Office.HEAD]),
            )
            for _ in range(chance.randint(1, 3))
        ]
        meant = {unit.pk for unit in tree if any(_means(rule, unit) for rule in rules)}
        if not meant:
            with pytest.raises(BadInput):
                factories.notice(Unit.objects.get(depth=0), *rules, sent_at=at)
            continue
        notice = factories.notice(Unit.objects.get(depth=0), *rules, sent_at=at)
        for person, unit in unit_of.items():
            where = next(each for each in tree if each.pk == unit)
            if any(_means(rule, where) and (not rule.offices or rule.offices >> offices[person] & 1) for rule in rules):
                expected[person].add(notice.pk)
        freeze_audience(notice, at=at)
        assert set(sets_of(notice).units[UnitSet.Meaning.ADDRESSED]) == meant
        assert size_of(rules, on=at.date()).units == len(meant)
    for person in Person.objects.all():
        assert set(inbox(person, at)) == expected[person.pk]
        for notice in Notice.objects.all():
            assert (notice.pk in expected[person.pk]) == bool(units_addressed(person, notice, at=at))


def _means(rule: Audience, unit: Unit) -> bool:
    within = unit.path.startswith(rule.unit.path) if rule.is_subtree else unit.pk == rule.unit.pk
    return (
        within
        and (not rule.levels or bool(rule.levels >> unit.level & 1))
        and (
            bool(rule.kinds >> unit.kind & 1) if rule.kinds else unit.kind != UnitKind.GROUP or unit.pk == rule.unit.pk
        )
    )
