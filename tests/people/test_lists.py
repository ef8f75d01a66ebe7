"""Lists of people: whatever the reach, each current membership once, newest first, through all pages; by name likewise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from braid.kernel.access import EVERYWHERE, Scope
from braid.kernel.errors import BadInput
from braid.people.enums import Office
from braid.people.models import Membership
from braid.people.queries import count_in, headcounts, lists, memberships_in, people_named, units_with_account
from braid.people.queries.headcounts import forget_headcounts
from braid.units.models import Unit
from tests import factories

TODAY = date(2026, 11, 23)
START = date(2026, 1, 1)

DEEP = {"n": {"p": {"c": {"d": {"t": {"v": {}, "w": {}}}, "e": {}}}, "q": {"f": {}}}}


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    units = factories.tree(DEEP)
    forget_headcounts()
    for number, unit in enumerate(units.values()):
        for n in range(3):
            factories.member(unit, since=START + timedelta(days=(number * 7 + n * 5) % 11))
    factories.member(units["p"], Office.HEAD, since=START)
    factories.member(units["t"], Office.HEAD, since=START)
    factories.member(units["c"], until=TODAY)
    factories.member(units["c"], since=TODAY + timedelta(days=1))
    return units


def all_pages(reach: Scope, **options: int) -> list[Membership]:
    found: list[Membership] = []
    cursor = ""
    while True:
        page = memberships_in(reach, on=TODAY, cursor=cursor, size=4, **options)
        found += page.rows
        cursor = page.next_cursor
        if not cursor:
            return found


def oracle(reach: Scope) -> list[Membership]:
    current = [m for m in Membership.objects.all() if m.since <= TODAY and (m.until is None or m.until > TODAY)]
    return sorted((m for m in current if reach.covers(m.unit_path)), key=lambda m: (m.since, m.pk), reverse=True)


@pytest.mark.parametrize("tops", [["n"], ["p"], ["c"], ["d"], ["t"], ["v"], ["e", "t"], ["q", "d", "e"]])
@pytest.mark.parametrize("singles", [[], ["p"], ["p", "n"]])
def test_all_pages_of_any_reach(units: dict[str, Unit], tops: list[str], singles: list[str]) -> None:
    if "n" in tops:
        singles = []
    if "p" in tops:
        singles = [name for name in singles if name != "p"]
    reach = Scope(tuple(units[name].path for name in tops), tuple(units[name].path for name in singles))
    assert all_pages(reach) == oracle(reach)


def test_everywhere_and_nowhere(units: dict[str, Unit]) -> None:
    assert all_pages(EVERYWHERE) == oracle(EVERYWHERE)
    assert all_pages(Scope()) == []


@pytest.mark.parametrize("top", ["n", "p", "t"])
@pytest.mark.parametrize("office", [Office.HEAD, Office.MEMBER])
def test_one_office(units: dict[str, Unit], top: str, office: Office) -> None:
    reach = Scope((units[top].path,))
    expected = [m for m in oracle(reach) if m.office == office]
    assert all_pages(reach, office=office) == expected
    assert count_in(reach, on=TODAY, office=office) == len(expected)
    assert count_in(reach, on=TODAY, office=office, most=1) == min(len(expected), 2)


@pytest.mark.parametrize("cursor", ["%", "e30", "WzEsMl0", "WyIxIiwieCJd", "WyIyMDI2LTAxLTAxIl0"])
def test_a_damaged_cursor_is_refused(units: dict[str, Unit], cursor: str) -> None:
    with pytest.raises(BadInput):
        memberships_in(EVERYWHERE, on=TODAY, cursor=cursor)


def test_names_in_reach(units: dict[str, Unit]) -> None:
    ada = factories.member(units["v"], who=factories.person("Ada B"))
    factories.member(units["d"], who=ada)
    other = factories.member(units["q"], who=factories.person("Ada A"))
    factories.member(units["q"], who=factories.person("Bea"))
    factories.member(units["q"], who=factories.person("Ada gone"), until=TODAY)
    assert people_named("Ada", Scope((units["p"].path,)), on=TODAY).rows == [ada]
    assert people_named("Ada", EVERYWHERE, on=TODAY).rows == [other, ada]
    first = people_named("Ada", EVERYWHERE, on=TODAY, size=1)
    assert first.rows == [other]
    assert people_named("Ada", EVERYWHERE, on=TODAY, size=1, cursor=first.next_cursor).rows == [ada]
    assert people_named("Ada", Scope(units=(units["q"].path,)), on=TODAY).rows == [other]


def test_headcounts(units: dict[str, Unit]) -> None:
    factories.member(units["v"], Office.LIAISON, who=factories.person(with_account=False))
    counts = headcounts(on=TODAY)
    at = {name: int(counts.numbers.tolist().index(unit.pk)) for name, unit in units.items()}
    assert counts.per_unit()[at["p"]] == 4
    assert counts.per_unit(1 << Office.HEAD)[at["p"]] == 1
    assert counts.per_unit(1 << Office.HEAD).sum() == 2
    assert counts.per_unit()[at["v"]] == 4
    assert counts.per_unit(with_account=True)[at["v"]] == 3
    assert list(units_with_account(1 << Office.LIAISON, on=TODAY)) == []
    assert list(units_with_account(1 << Office.HEAD, on=TODAY)) == sorted([units["p"].pk, units["t"].pk])
    assert len(units_with_account(on=TODAY)) == len(units)


def plan(reach: Scope) -> str:
    """The database's plan of the list's statement, with its parameters bound as the product binds them."""
    (rows,) = lists._parts(lists._holding(None, TODAY), reach)
    return rows.order_by(*lists.NEWEST)[:51].explain()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by statistics; the bench reads its plans")
@pytest.mark.parametrize(
    ("name", "index"), [("n", "newest_0"), ("p", "newest_1"), ("c", "newest_2"), ("d", "newest_3")]
)
def test_no_sort_at_the_upper_levels(units: dict[str, Unit], name: str, index: str) -> None:
    reach = Scope((units[name].path,))
    assert f"membership_{index}" in plan(reach)
    assert "TEMP B-TREE" not in plan(reach)
