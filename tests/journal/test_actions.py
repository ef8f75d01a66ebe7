"""Recording, folding, rebuilding and forgetting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from braid.journal import queries
from braid.journal.actions import erase_actor, fold, fold_before_move, fold_round, rebuild_tallies
from braid.journal.actions import tallies as folding
from braid.journal.models import Entry, Pending, Tally
from braid.kernel.ledger import Happened, Strand, record, record_all
from braid.units.models import Unit
from tests.factories import person, tree

pytestmark = pytest.mark.django_db
SHAPE = {"nation": {"province": {"county": {"village": {}}}, "island": {}}}


@pytest.fixture(autouse=True)
def a_round_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the test before folded."""
    monkeypatch.setattr(folding._pace, "next_round", 0.0)


def tallies() -> dict[tuple[int, str], int]:
    return {(tally.unit_number, tally.kind): tally.amount for tally in Tally.objects.all()}


def test_record_keeps_the_place_the_act_and_the_actor(now: datetime) -> None:
    units, she = tree(SHAPE), person()
    record(units["village"], Strand.SERVICE, "help.asked", 3, by=she, at=now)
    entry = Entry.objects.get()
    assert (entry.unit_id, entry.unit_path) == (units["village"].pk, units["village"].path)
    assert (entry.strand, entry.kind, entry.amount, entry.by_number) == ("service", "help.asked", 3, she.pk)
    assert entry.at == now
    assert Pending.objects.get().unit_path == units["village"].path


def test_the_database_knows_three_strands(now: datetime) -> None:
    units = tree(SHAPE)
    record(units["village"], Strand.WORK, "report.filed", at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(strand="other")


def test_the_day_is_the_federations_whatever_the_reader_set(now: datetime, settings: object) -> None:
    units = tree(SHAPE)
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # already the 24th in Shanghai
    with timezone.override("America/New_York"):
        record(units["village"], Strand.CONTACT, "notice.sent", at=late)
    assert Entry.objects.get().day == date(2026, 11, 24)
    assert queries.series(units["nation"], "notice.sent") == [(date(2026, 11, 24), 1)]


def test_record_takes_the_place_of_this_moment_not_of_a_stale_copy(now: datetime) -> None:
    units = tree(SHAPE)
    stale = Unit.objects.get(pk=units["village"].pk)
    moved_to = units["island"].path + units["village"].path[-5:]
    Unit.objects.filter(pk=stale.pk).update(path=moved_to, depth=2)
    record(stale, Strand.CONTACT, "notice.sent", at=now)
    assert Entry.objects.get().unit_path == moved_to


def test_record_at_an_unknown_unit_is_an_error_and_leaves_nothing(now: datetime) -> None:
    units = tree(SHAPE)
    with pytest.raises(LookupError):
        record_all([Happened(units["village"].pk, Strand.WORK, "a.b"), Happened(999_999, Strand.WORK, "a.b")], at=now)
    with pytest.raises(LookupError):
        record_all([Happened(999_999, Strand.WORK, "a.b")], at=now)
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


def test_one_act_is_one_statement_on_postgresql(now: datetime, django_assert_num_queries: Any) -> None:
    unit = tree(SHAPE)["village"]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 4):
        record(unit, Strand.CONTACT, "notice.sent", at=now)
    assert queries.total(unit, "notice.sent") == 1


def test_record_all_writes_many(now: datetime) -> None:
    units = tree(SHAPE)
    record_all((Happened(unit.pk, Strand.WORK, "a.b", 2) for unit in units.values()), at=now)
    assert Entry.objects.count() == Pending.objects.count() == 5
    assert queries.total(units["nation"], "a.b") == 10
    record_all([], at=now)
    assert Entry.objects.count() == 5


def test_fold_adds_to_every_ancestor_and_claims_each_row_once(now: datetime) -> None:
    units = tree(SHAPE)
    record(units["village"], Strand.CONTACT, "notice.seen", 4, at=now)
    record(units["county"], Strand.CONTACT, "notice.seen", 1, at=now)
    record(units["village"], Strand.CONTACT, "notice.seen", -2, at=now)
    assert fold() == 3
    assert fold() == 0
    assert not Pending.objects.exists()
    expected = {"nation": 3, "province": 3, "county": 3, "village": 2}
    assert tallies() == {(units[name].pk, "notice.seen"): amount for name, amount in expected.items()}


def test_fold_stops_at_most(now: datetime) -> None:
    units = tree(SHAPE)
    record_all((Happened(units["village"].pk, Strand.CONTACT, "a.b") for _ in range(7)), at=now)
    assert fold(most=3) == 3
    assert Pending.objects.count() == 4
    assert queries.total(units["village"], "a.b") == 7
    assert fold_round(now) == 4
    assert queries.total(units["village"], "a.b") == 7


def test_on_postgresql_the_next_round_waits_a_moment_unless_much_is_left(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = tree(SHAPE)
    record(units["village"], Strand.CONTACT, "a.b", at=now)
    assert fold_round(now) == 1
    record_all((Happened(units["village"].pk, Strand.CONTACT, "a.b") for _ in range(7)), at=now)
    at_once = fold_round(now)
    assert at_once == (0 if connection.vendor == "postgresql" else 7)
    assert queries.total(units["nation"], "a.b") == 8
    monkeypatch.setattr(folding._pace, "next_round", 0.0)
    monkeypatch.setattr(folding._pace, "most", 2)
    monkeypatch.setattr(folding._pace, "rows", 2)
    record_all((Happened(units["village"].pk, Strand.CONTACT, "a.b") for _ in range(7)), at=now)
    assert [fold_round(now), fold_round(now)] == [2, 2]


def test_what_is_pending_below_a_moving_unit_is_folded_where_it_happened(now: datetime) -> None:
    units = tree(SHAPE)
    record(units["village"], Strand.CONTACT, "a.b", at=now)
    record(units["island"], Strand.CONTACT, "a.b", at=now)
    fold_before_move(units["county"], now)
    assert [row.unit_path for row in Pending.objects.all()] == [units["island"].path]
    assert queries.total(units["province"], "a.b") == 1
    assert queries.total(units["nation"], "a.b") == 2


def test_rebuild_equals_the_fold_and_repairs_damage(now: datetime) -> None:
    units = tree(SHAPE)
    record(units["village"], Strand.CONTACT, "a.b", 5, at=now)
    record(units["island"], Strand.WORK, "c.d", 2, at=now)
    fold()
    folded = tallies()
    Tally.objects.filter(unit_number=units["county"].pk).update(amount=99)
    record(units["province"], Strand.WORK, "c.d", 1, at=now)
    assert queries.wrong_tallies() == [(units["county"].pk, "a.b", date(2026, 11, 23), -94)]
    rebuild_tallies()
    assert not Pending.objects.exists()
    assert queries.wrong_tallies() == []
    nation, province = (units["nation"].pk, "c.d"), (units["province"].pk, "c.d")
    assert tallies() == {**folded, nation: folded[nation] + 1, province: 1}


def test_a_lost_and_a_doubled_row_are_both_found(now: datetime) -> None:
    units = tree(SHAPE)
    record(units["island"], Strand.CONTACT, "a.b", at=now)
    Pending.objects.all().delete()
    assert [missing for *_, missing in queries.wrong_tallies()] == [1, 1]
    record(units["island"], Strand.CONTACT, "a.b", at=now)
    fold()
    fold_again = Pending(unit_path=units["island"].path, day=date(2026, 11, 23), kind="a.b", amount=7)
    fold_again.save()
    assert [missing for *_, missing in queries.wrong_tallies()] == [-6, -6]


def test_erasing_a_person_forgets_her_and_keeps_what_happened(now: datetime) -> None:
    units, she, other = tree(SHAPE), person(), person()
    for who in (she, other, she):
        record(units["village"], Strand.CONTACT, "a.b", by=who, at=now)
    assert erase_actor(she.pk) == 2
    assert list(Entry.objects.exclude(by_number=None).values_list("by_number", flat=True)) == [other.pk]
    assert queries.total(units["nation"], "a.b") == 3
