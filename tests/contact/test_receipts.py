"""Receipts: batches are sets, the gate is asked again, a person's own answer stands at once."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from pyroaring import BitMap
from pytest_django import DjangoAssertNumQueries

from braid.contact.actions import FactOf, answer_notice, fold_spool, freeze_due, record_facts, withdraw_notice
from braid.contact.enums import Fact
from braid.contact.models import Audience, FoldedSegment, Notice, Receipt, UnitSet
from braid.contact.queries import (
    Part,
    inbox_for,
    people_seen,
    reach_by_level,
    reach_of_children,
    top_of_reach,
    unread_count_for,
)
from braid.kernel.access import OPERATOR
from braid.kernel.errors import NotAllowed, WrongState
from braid.people.enums import Office
from braid.people.models import Membership
from tests import factories


def seen(notice: Notice, meaning: int = Fact.SEEN) -> set[int]:
    return set(BitMap.deserialize(bytes(UnitSet.objects.get(notice=notice, meaning=meaning).numbers)))


def test_a_batch_is_a_set(world: SimpleNamespace, now: datetime) -> None:
    notice = factories.notice(world.nation, asks_acknowledgement=True)
    facts = [
        FactOf(world.liaisons[name].pk, notice.pk, world.units[name].pk, fact, now)
        for name in ("province", "county", "village")
        for fact in (Fact.SEEN, Fact.ACKNOWLEDGED)
        if (name, fact) != ("village", Fact.ACKNOWLEDGED)
    ]
    shuffled = facts * 3
    random.Random(4).shuffle(shuffled)
    record_facts(shuffled[:7], at=now)
    record_facts(shuffled, at=now)
    assert set(Receipt.objects.values_list("person_id", "notice_id", "unit_number", "fact")) == {f[:4] for f in facts}
    assert seen(notice) == {world.province.pk, world.county.pk, world.village.pk}
    assert seen(notice, Fact.ACKNOWLEDGED) == {world.province.pk, world.county.pk}


def test_the_gate_is_asked_for_every_fact(world: SimpleNamespace, now: datetime) -> None:
    county = factories.notice(world.county)
    draft = factories.notice(world.county, sent_at=None)
    withdrawn = factories.notice(world.county)
    withdraw_notice(withdrawn, why="x", by=OPERATOR, at=now)
    heads_only = factories.notice(world.county, Audience(unit=world.county, offices=1 << Office.HEAD))
    village, gone = world.liaisons["village"], factories.member(world.village, until=date(2026, 11, 23))
    stranger = factories.person()
    here = world.village.pk
    refused = [
        FactOf(world.liaisons["other"].pk, county.pk, world.other.pk, Fact.SEEN, now),  # not addressed
        FactOf(village.pk, county.pk, world.township.pk, Fact.SEEN, now),  # not her unit
        FactOf(village.pk, county.pk, here, Fact.ACKNOWLEDGED, now),  # not asked for
        FactOf(village.pk, county.pk, here, 9, now),  # no fact
        FactOf(gone.pk, county.pk, here, Fact.SEEN, now),  # not a member any more
        FactOf(stranger.pk, county.pk, here, Fact.SEEN, now),
        FactOf(10**9, county.pk, here, Fact.SEEN, now),
        FactOf(village.pk, 10**9, here, Fact.SEEN, now),
        FactOf(village.pk, draft.pk, here, Fact.SEEN, now),
        FactOf(village.pk, withdrawn.pk, here, Fact.SEEN, now),
        FactOf(village.pk, heads_only.pk, here, Fact.SEEN, now),  # not her office
    ]
    assert record_facts(refused, at=now) == []
    assert not Receipt.objects.exists()
    assert seen(county) == set()
    good = [
        FactOf(village.pk, county.pk, here, Fact.SEEN, now),
        FactOf(world.heads["village"].pk, heads_only.pk, here, Fact.SEEN, now),
    ]
    assert record_facts([*refused, *good], at=now) == good


def test_the_number_of_queries_does_not_grow_with_the_batch(
    world: SimpleNamespace, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    notice = factories.notice(world.nation)
    people = [factories.member(world.village) for _ in range(30)]
    record_facts([FactOf(people[0].pk, notice.pk, world.village.pk, Fact.SEEN, now)], at=now)
    with django_assert_max_num_queries(15):
        record_facts([FactOf(p.pk, notice.pk, world.village.pk, Fact.SEEN, now) for p in people], at=now)
    assert Receipt.objects.count() == 30


def test_her_own_answer_stands_at_once_and_the_counts_follow(
    world: SimpleNamespace, now: datetime, spool: object
) -> None:
    notice = factories.notice(world.nation, asks_acknowledgement=True, asks_done=True)
    her = world.liaisons["village"]
    answer_notice(notice, Fact.DONE, by=her, at=now)
    (letter,) = inbox_for(her, at=now).rows
    assert letter.facts == {Fact.SEEN, Fact.DONE}
    assert letter.waits_for_acknowledgement
    assert not letter.waits_for_done
    assert unread_count_for(her, at=now) == 0
    freeze_due(now)
    assert seen(notice, Fact.DONE) == set()
    assert fold_spool(now) == 2
    assert fold_spool(now) == 0
    assert seen(notice, Fact.DONE) == seen(notice) == {world.village.pk}


def test_answers_are_refused_where_nothing_was_asked(world: SimpleNamespace, now: datetime) -> None:
    notice = factories.notice(world.county)
    with pytest.raises(WrongState):
        answer_notice(notice, Fact.DONE, by=world.liaisons["village"], at=now)
    with pytest.raises(NotAllowed):
        answer_notice(notice, Fact.SEEN, by=world.liaisons["other"], at=now)
    assert fold_spool(now) == 0


def test_a_unit_counts_once_however_many_of_its_people_see_it(world: SimpleNamespace, now: datetime) -> None:
    notice = factories.notice(world.province)
    for who in (world.liaisons["village"], world.heads["village"]):
        answer_notice(notice, Fact.SEEN, by=who, at=now)
    fold_spool(now)
    rows = {row.level: row.counts for row in reach_by_level(notice)}
    assert (rows[5].addressed, rows[5].reached, rows[5].seen) == (1, 1, 1)
    assert (rows[3].addressed, rows[3].seen) == (2, 0)
    (county,) = [row for row in reach_of_children(notice, Part(world.province)) if row.unit == world.county]
    assert (county.counts.addressed, county.counts.seen, county.counts.done) == (3, 1, None)


def test_reached_is_where_somebody_has_an_account_or_acted(db: None, now: datetime) -> None:
    units = factories.tree({"n": {"a": {}, "b": {}}})
    factories.member(units["a"], who=factories.person(with_account=False))
    her = factories.member(units["b"])
    notice = factories.notice(units["n"])
    freeze_due(now)
    assert {row.unit.name: row.counts.reached for row in reach_of_children(notice, Part(units["n"]))} == {
        "a": 0,
        "b": 1,
    }
    Membership.objects.filter(person=her).update(until=date(2026, 11, 23))
    late = factories.member(units["a"])
    record_facts([FactOf(late.pk, notice.pk, units["a"].pk, Fact.SEEN, now)], at=now)
    assert {row.unit.name: row.counts.reached for row in reach_of_children(notice, Part(units["n"]))} == {
        "a": 1,
        "b": 1,
    }


def test_folding_the_same_segment_again_changes_nothing(world: SimpleNamespace, now: datetime) -> None:
    notice = factories.notice(world.nation)
    answer_notice(notice, Fact.SEEN, by=world.liaisons["village"], at=now)
    assert fold_spool(now) == 1
    before = sorted(Receipt.objects.values_list("person_id", "fact")), seen(notice)
    FoldedSegment.objects.all().delete()
    assert fold_spool(now) == 1
    assert (sorted(Receipt.objects.values_list("person_id", "fact")), seen(notice)) == before


def test_what_was_said_before_a_notice_was_withdrawn_counts_though_it_is_folded_after(
    world: SimpleNamespace, now: datetime
) -> None:
    notice = factories.notice(world.province)
    answer_notice(notice, Fact.SEEN, by=world.liaisons["village"], at=now)
    withdraw_notice(notice, why="x", by=OPERATOR, at=now + timedelta(seconds=1))
    late = FactOf(world.liaisons["county"].pk, notice.pk, world.county.pk, Fact.SEEN, now + timedelta(seconds=2))
    assert record_facts([late], at=now + timedelta(seconds=3)) == []
    fold_spool(now + timedelta(seconds=3))
    assert seen(notice) == {world.village.pk}


def test_of_the_people_only_the_offices_it_addresses_are_counted(world: SimpleNamespace, now: datetime) -> None:
    rule = Audience(unit=world.province, offices=1 << Office.HEAD)
    beside = Audience(unit=world.county, is_subtree=False, offices=1 << Office.LIAISON)
    notice = factories.notice(world.province, rule, beside)
    freeze_due(now)
    counted = {
        name: [line.office for line in people_seen(notice, world.units[name], on=now.date())]
        for name in ("village", "county")
    }
    assert counted == {"village": [Office.HEAD], "county": [Office.HEAD, Office.LIAISON]}


def test_whom_it_reached_begins_where_its_audience_is(world: SimpleNamespace, now: datetime) -> None:
    """A head above may send a unit's notice to units elsewhere: she begins above them all."""
    head = world.heads["nation"]
    elsewhere = factories.notice(world.county, Audience(unit=world.other))
    own = factories.notice(world.county)
    both = factories.notice(world.county, Audience(unit=world.other), Audience(unit=world.county))
    freeze_due(now)
    codes = [top_of_reach(head, notice) for notice in (elsewhere, own, both)]
    assert codes == [world.nation.code, world.county.code, world.nation.code]
    assert top_of_reach(world.heads["other"], both) == world.other.code
