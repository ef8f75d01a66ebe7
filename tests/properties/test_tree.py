"""Whatever is done to the tree: paths are the parents' chain, ranks go down, nothing active hangs from a closed unit, and
every past tree can be told from what was kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from braid.kernel.access import EVERYWHERE, OPERATOR
from braid.kernel.errors import Refused
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
from braid.units.enums import UnitStatus
from braid.units.exports import Row, export_rows
from braid.units.models import Placement, Unit
from braid.units.paths import number_of
from braid.units.queries import tree_at, unit_at_path, unit_by_code
from braid.units.snapshot import build
from tests.factories import tree
from tests.units.test_actions import paths_hold

FIRST_DAY = date(2025, 1, 1)
DEEDS = ("add", "move", "move", "merge", "split", "close", "reopen", "rename", "recode", "lower", "rank")
Seen = dict[int, tuple[str, int | None, int, str, str]]


def as_it_is() -> Seen:
    """Path, parent, level, code and name of the active units by number: the oracle."""
    rows = Unit.objects.active().values_list("number", "path", "parent_id", "level", "code", "name")
    return {number: tuple(rest) for number, *rest in rows}  # type: ignore[misc]


def as_table(seen: Seen) -> list[Row]:
    """What an export should write of it."""
    ordered = sorted(seen.values())
    return [(code, seen[above][3] if above else "", name, level) for _path, above, level, code, name in ordered]


def can_be_imported(rows: list[Row]) -> bool:
    """Each code once, each unit below one that came before it and has a smaller level; one top."""
    levels: dict[str, int] = {}
    for code, above, _name, level in rows:
        if code in levels or bool(above) != bool(levels) or (above and levels.get(above, level) >= level):
            return False
        levels[code] = level
    return True


def do(kind: str, one: Unit, other: Unit, turn: int, deed: dict[str, Any]) -> None:
    code = f"new{turn}"
    if kind == "add":
        add_unit(one, code=code, name=code, **deed)
    elif kind == "move":
        move_unit(one, other, **deed)
    elif kind == "merge":
        merge_units(one, other, **deed)
    elif kind == "split":
        children = tuple(Unit.objects.filter(parent=one).active().values_list("pk", flat=True)[:1])
        split_unit(one, [Part(code, code, children)], **deed)
    elif kind == "close":
        close_unit(one, **deed)
    elif kind == "reopen":
        reopen_unit(one, **deed)
    elif kind == "rank":
        change_unit(one, level=other.level + 1, **deed)
    elif kind == "rename":
        rename_unit(one, name=f"Name {turn}", **deed)
    elif kind == "recode":
        change_unit(one, code=f"c{turn % 3}", **deed)
    else:
        change_unit(one, level=one.level + 1 - 2 * (turn % 2), **deed)


class TreeTest(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.sampled_from(DEEDS), st.integers(0, 30), st.integers(0, 30), st.sampled_from((1, 0, -1, -4))),
            max_size=14,
        )
    )
    def test_any_sequence(self, steps: list[tuple[str, int, int, int]]) -> None:
        """Some things are only told days later: then the days before stay as they were, and those since are whole."""
        tree({"n": {"a": {"a1": {"a11": {}}, "a2": {"a21": {}}}, "b": {"b1": {"b11": {}}, "b2": {}}}})
        day, moment = FIRST_DAY + timedelta(days=9), datetime(2026, 1, 1, tzinfo=UTC)
        days: dict[date, Seen] = {FIRST_DAY: as_it_is()}
        for turn, (kind, first, second, ahead) in enumerate(steps):
            units = list(Unit.objects.order_by("pk"))
            on, moment = day + timedelta(days=ahead), moment + timedelta(seconds=1)
            day = max(day, on)
            deed = {"on": on, "why": "x", "by": OPERATOR, "at": moment}
            with suppress(Refused):
                do(kind, units[first % len(units)], units[second % len(units)], turn, deed)
                days = {earlier: seen for earlier, seen in days.items() if earlier < on}
            days[day] = as_it_is()
        self.check(days)

    def check(self, days: dict[date, Seen]) -> None:
        assert paths_hold()
        closed = UnitStatus.CLOSED
        assert not Unit.objects.filter(status=UnitStatus.ACTIVE, parent__status=closed).exists()
        assert Unit.objects.filter(depth=0).count() == 1
        assert not Unit.objects.filter(level__lte=F("parent__level")).exists()
        for day, seen in days.items():
            assert {number: (path, *rest) for path, number, *rest in tree_at(day)} == seen, day
            assert list(export_rows(EVERYWHERE, on=day)) == as_table(seen), day
        for passed in range((max(days) - FIRST_DAY).days):
            assert can_be_imported(list(export_rows(EVERYWHERE, on=FIRST_DAY + timedelta(days=passed)))), passed
        for placement in Placement.objects.all():
            assert unit_at_path(placement.path) == Unit.objects.get(pk=number_of(placement.path))
        for unit in Unit.objects.exclude(merged_into=None):
            assert unit_by_code(unit.code) != unit
        snapshot = build(0)
        for unit in Unit.objects.all():
            first, end = snapshot.span(unit.pk)
            below = Unit.objects.subtree(unit.path).order_by("path").values_list("pk", flat=True)
            assert snapshot.numbers[first:end].tolist() == list(below)
