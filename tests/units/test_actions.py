"""Changes of the tree: what they write, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from braid.kernel.access import EVERYWHERE, OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.models import Owed
from braid.kernel.outbox import run_due
from braid.people.enums import Office
from braid.people.models import Membership
from braid.units import hooks
from braid.units.actions import (
    Part,
    add_unit,
    change_unit,
    close_unit,
    following,
    merge_units,
    move_unit,
    rename_unit,
    reopen_unit,
    split_unit,
)
from braid.units.enums import TreeEventKind, UnitStatus
from braid.units.models import Placement, TreeEvent, Unit
from braid.units.paths import numbers_of, step_of
from braid.units.queries import tree_at, unit_as_of, unit_at_path, unit_by_code
from braid.units.queries.picker import find_units
from braid.units.queries.previews import preview_merge, preview_move, preview_reopen
from braid.units.snapshot import current, tree_version
from tests import factories
from tests.factories import member, tree

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"n": {"a": {"a1": {"a11": {}, "a12": {}}, "a2": {}}, "b": {"b1": {}}}})


@pytest.fixture
def deed(now: datetime) -> dict[str, Any]:
    return {"on": TODAY, "why": "decided", "by": OPERATOR, "at": now}


def paths_hold() -> bool:
    """Every path is the numbers of the unit's parents, and its depth fits."""
    rows = {unit.pk: unit for unit in Unit.objects.all()}
    return all(
        unit.path == (rows[unit.parent_id].path if unit.parent_id else "") + step_of(unit.pk)
        and unit.depth == len(numbers_of(unit.path)) - 1
        for unit in rows.values()
    )


def test_add(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    before = tree_version()
    unit = add_unit(units["a1"], code="new", name="New", address="Lane 1", **deed)
    assert unit.path == units["a1"].path + step_of(unit.pk)
    assert (unit.level, unit.depth, unit.opened_on, unit.address) == (4, 3, TODAY, "Lane 1")
    assert tree_version() > before
    assert TreeEvent.objects.get(unit=unit).kind == TreeEventKind.ADDED
    assert paths_hold()


@pytest.mark.parametrize(
    "values",
    [
        {"level": 0},
        {"longitude": 10.0},
        {"latitude": 10.0},
        {"latitude": 91.0, "longitude": 0.0},
        {"merged_into": 1},
        {"status": "gone"},
        {"kind": 9},
        {"depth": 0},
        {"code": ""},
        {"path": "000010000200005"},
        {"path": "00001000030000?"},
        {"status": "closed", "opened_on": TODAY, "closed_on": TODAY - timedelta(days=1)},
    ],
)
def test_the_database_holds_what_a_unit_is(units: dict[str, Unit], values: dict[str, Any]) -> None:
    values = values if "merged_into" not in values else {"merged_into": units["b"]}
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=units["a1"].pk).update(**values)


@pytest.mark.parametrize(
    "values", [{"path": "0000100003"}, {"path": "00002"}, {"parent_number": None}, {"level": 0}, {"status": "gone"}]
)
def test_the_database_holds_where_a_unit_stood(
    units: dict[str, Unit], deed: dict[str, Any], values: dict[str, Any]
) -> None:
    rename_unit(units["a"], name="Other", **deed)
    assert Placement.objects.get().path == "0000100002"
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.update(**values)


def test_the_database_counts_steps_as_the_code_does(units: dict[str, Unit]) -> None:
    """Its constraint would refuse any other: a path with another last step than its own."""
    for number in (35, 36, 1295, 1296, 665_277, 36**4 - 1, 36**4, 36**5 - 1):
        assert factories.unit(units["n"], number=number).path == units["n"].path + step_of(number)


@pytest.mark.parametrize("kind", ["", "gone"])
def test_the_database_holds_what_can_happen_to_a_unit(units: dict[str, Unit], deed: dict[str, Any], kind: str) -> None:
    rename_unit(units["a"], name="Other", **deed)
    with pytest.raises(IntegrityError), transaction.atomic():
        TreeEvent.objects.update(kind=kind)


def test_the_search_keeps_its_lines(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        rename_unit(units["a"], name="A\nsecond line", **deed)
    assert [found.unit.code for found in find_units("b1", EVERYWHERE)] == ["b1"]


def test_numbers_are_never_given_twice(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    unit = add_unit(units["a"], code="x", name="X", **deed)
    number = unit.pk
    unit.events.all().delete()
    unit.delete()
    assert add_unit(units["a"], code="y", name="Y", **deed).pk > number


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"code": "b"}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": "two words"}, "code"),
        ({"code": ".."}, "code"),
        ({"code": "root"}, "code"),
        ({"level": 1}, "level"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"address": "turned\u202earound"}, "address"),
        ({"latitude": 3.0}, "latitude"),
    ],
)
def test_add_refuses(units: dict[str, Unit], deed: dict[str, Any], fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        add_unit(units["a"], **{"code": "new", "name": "New", **fields}, **deed)
    assert named in refused.value.fields
    assert not Unit.objects.filter(code="new").exists()


def test_reason_and_day_are_needed(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        close_unit(units["a2"], **{**deed, "why": " "})
    with pytest.raises(BadInput):
        close_unit(units["a2"], **{**deed, "on": TODAY + timedelta(days=1)})
    rename_unit(units["a2"], name="Later", **deed)
    with pytest.raises(BadInput):
        close_unit(units["a2"], **{**deed, "on": TODAY - timedelta(days=1)})


def test_rename_keeps_the_old_name(units: dict[str, Unit], deed: dict[str, Any], now: datetime) -> None:
    unit = rename_unit(units["a1"], name="A one", name_en="A 1", **deed)
    assert TreeEvent.objects.get(unit=unit).details == {"name": ["a1", "A one"], "name_en": ["", "A 1"]}
    kept = Placement.objects.get(unit=unit)
    assert (kept.name, kept.since, kept.until, kept.until_on) == ("a1", None, now, TODAY)
    unit.refresh_from_db()
    assert (unit.name, unit.placed_at, unit.page_version) == ("A one", now, 1)


def test_rename_to_the_same_writes_nothing(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    rename_unit(units["a1"], name="a1", **deed)
    assert not TreeEvent.objects.exists()


def test_change_code_leads_on(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    change_unit(units["a1"], code="a1-new", **deed)
    found = unit_by_code("a1")
    assert found == units["a1"]
    assert found.code == "a1-new"
    for taken in ("a2", "a 2", "a/2"):
        with pytest.raises(BadInput):
            change_unit(units["a1"], code=taken, **deed)
    with pytest.raises(BadInput):
        change_unit(units["a1"], level=9, **deed)


def test_move_takes_everything_below(units: dict[str, Unit], deed: dict[str, Any], now: datetime) -> None:
    old = {name: unit.path for name, unit in units.items()}
    holder = member(units["a11"], Office.LIAISON)
    seen: list[tuple[str, datetime]] = []
    hooks.before_move.append(lambda unit, at: seen.append((unit.path, at)))
    try:
        move_unit(units["a1"], units["b"], **deed)
    finally:
        hooks.before_move.pop()
    assert paths_hold()
    moved = Unit.objects.get(code="a11")
    assert moved.path.startswith(units["b"].path)
    assert seen == [(old["a1"], now)]
    assert Membership.objects.get(person=holder).unit_path == moved.path
    assert Placement.objects.count() == 3
    assert unit_at_path(old["a11"]) == moved
    assert unit_at_path(moved.path) == moved
    assert unit_at_path(units["b"].path + step_of(units["a12"].pk)) is None
    assert unit_at_path("bad path!") is None
    event = TreeEvent.objects.get(unit=units["a1"])
    assert (event.details["units"], event.details["from"]) == (3, units["a"].pk)


@pytest.mark.parametrize(
    ("unit", "parent"), [("n", "a"), ("a", "a11"), ("a1", "a1"), ("a1", "a"), ("a1", "b1"), ("b1", "a2")]
)
def test_move_refuses(units: dict[str, Unit], deed: dict[str, Any], unit: str, parent: str) -> None:
    assert preview_move(units[unit], units[parent]).refusal
    with pytest.raises(WrongState):
        move_unit(units[unit], units[parent], **deed)
    assert not TreeEvent.objects.exists()


def test_preview_counts(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    hooks.preview_lines.append(lambda unit, parent: ["3 grants change reach."])
    try:
        preview = preview_move(units["a1"], units["b"])
        close_unit(units["b1"], **deed)
        reopened = preview_reopen(Unit.objects.get(code="b1"))
    finally:
        hooks.preview_lines.pop()
    assert preview.lines[0] == "Moves 3 units from a to b."
    assert "3 grants change reach." in preview.lines
    assert reopened.lines[1:] == ["3 grants change reach."]
    assert "a1" in preview_merge(units["a1"], units["a2"]).lines[0]


def test_many_owned_rows_follow_in_slices(
    units: dict[str, Unit], deed: dict[str, Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 3)
    monkeypatch.setattr(following, "SLICE", 2)
    old = units["a11"].path
    for _member in range(5):
        member(units["a11"])
    move_unit(units["a1"], units["b"], **deed)
    new = Unit.objects.get(code="a11").path
    assert Membership.objects.filter(unit_path=old).count() == 5
    run_due(at=now, most=1)
    assert Membership.objects.filter(unit_path=new).count() == 2
    while run_due(at=now):
        pass
    assert Membership.objects.filter(unit_path=new).count() == 5
    member(units["a11"]).memberships.update(unit_path=old)  # as written by a transaction older than the move
    while run_due(at=now + following.SWEEP):
        pass
    assert Membership.objects.filter(unit_path=new).count() == 6
    assert not Owed.objects.exists()


def test_move_back_and_forth_leaves_rows_right(units: dict[str, Unit], deed: dict[str, Any], now: datetime) -> None:
    holder = member(units["a11"])
    move_unit(units["a1"], units["b"], **deed)
    move_unit(units["a1"], units["a"], **{**deed, "at": now + timedelta(seconds=1)})
    while run_due(at=now + timedelta(hours=1)):
        pass
    assert Membership.objects.get(person=holder).unit_path == Unit.objects.get(code="a11").path


def test_merge(units: dict[str, Unit], deed: dict[str, Any], now: datetime) -> None:
    into = merge_units(units["a1"], units["a2"], **deed)
    assert paths_hold()
    assert into == units["a2"]
    gone = Unit.objects.get(code="a1")
    assert (gone.status, gone.closed_on, gone.merged_into) == (UnitStatus.CLOSED, TODAY, into)
    assert {child.code for child in into.children.all()} == {"a11", "a12"}
    assert unit_by_code("a1") == into
    assert TreeEvent.objects.filter(kind=TreeEventKind.MERGED).count() == 2
    again = merge_units(into, units["b1"], **{**deed, "at": now + timedelta(seconds=1)})
    assert unit_by_code("a1") == again


@pytest.mark.parametrize(("unit", "into"), [("n", "a"), ("a", "a1"), ("a", "a"), ("a1", "a11"), ("a", "b1")])
def test_merge_refuses(units: dict[str, Unit], deed: dict[str, Any], unit: str, into: str) -> None:
    assert preview_merge(units[unit], units[into]).refusal
    with pytest.raises(WrongState):
        merge_units(units[unit], units[into], **deed)


def test_split(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    first, second = split_unit(
        units["a1"],
        [Part("a3", "A three", (units["a11"].pk,)), Part("a4", "A four", (units["a12"].pk,))],
        closes=True,
        **deed,
    )
    assert paths_hold()
    assert (first.parent, first.level) == (units["a"], units["a1"].level)
    assert [unit.code for unit in second.children.all()] == ["a12"]
    assert Unit.objects.get(code="a1").status == UnitStatus.CLOSED


@pytest.mark.parametrize(
    ("parts", "closes"),
    [
        ([], False),
        ([("a2", [])], False),
        ([("x", []), ("x", [])], False),
        ([("x", ["b1"])], False),
        ([("x", ["a11"]), ("y", ["a11"])], False),
        ([("x", ["a11"])], True),
    ],
)
def test_split_refuses(
    units: dict[str, Unit], deed: dict[str, Any], parts: list[tuple[str, list[str]]], closes: bool
) -> None:
    made = [Part(code, code, tuple(units[name].pk for name in names)) for code, names in parts]
    with pytest.raises(WrongState):
        split_unit(units["a1"], made, closes=closes, **deed)
    assert not TreeEvent.objects.exists()


def test_close_and_reopen(units: dict[str, Unit], deed: dict[str, Any], now: datetime) -> None:
    with pytest.raises(WrongState):
        close_unit(units["a1"], **deed)
    with pytest.raises(WrongState):
        close_unit(units["n"], **deed)
    close_unit(units["a11"], **deed)
    close_unit(units["a12"], **deed)
    close_unit(units["a1"], **deed)
    with pytest.raises(WrongState):
        close_unit(units["a1"], **deed)
    with pytest.raises(WrongState):
        add_unit(units["a1"], code="new", name="New", **deed)
    with pytest.raises(WrongState):
        reopen_unit(units["a11"], **deed)
    later = {**deed, "at": now + timedelta(seconds=1)}
    assert reopen_unit(units["a1"], **later).status == UnitStatus.ACTIVE
    assert reopen_unit(units["a11"], **later).closed_on is None
    with pytest.raises(WrongState):
        reopen_unit(units["a11"], **later)


def test_only_who_may(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    head = {**deed, "by": member(units["a"], Office.HEAD)}
    liaison = {**deed, "by": member(units["a"], Office.LIAISON)}
    rename_unit(units["a"], name="A!", **head)
    add_unit(units["a1"], code="new", name="New", **head)
    with pytest.raises(NotAllowed):
        add_unit(units["a1"], code="other", name="New", **liaison)
    with pytest.raises(NotAllowed):
        add_unit(units["b"], code="other", name="New", **head)
    with pytest.raises(NotAllowed):
        move_unit(units["a1"], units["b"], **head)
    with pytest.raises(NotAllowed):
        merge_units(units["b1"], units["a1"], **head)
    with pytest.raises(NotAllowed):
        split_unit(units["a"], [Part("x", "X")], **head)
    close_unit(units["a2"], **head)
    with pytest.raises(NotAllowed):
        rename_unit(units["n"], name="N!", **head)


def test_last_year_shows_last_years_tree(units: dict[str, Unit], now: datetime) -> None:
    moments: Iterator[datetime] = (now + timedelta(seconds=second) for second in range(1, 100))

    def deed(on: date) -> dict[str, Any]:
        return {"on": on, "why": "x", "by": OPERATOR, "at": next(moments)}

    before = list(tree_at(date(2025, 1, 1)))
    assert [unit.code for unit in before] == ["n", "a", "a1", "a11", "a12", "a2", "b", "b1"]
    move_unit(units["a1"], units["b"], **deed(date(2025, 3, 1)))
    rename_unit(units["a11"], name="renamed", **deed(date(2025, 4, 1)))
    added = add_unit(units["a2"], code="new", name="New", **deed(date(2025, 5, 1)))
    close_unit(units["b1"], **deed(date(2025, 6, 1)))
    reopen_unit(units["b1"], **deed(date(2025, 8, 1)))
    merge_units(units["a2"], units["b1"], **deed(date(2025, 9, 1)))

    assert list(tree_at(date(2025, 2, 28))) == before
    march = list(tree_at(date(2025, 3, 1)))
    assert [unit.code for unit in march] == ["n", "a", "a2", "b", "a1", "a11", "a12", "b1"]
    assert {unit.code: unit.name for unit in march}["a11"] == "a11"
    assert {unit.code: unit.name for unit in tree_at(date(2025, 4, 1))}["a11"] == "renamed"
    assert unit_as_of(added, date(2025, 4, 30)) is None
    assert unit_as_of(units["b1"], date(2025, 7, 1)) is None
    assert "b1" in [unit.code for unit in tree_at(date(2025, 8, 1))]
    assert [unit.code for unit in tree_at(date(2025, 9, 1))] == ["n", "a", "b", "a1", "a11", "a12", "b1", "new"]
    then = unit_as_of(units["a1"], date(2025, 2, 1))
    assert then
    assert [unit.code for unit in tree_at(date(2025, 2, 1), path=then.path)] == ["a1", "a11", "a12"]
    assert [unit.code for unit in tree_at(date(2026, 1, 1))] == [
        unit.code for unit in sorted(Unit.objects.active(), key=lambda unit: unit.path)
    ]


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize("above", ["a2", "new"])
def test_nothing_hangs_from_a_unit_before_it_stood_there(
    units: dict[str, Unit], deed: dict[str, Any], above: str
) -> None:
    """Else the tree of the days between would have units without the one above them."""
    move_unit(units["a2"], units["b"], **deed)
    units["new"] = add_unit(units["n"], code="new", name="New", **deed)
    for do, unit in ((move_unit, units["a11"]), (merge_units, units["a1"])):
        with pytest.raises(BadInput) as refused:
            do(unit, units[above], **{**deed, "on": YESTERDAY})
        assert "on" in refused.value.fields
        do(unit, units[above], **deed)


def test_a_name_of_the_unit_above_is_no_obstacle(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    rename_unit(units["b"], name="Other", **deed)
    move_unit(units["a1"], units["b"], **{**deed, "on": YESTERDAY})
    assert paths_hold()


def test_a_unit_opens_again_no_earlier_than_the_one_above(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    past = {**deed, "on": YESTERDAY - timedelta(days=1)}
    close_unit(units["b1"], **past)
    close_unit(units["b"], **past)
    reopen_unit(units["b"], **deed)
    with pytest.raises(BadInput):
        reopen_unit(units["b1"], **{**deed, "on": YESTERDAY})
    reopen_unit(units["b1"], **deed)


def test_what_stood_below_since_that_day_is_not_left_alone(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    move_unit(units["b1"], units["a"], **deed)
    for do, others in ((close_unit, ()), (merge_units, (units["a"],))):
        with pytest.raises(BadInput):
            do(units["b"], *others, **{**deed, "on": YESTERDAY})
    close_unit(units["b"], **deed)


def test_a_code_belongs_to_one_unit_on_each_day(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    change_unit(units["b1"], code="free", **deed)
    past = {**deed, "on": YESTERDAY}
    with pytest.raises(BadInput):
        add_unit(units["a2"], code="b1", name="New", **past)
    with pytest.raises(BadInput):
        change_unit(units["a2"], code="b1", **past)
    add_unit(units["a2"], code="b1", name="New", **deed)


def test_no_level_is_higher_than_the_first(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        change_unit(units["n"], level=0, **deed)
    assert set(caught.value.fields) == {"level"}


def test_a_level_fits_below_the_one_above_on_each_day(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    past = {**deed, "on": YESTERDAY}
    for name, level in (("a11", 8), ("a12", 8), ("a1", 5)):
        change_unit(units[name], level=level, **past)
    change_unit(units["a1"], level=3, **deed)
    with pytest.raises(BadInput) as refused:
        change_unit(units["a11"], level=4, **past)
    assert "on" in refused.value.fields
    change_unit(units["a11"], level=4, **deed)


def test_snapshot_is_new_after_a_change(units: dict[str, Unit], deed: dict[str, Any]) -> None:
    before = current()
    assert current() is before
    added = add_unit(units["a2"], code="new", name="New", **deed)
    after = current()
    assert len(after.numbers) == len(before.numbers) + 1
    start, end = after.span(units["a2"].pk)
    assert after.numbers[start:end].tolist() == [units["a2"].pk, added.pk]
    assert after.levels[start:end].tolist() == [3, 4]
