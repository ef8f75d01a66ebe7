"""The tree as a table: as it is, and as it stood at the end of each past day, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from braid.kernel.access import EVERYWHERE, OPERATOR, scope
from braid.kernel.errors import BadInput
from braid.people.enums import Office
from braid.units.actions import (
    Part,
    add_unit,
    change_unit,
    close_unit,
    merge_units,
    move_unit,
    rename_unit,
    reopen_unit,
    split_unit,
)
from braid.units.exports import Row, day_of, export_rows, export_units, path_on
from braid.units.imports import import_units
from braid.units.models import Placement, Unit
from braid.units.queries import unit_by_code, unit_for
from braid.units.rules import VIEW_UNITS
from braid.units.trees import Names
from tests.factories import member, tree

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)
BEFORE = DAY - timedelta(days=1)
SHAPE: dict[str, Any] = {"n": {"a": {"a1": {"a11": {}, "a12": {}}, "a2": {}}, "b": {"b1": {}}}}
BASE: list[Row] = [
    ("n", "", "n", 1),
    ("a", "n", "a", 2),
    ("a1", "a", "a1", 3),
    ("a11", "a1", "a11", 4),
    ("a12", "a1", "a12", 4),
    ("a2", "a", "a2", 3),
    ("b", "n", "b", 2),
    ("b1", "b", "b1", 3),
]
Units = dict[str, Unit]
Deeds = Callable[[date], dict[str, Any]]


@pytest.fixture
def units() -> Units:
    return tree(SHAPE)


@pytest.fixture
def deed(now: datetime) -> Deeds:
    """What every change needs, each recorded a second after the one before."""
    moments: Iterator[datetime] = (now + timedelta(seconds=second) for second in range(1, 100))
    return lambda on: {"on": on, "why": "decided", "by": OPERATOR, "at": next(moments)}


def rows(on: date, **options: Any) -> list[Row]:
    return list(export_rows(options.pop("scope", EVERYWHERE), on=on, **options))


def changed(*changes: Row | str) -> list[Row]:
    """The first tree without the named codes, and with other or more rows; in no order."""
    new = {row[0]: row for row in BASE} | {row[0]: row for row in changes if not isinstance(row, str)}
    return sorted(row for code, row in new.items() if code not in changes)


def close_and_reopen(units: Units, deed: dict[str, Any]) -> None:
    close_unit(units["b1"], **deed)
    reopen_unit(units["b1"], **deed)


CHANGES: dict[str, tuple[Callable[[Units, dict[str, Any]], object], list[Row]]] = {
    "add": (lambda u, deed: add_unit(u["b1"], code="new", name="New", **deed), changed(("new", "b1", "New", 4))),
    "rename": (lambda u, deed: rename_unit(u["a1"], name="other", **deed), changed(("a1", "a", "other", 3))),
    "code": (
        lambda u, deed: change_unit(u["a1"], code="c", **deed),
        changed("a1", ("c", "a", "a1", 3), ("a11", "c", "a11", 4), ("a12", "c", "a12", 4)),
    ),
    "level": (lambda u, deed: change_unit(u["a11"], level=6, **deed), changed(("a11", "a1", "a11", 6))),
    "move": (lambda u, deed: move_unit(u["a1"], u["b"], **deed), changed(("a1", "b", "a1", 3))),
    "merge": (
        lambda u, deed: merge_units(u["a1"], u["b1"], **deed),
        changed("a1", ("a11", "b1", "a11", 4), ("a12", "b1", "a12", 4)),
    ),
    "split": (
        lambda u, deed: split_unit(u["a1"], [Part("new", "New", (u["a11"].pk,))], **deed),
        changed(("new", "a", "New", 3), ("a11", "new", "a11", 4)),
    ),
    "split_and_close": (
        lambda u, deed: split_unit(u["b"], [Part("new", "New", (u["b1"].pk,))], closes=True, **deed),
        changed("b", ("new", "n", "New", 2), ("b1", "new", "b1", 3)),
    ),
    "close": (lambda u, deed: close_unit(u["b1"], **deed), changed("b1")),
    "close_and_reopen": (close_and_reopen, changed()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_shows_at_the_end_of_its_day(name: str, units: Units, deed: Deeds) -> None:
    do, after = CHANGES[name]
    do(units, deed(DAY))
    assert rows(BEFORE) == BASE
    assert sorted(rows(DAY)) == sorted(rows(date.max)) == after


def test_a_year_of_changes(units: Units, deed: Deeds) -> None:
    seen: dict[date, list[Row]] = {date(2025, 1, 1): rows(date.max)}

    def then(day: date, do: Callable[..., object], *args: Any, **options: Any) -> None:
        do(*args, **options, **deed(day))
        seen[day] = rows(date.max)

    then(date(2025, 2, 1), close_unit, units["b1"])
    then(date(2025, 3, 1), move_unit, units["a1"], units["b"])
    then(date(2025, 4, 1), reopen_unit, units["b1"])
    then(date(2025, 5, 1), rename_unit, units["a1"], name="other")
    then(date(2025, 6, 1), merge_units, units["a1"], units["b1"])
    then(date(2025, 7, 1), split_unit, units["b1"], [Part("b2", "B two", (units["a11"].pk,))])
    then(date(2025, 7, 1), change_unit, units["b1"], code="b9")
    days = sorted(seen)
    for day, next_day in zip(days, [*days[1:], date(2026, 1, 1)], strict=True):
        assert rows(day) == rows(next_day - timedelta(days=1)) == seen[day]
    assert len({tuple(seen[day]) for day in days}) == len(days)


def test_an_empty_tree_takes_the_file_of_a_past_day(deed: Deeds, now: datetime, tmp_path: Path) -> None:
    was: dict[date, list[Row]] = {}
    with transaction.atomic():
        units = tree(SHAPE)
        move_unit(units["a1"], units["b"], **deed(DAY))
        close_unit(units["a2"], **deed(DAY))
        change_unit(units["a"], code="z", **deed(DAY))
        for day in (BEFORE, DAY):
            was[day] = rows(day)
            assert export_units(tmp_path / f"{day}.csv", EVERYWHERE, on=day) == len(was[day])
        transaction.set_rollback(True)
    assert was[BEFORE] == BASE != was[DAY]
    for day in (BEFORE, DAY):
        with transaction.atomic():
            assert import_units(tmp_path / f"{day}.csv", by=OPERATOR, at=now).applied
            assert sorted(rows(date.max)) == sorted(was[day])
            transaction.set_rollback(True)


def test_below_a_unit_is_what_stood_below_it_then(units: Units, deed: Deeds) -> None:
    move_unit(units["a1"], units["b"], **deed(DAY))
    close_unit(units["b1"], **deed(DAY))
    merge_units(units["a2"], units["b"], **deed(DAY + timedelta(days=1)))

    def codes(code: str, on: date) -> list[tuple[str, str]]:
        unit = unit_for(OPERATOR, code, on=on)
        return [row[:2] for row in rows(on, path=path_on(unit, on))]

    assert codes("b", BEFORE) == [("b", "n"), ("b1", "b")]
    assert codes("b", DAY) == [("b", "n"), ("a1", "b"), ("a11", "a1"), ("a12", "a1")]
    assert codes("a1", BEFORE) == [("a1", "a"), ("a11", "a1"), ("a12", "a1")]
    assert codes("a2", DAY) == [("a2", "a")]  # the unit itself, not the one it was merged into since
    assert codes("a2", date.max)[0] == ("b", "n")
    with pytest.raises(BadInput) as refused:
        codes("b1", DAY)
    assert "under" in refused.value.fields


def test_a_code_means_the_unit_that_had_it_then(units: Units, deed: Deeds) -> None:
    change_unit(units["a2"], code="old", **deed(DAY))
    change_unit(units["b1"], code="a2", **deed(DAY))
    assert unit_by_code("a2", on=BEFORE) == units["a2"]
    assert unit_by_code("a2", on=DAY) == unit_by_code("a2") == units["b1"]
    assert unit_by_code("old", on=BEFORE) == units["a2"]  # nobody had it then
    assert unit_by_code("a\x00", on=DAY) is None


def test_an_officer_gets_of_the_past_what_is_hers_today(units: Units, deed: Deeds) -> None:
    """Her scope is today's: what came to her since is shown where it stood, what left her is not, nor anything else."""
    secret = add_unit(units["a"], code="secret", name="Secret", **deed(BEFORE))
    move_unit(units["a11"], secret, **deed(BEFORE))
    move_unit(units["a11"], units["b1"], **deed(DAY))
    move_unit(units["b1"], units["a"], **deed(DAY))
    move_unit(units["a2"], units["b"], **deed(DAY))
    hers = scope(member(units["b"], Office.HEAD), VIEW_UNITS)
    assert rows(BEFORE, scope=hers) == [("a2", "", "a2", 3), ("b", "n", "b", 2)]
    assert rows(DAY, scope=hers) == [("b", "n", "b", 2), ("a2", "b", "a2", 3)]
    above = scope(member(units["a"], Office.HEAD), VIEW_UNITS)
    assert ("b1", "", "b1", 3) in rows(BEFORE, scope=above)
    assert ("a11", "secret", "a11", 4) in rows(BEFORE, scope=above)
    assert "a2" not in {row[0] for row in rows(BEFORE, scope=above)}
    assert rows(BEFORE, scope=above, path=path_on(units["b"], BEFORE)) == [("b1", "", "b1", 3)]
    assert not rows(BEFORE, scope=hers, path=path_on(units["a1"], BEFORE))


def test_one_unit_alone_keeps_the_code_above_it(units: Units, deed: Deeds) -> None:
    change_unit(units["n"], code="nation", **deed(DAY))
    alone = scope(member(units["a"], Office.LIAISON), VIEW_UNITS)
    assert rows(BEFORE, scope=alone) == [("a", "n", "a", 2)]
    assert rows(DAY, scope=alone) == [("a", "nation", "a", 2)]


def test_a_root_that_was_put_on_top_is_left_out_while_it_was_that(tmp_path: Path, now: datetime, deed: Deeds) -> None:
    file = tmp_path / "tops.csv"
    file.write_text("code,parent_code,name,level\na,,A,1\na1,a,A one,2\nb,,B,1\n")
    import_units(file, root=Names("All"), by=OPERATOR, at=now, on=BEFORE)
    tops: list[Row] = [("a", "", "A", 1), ("a1", "a", "A one", 2), ("b", "", "B", 1)]
    change_unit(Unit.objects.get(code="root"), code="all", **deed(DAY))
    assert rows(BEFORE) == tops
    assert rows(DAY) == [
        ("all", "", "All", 1),
        *((code, above or "all", name, level + 1) for code, above, name, level in tops),
    ]


@pytest.mark.parametrize(
    "text", ["yesterday", "2025-02-30", "2025-13-01", "31.12.2025", "2026-11-24", "2025-05-30", "\x00"]
)
def test_no_such_day(text: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "units.csv"
    file.write_text("code,parent_code,name\nn,,N\n")
    import_units(file, by=OPERATOR, at=now, on=BEFORE)
    with pytest.raises(BadInput) as refused:
        day_of(text, today=date(2026, 11, 23))
    assert list(refused.value.fields) == ["on"]


def test_days_there_are(tmp_path: Path, now: datetime) -> None:
    today = date(2026, 11, 23)
    assert day_of("1999-12-31", today=today) == date(1999, 12, 31)  # no import says since when the tree is known
    file = tmp_path / "units.csv"
    file.write_text("code,parent_code,name\nn,,N\n")
    import_units(file, by=OPERATOR, at=now, on=BEFORE)
    assert day_of("", today=today) == day_of("2026-11-23", today=today) == today
    assert day_of("2025-05-31", today=today) == BEFORE


def test_as_many_queries_however_many_units(units: Units, deed: Deeds, django_assert_num_queries: Any) -> None:
    hers = scope(member(units["a"], Office.HEAD), VIEW_UNITS)
    new = [add_unit(units["b1"], code=f"x{turn}", name="X", **deed(BEFORE)) for turn in range(12)]
    for unit in new:
        move_unit(unit, units["a1"], **deed(DAY))
    with django_assert_num_queries(3):
        assert len(rows(BEFORE)) == len(BASE) + 12
    with django_assert_num_queries(4):
        assert len(rows(BEFORE, scope=hers)) == 5 + 12
    assert Placement.objects.count() == 12
