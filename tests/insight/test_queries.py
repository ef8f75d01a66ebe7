"""The numbers of the subtree pages equal a recount, whatever the tree looks like."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from pyroaring import BitMap

from braid.contact.enums import NoticeState
from braid.contact.models import Audience, Notice, UnitSet
from braid.insight import enums
from braid.insight.enums import Missing
from braid.insight.queries import figures, seen
from braid.insight.queries.activity import last_days
from braid.insight.queries.branches import Branches, branches_of
from braid.insight.queries.icicle import icicle_of, step_of
from braid.insight.queries.missing import missing_in
from braid.insight.queries.record import record_of, totals_below
from braid.insight.queries.units import own_units
from braid.journal.models import Pending, Tally
from braid.people.enums import Office
from braid.people.models import Membership
from braid.units.models import Unit
from tests import factories

SHAPE = {
    "nation": {
        "north": {"n1": {"n11": {}, "n12": {}}, "n2": {}},
        "city": {"districts": {"d1": {"d11": {}}, "d2": {}}},
        "south": {},
    }
}


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    """A tree with a placeholder (`districts`) and a closed unit (`n2`), and people in some of it."""
    units = factories.tree(SHAPE)
    Unit.objects.filter(pk=units["districts"].pk).update(is_placeholder=True)
    Unit.objects.filter(pk=units["n2"].pk).update(status="closed", closed_on=date(2026, 5, 1))
    for name in ("nation", "north", "n1", "d1"):
        factories.member(units[name], Office.HEAD)
    for name in ("n1", "n11", "d1", "d11", "south"):
        factories.member(units[name], Office.LIAISON)
    for name in ("n11", "n11", "d2"):
        factories.member(units[name])
    factories.member(units["south"], Office.HEAD, until=date(2026, 6, 1))
    return units


@pytest.fixture(params=["live", "kept"])
def branches(
    request: pytest.FixtureRequest, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> Branches:
    """The nation's branches, counted as a small tree is, and as a large one is."""
    if request.param == "kept":
        monkeypatch.setattr(figures, "LIVE_UNITS", 0)
        monkeypatch.setattr(seen, "LIVE_UNITS", 0)
        seen._sums.clear()
    notice_to(units["nation"], addressed=[*units.values()], seen=[units["n1"], units["n11"], units["d2"]], at=now)
    return branches_of(factories.person(), Unit.objects.get(code="nation"), at=now)


def notice_to(unit: Unit, *, addressed: list[Unit], seen: list[Unit], at: datetime) -> Notice:
    """A sent notice with its kept sets."""
    moments = {"created_at": at, "changed_at": at, "sent_at": at - timedelta(hours=1)}
    notice = Notice.objects.create(unit=unit, unit_path=unit.path, title="Read me", state=NoticeState.SENT, **moments)
    Audience.objects.create(notice=notice, unit=unit, is_subtree=True, sent_at=notice.sent_at)
    sets = {UnitSet.Meaning.ADDRESSED: addressed, UnitSet.Meaning.SEEN: seen}
    for meaning, members in sets.items():
        numbers = BitMap([member.number for member in members]).serialize()
        UnitSet.objects.create(notice=notice, meaning=meaning, numbers=numbers)
    return notice


def below(unit: Unit) -> list[Unit]:
    return list(Unit.objects.subtree(unit.path))


def test_children_of_a_placeholder_stand_in_its_place(branches: Branches) -> None:
    assert [row.unit.name for row in branches.children] == ["north", "city", "south"]
    city = branches_of(branches.person, Unit.objects.get(code="city"), at=branches.at)
    assert [row.unit.name for row in city.children] == ["d1", "d2"]


def test_figures_equal_a_recount(branches: Branches) -> None:
    for row in branches.rows:
        inside = [row.unit] if row is branches.own else below(row.unit)
        people = Membership.objects.current(date(2026, 11, 23)).filter(unit__in=inside)
        shown = [unit for unit in inside if unit.status == "active" and not unit.is_placeholder]
        assert branches.figures.total("people", row.start, row.end) == people.count()
        for figure, office in (("heads", Office.HEAD), ("liaisons", Office.LIAISON)):
            share = branches.figures.share(figure, row.start, row.end)
            having = set(people.filter(office=office).values_list("unit", flat=True))
            assert (share.have, share.of) == (len(having & {unit.pk for unit in shown}), len(shown))


def test_seen_equals_a_recount(branches: Branches, units: dict[str, Unit]) -> None:
    expected = {"north": (2, 5), "city": (1, 5), "south": (0, 1)}
    for row in branches.children:
        share = branches.seen.share(row.start, row.end)
        assert (share.have, share.of) == expected[row.unit.name]
    together = branches.seen.share(branches.together.start, branches.together.end)
    assert (together.have, together.of) == (3, len(units))


def test_only_what_was_sent_to_the_whole_subtree_by_now_counts(units: dict[str, Unit], now: datetime) -> None:
    later = notice_to(units["nation"], addressed=[units["n1"]], seen=[], at=now + timedelta(hours=2))
    notice_to(units["south"], addressed=[units["south"]], seen=[], at=now)
    public = notice_to(units["nation"], addressed=[units["n1"]], seen=[], at=now)
    Notice.objects.filter(pk=public.pk).update(is_public=True)
    alone = notice_to(units["nation"], addressed=[units["n1"]], seen=[], at=now)
    Audience.objects.filter(notice=alone).update(is_subtree=False)
    assert seen.latest_notices(units["north"], at=now) == []
    assert seen.latest_notices(units["north"], at=now + timedelta(hours=3)) == [later]


def test_missing_units_are_the_rows_behind_the_number(branches: Branches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("braid.insight.queries.missing.ROWS_PER_PAGE", 2)
    share = branches.figures.share("heads", branches.together.start, branches.together.end)
    found, cursor = [], ""
    while True:
        page = missing_in(branches.unit, Missing.HEAD, at=branches.at, cursor=cursor)
        assert page.together == share.of - share.have
        found += [row.unit.name for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == ["n11", "n12", "city", "d11", "d2", "south"]


def test_missing_says_where_a_unit_lies_without_placeholders(branches: Branches) -> None:
    page = missing_in(branches.unit, Missing.LIAISON, at=branches.at)
    assert {row.unit.name: [above.name for above in row.above] for row in page.rows}["d2"] == ["city"]


def test_the_picture_adds_up(branches: Branches) -> None:
    picture = icicle_of(branches, lambda start, end: branches.figures.share("heads", start, end))
    by_depth: dict[int, float] = {}
    for cell in picture.cells:
        by_depth[cell.depth] = by_depth.get(cell.depth, 0) + float(cell.height)
    assert by_depth[0] == pytest.approx(picture.height, abs=1)
    assert by_depth[1] == pytest.approx(picture.height, abs=1)
    assert "districts" not in {cell.unit.name for cell in picture.cells}
    assert "n2" not in {cell.unit.name for cell in picture.cells}
    assert picture.levels == 3


def test_the_picture_stops_where_it_would_have_too_many_cells(
    branches: Branches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("braid.insight.queries.icicle.MOST_CELLS", 5)
    assert icicle_of(branches, branches.seen.share).levels == 1


@pytest.mark.parametrize(
    ("percent", "step"), [(None, "none"), (0, "0"), (1, "1"), (49, "1"), (50, "2"), (80, "3"), (99, "3"), (100, "4")]
)
def test_patterns(percent: int | None, step: str) -> None:
    assert step_of(percent) == step


def test_last_activity_counts_what_is_folded_and_what_is_not(units: dict[str, Unit]) -> None:
    today = date(2026, 11, 23)
    Tally.objects.create(unit_number=units["north"].number, kind="a", day=date(2026, 11, 1), amount=1)
    Tally.objects.create(unit_number=units["city"].number, kind="a", day=date(2026, 11, 2), amount=1)
    Pending.objects.create(unit_path=units["d11"].path, day=date(2026, 11, 20), kind="a", amount=1)
    Pending.objects.create(unit_path=units["n11"].path, day=date(2026, 10, 20), kind="a", amount=1)
    found = last_days([units["north"], units["city"], units["south"], units["nation"]], on=today)
    assert found == {
        units["north"].number: date(2026, 11, 1),
        units["city"].number: date(2026, 11, 20),
        units["nation"].number: date(2026, 11, 20),
    }


def test_the_record_adds_pending_to_tallies(units: dict[str, Unit]) -> None:
    today = date(2026, 11, 23)
    Tally.objects.create(unit_number=units["nation"].number, kind="notice.sent", day=today, amount=4)
    Tally.objects.create(unit_number=units["north"].number, kind="notice.sent", day=today, amount=4)
    Tally.objects.create(
        unit_number=units["nation"].number, kind="notice.sent", day=today - timedelta(days=30), amount=99
    )
    Pending.objects.create(unit_path=units["d11"].path, day=today, kind="notice.sent", amount=2)
    by_kind = {series.line.kind: series for series in record_of(units["nation"], on=today)}
    assert by_kind["notice.sent"].total == 6
    assert by_kind["notice.sent"].days[-1].amount == 6
    assert len(by_kind["notice.sent"].days) == enums.RECORD_DAYS
    assert by_kind["notice.corrected"].total is None
    children = [units["north"], units["city"], units["south"]]
    totals = {unit.name: total for unit, total in totals_below(units["nation"], "notice.sent", children, on=today)}
    assert totals == {"north": 4, "city": 2, "south": None}


def test_own_units_begin_with_the_weightiest_office(units: dict[str, Unit], now: datetime) -> None:
    who = factories.member(units["n11"])
    factories.member(units["north"], Office.COMMITTEE, who=who)
    factories.member(units["d2"], Office.DEPUTY, who=who, until=date(2026, 2, 1))
    assert [unit.name for unit in own_units(who, at=now)] == ["north", "n11"]


def test_a_closed_unit_is_nobodys_own(units: dict[str, Unit], now: datetime) -> None:
    who = factories.member(units["north"], Office.COMMITTEE)
    factories.member(units["n11"], who=who)
    Unit.objects.filter(pk=units["n11"].pk).update(status="closed", closed_on=now.date())
    assert [unit.name for unit in own_units(who, at=now)] == ["north"]
