"""Keyset pages: each row once, in order, by a range of the index; damaged cursors are refused in words."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from braid.kernel.errors import BadInput
from braid.kernel.keyset import Page, cursor_of, merged, page_of
from braid.people.models import Membership, Person
from tests.factories import member, tree

pytestmark = pytest.mark.django_db
NEWEST = ("-since", "-pk")


@pytest.fixture
def seats(now: datetime) -> list[Membership]:
    """Twenty-three memberships, several on each day."""
    village = tree({"nation": {"village": {}}})["village"]
    for number in range(23):
        member(village, since=now.date() - timedelta(days=number % 4))
    return sorted(Membership.objects.order_by("pk"), key=lambda seat: (seat.since, seat.pk), reverse=True)


@pytest.mark.parametrize("size", [1, 5, 22, 23, 24])
def test_pages_give_each_row_once_in_order(seats: list[Membership], size: int) -> None:
    found: list[Membership] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = page_of(Membership.objects.all(), order=NEWEST, cursor=cursor, size=size)
        found, cursor, pages = found + page.rows, page.next_cursor, pages + 1
        assert len(page.rows) <= size
    assert found == seats
    assert pages == -(-23 // size)


def test_ascending_pages(now: datetime) -> None:
    for name in ("b", "a", "c", "a"):
        Person.objects.create(name=name, created_at=now)
    first = page_of(Person.objects.all(), order=("name", "pk"), size=2)
    second = page_of(Person.objects.all(), order=("name", "pk"), size=2, cursor=first.next_cursor)
    assert [person.name for person in [*first.rows, *second.rows]] == ["a", "a", "b", "c"]
    assert second.next_cursor == ""


def test_a_later_page_is_a_range_of_the_index(seats: list[Membership]) -> None:
    first = page_of(Membership.objects.all(), order=NEWEST, size=5)
    with CaptureQueriesContext(connection) as captured:
        page_of(Membership.objects.all(), order=NEWEST, size=5, cursor=first.next_cursor)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")
            plan = " ".join(row[-1] for row in cursor.fetchall())
        assert "SEARCH people_membership USING INDEX membership_newest_0" in plan
        assert "TEMP B-TREE" not in plan
    assert "OFFSET" not in captured[0]["sql"]


def test_merged_parts_are_one_list(seats: list[Membership]) -> None:
    halves = [Membership.objects.filter(pk__in=[s.pk for s in seats if s.pk % 2 == half]) for half in (0, 1)]
    found: list[Membership] = []
    cursor = ""
    while not found or cursor:
        pages = [page_of(half, order=NEWEST, cursor=cursor, size=4) for half in halves]
        page = merged(pages, order=NEWEST, size=4)
        found, cursor = found + page.rows, page.next_cursor
    assert found == seats
    alone = Page([seats[0]], "")
    assert merged([alone], order=NEWEST) is alone


def coded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "%%%", coded("text"), coded([1]), coded(["2026-01-01", 1, 2]), coded([None, 1]), coded(["no day", 1]),
        coded(["2026-01-01", "no number"]), coded(["2026-01-01", [1]]), coded([True, True]), coded(["\0", 1]),
        coded(["\ud800", 1]), coded([{"a": 1}, 1]), coded({}),
    ],
)  # fmt: skip
def test_damaged_cursors_are_refused(seats: list[Membership], cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        page_of(Membership.objects.all(), order=NEWEST, cursor=cursor)
    assert "cursor" in refused.value.fields


def test_a_huge_number_is_no_error(seats: list[Membership]) -> None:
    assert len(page_of(Membership.objects.all(), order=NEWEST, cursor=coded([str(seats[0].since), 10**40])).rows) == 23


def test_names_with_any_letters_make_cursors(now: datetime) -> None:
    names = ["林\u3000芳", "👩\u200d🌾", 'Ān\'a "x"', "林 芳", "𠮷野"]
    for name in names:
        Person.objects.create(name=name, created_at=now)
    for person in Person.objects.order_by("pk"):
        cursor = cursor_of(person, ["name", "pk"])
        page_of(Person.objects.all(), order=("name", "pk"), cursor=cursor)
