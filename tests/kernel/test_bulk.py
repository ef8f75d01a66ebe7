"""Bulk writes store exactly what the ORM would have stored, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from braid.kernel import bulk
from braid.kernel.bulk import insert_few, insert_rows, keys_checked_at_once, reset_sequence, update_rows
from braid.units.enums import TreeEventKind
from braid.units.models import Level, TreeEvent, Unit
from tests.factories import tree, unit

pytestmark = pytest.mark.django_db

EVENT = ["unit_id", "kind", "on", "recorded_at", "by_number", "why", "details"]


def _event_values(number: int) -> Any:
    return TreeEvent.objects.filter(unit=number).values_list(*EVENT)


def test_stores_what_the_orm_stores(now: datetime) -> None:
    bulk_unit, orm_unit = unit(), None
    orm_unit = unit(bulk_unit)
    values = (TreeEventKind.ADDED, date(2026, 2, 3), now, None, "tab\t, newline\n, \\N and 婦聯", {"路": [1, None]})
    TreeEvent.objects.create(**dict(zip(EVENT[1:], values, strict=True)), unit=orm_unit)

    assert insert_rows(TreeEvent, EVENT, [(bulk_unit.pk, *values)]) == 1

    assert list(_event_values(bulk_unit.pk).values_list(*EVENT[1:])) == list(
        _event_values(orm_unit.pk).values_list(*EVENT[1:])
    )
    assert TreeEvent.objects.filter(recorded_at=now, on="2026-02-03", details__路=[1, None]).count() == 2


def test_a_few_rows_are_stored_alike_and_come_with_their_numbers(now: datetime) -> None:
    place = unit()
    others = unit(place)
    values = [
        (TreeEventKind.ADDED, date(2026, 2, number), now, None, "婦聯 100%", {"路": [1, None, number]})
        for number in (3, 4)
    ]
    for each in values:
        TreeEvent.objects.create(**dict(zip(EVENT[1:], each, strict=True)), unit=others)

    numbers = insert_few(TreeEvent, EVENT, [(place.pk, *each) for each in values])

    assert insert_few(TreeEvent, EVENT, []) == []
    stored = TreeEvent.objects.in_bulk(numbers)
    assert [stored[number].details["路"][2] for number in numbers] == [3, 4]
    stored_alike = _event_values(others.pk).order_by("on").values_list(*EVENT[1:])
    assert list(_event_values(place.pk).order_by("on").values_list(*EVENT[1:])) == list(stored_alike)


def test_conflicts_are_refused_or_left_out() -> None:
    rows = [(number, f"Level {number}", "", "") for number in range(1, 8)]
    columns = ["number", "name", "name_zh_hant", "name_en"]
    assert insert_rows(Level, columns, rows[:3]) == 3
    with pytest.raises(IntegrityError):
        insert_rows(Level, columns, rows)
    assert Level.objects.count() == 3, "a refused write leaves nothing behind"
    assert insert_rows(Level, columns, rows, ignore_conflicts=True) == 4
    assert insert_rows(Level, columns, rows, ignore_conflicts=True) == 0


def test_checks_hold_even_when_conflicts_are_left_out() -> None:
    columns = "number path depth level code kind name name_zh_hant name_en full_name full_name_zh_hant full_name_en"
    columns += " is_placeholder status address page_version"
    row = (1, "00001", 0, 1, "R", 9, "Root", "", "", "", "", "", False, "active", "", 0)
    with pytest.raises(IntegrityError):
        insert_rows(Unit, columns.split(), [row], ignore_conflicts=True)


def test_many_rows_a_statement_lose_none(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ["number", "name", "name_zh_hant", "name_en"]
    rows = [(number, f"Level {number}", "級", "") for number in range(1, 9)]
    monkeypatch.setattr(bulk, "PARAMETERS", 3 * len(columns) + 1)
    assert insert_rows(Level, columns, rows[2:4]) == 2
    assert insert_rows(Level, columns, rows, ignore_conflicts=True) == 6
    assert list(Level.objects.order_by("number").values_list(*columns)) == rows


def test_streams_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 3)
    seen: list[int] = []
    rows = ((number, "x", "", "") for number in range(1, 9))
    insert_rows(Level, ["number", "name", "name_zh_hant", "name_en"], rows, on_progress=seen.append)
    assert seen == [3, 6, 8]


def test_updates_by_key_and_leaves_the_rest(now: datetime) -> None:
    root = unit(name="old")
    child = unit(root, name="child")
    assert update_rows(Unit, ["name", "placed_at"], [("new", now, root.pk), ("nobody", now, 999)]) == 1
    root.refresh_from_db()
    child.refresh_from_db()
    assert (root.name, root.placed_at, child.name, child.placed_at) == ("new", now, "child", None)


def test_sequence_goes_on_after_explicit_keys(now: datetime) -> None:
    root = unit()
    insert_rows(TreeEvent, ["id", *EVENT], [(5000, root.pk, "added", now.date(), now, None, "", {})])
    reset_sequence(TreeEvent)
    made = TreeEvent.objects.create(unit=root, kind="added", on=now.date(), recorded_at=now, why="")
    assert made.pk > 5000


def test_progress_is_optional_and_empty_is_fine() -> None:
    ignored: Callable[[int], None] | None = None
    assert insert_rows(Level, ["number", "name"], [], on_progress=ignored) == 0


def test_keys_that_waited_stand_again_and_are_checked() -> None:
    columns = "SELECT indexdef FROM pg_indexes WHERE tablename = 'units_unit' ORDER BY 1"
    if connection.vendor != "postgresql":
        with keys_checked_at_once(Unit):
            assert Unit.objects.count() == 0
        return
    with connection.cursor() as cursor:
        cursor.execute(columns)
        before = cursor.fetchall()
        with keys_checked_at_once(Unit):
            cursor.execute(columns)
            assert len(cursor.fetchall()) == 1
            tree({"nation": {"village": {}}})
        cursor.execute(columns)
        assert cursor.fetchall() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(name="village").update(path=Unit.objects.get(name="nation").path, depth=0, parent=None)
