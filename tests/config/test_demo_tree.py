"""What the demo remembers of the tree it read, so that its checks find a unit that was lost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from braid.config.demo.tree import levels_of, load, tree_of
from braid.kernel.checks import Demo
from braid.units.checks import all_units_are_there, each_level_is_whole
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit

pytestmark = pytest.mark.django_db

HEADER = "code,parent_code,name"
FILES = {
    "one top": f"{HEADER}\nA,,A\nB,A,B\nC,A,C\nD,B,D\n",
    "several tops": f"{HEADER}\nA,,A\nB,,B\nC,A,C\nD,C,D\n",
    "levels left out": f"{HEADER},level\nA,,A,1\nB,A,B,3\nC,B,C,4\n",
    "several tops with levels": f"{HEADER},level\nA,,A,2\nB,,B,2\nC,A,C,4\n",
    "other kinds": f"{HEADER},level,kind\nA,,A,1,body\nB,A,B,2,body\nC,A,C,2,virtual\n",
}


class Remembered(dict[str, Any]):
    """A stage without a row."""

    def remember(self, **details: Any) -> None:
        self.update(details)

    def shows(self, done: int, total: int | None = None, step: str = "") -> None:
        """Nobody looks."""


def loaded(source: str, most: int | None, at: datetime) -> Demo:
    """The demo as its checks see it, once the tree is loaded."""
    stage = Remembered()
    load(stage, source=source, most=most, at=at)
    return Demo(0, stage["levels"])


def is_well(demo: Demo) -> tuple[bool, bool]:
    return all_units_are_there(demo).ok, each_level_is_whole(demo).ok


def lose_one() -> None:
    """Delete the last body, which has none below."""
    last = Unit.objects.filter(kind=UnitKind.BODY).order_by("path").last()
    assert last
    last.delete()


@pytest.mark.parametrize("most", [None, 4])
@pytest.mark.parametrize("file", FILES)
def test_a_lost_unit_is_found(file: str, most: int | None, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(FILES[file])
    demo = loaded(str(path), most, now)
    assert is_well(demo) == (True, True)
    lose_one()
    assert is_well(demo) == (False, False)


def test_a_lost_unit_of_a_cut_tree_is_found(now: datetime) -> None:
    demo = loaded("us", 60, now)
    assert 40 < sum(demo.levels.values()) <= 60
    assert is_well(demo) == (True, True)
    lose_one()
    assert is_well(demo) == (False, False)


def test_a_unit_on_the_wrong_level_is_found(now: datetime) -> None:
    demo = loaded("us", 60, now)
    last = Unit.objects.order_by("path").last()
    Unit.objects.filter(pk=last and last.pk).update(level=6)
    assert is_well(demo) == (True, False)


def test_a_killed_run_that_had_loaded_it_remembers_the_same(now: datetime) -> None:
    first = loaded("us", 60, now)
    lose_one()
    assert loaded("us", 60, now) == first


def test_the_rows_and_the_file_alone_say_the_same(now: datetime) -> None:
    demo = loaded("us", None, now)
    assert demo.levels == levels_of(tree_of("us"))
    load(cut := Remembered(), source="us", most=10**6, at=now)
    assert cut["levels"] == demo.levels


@pytest.mark.parametrize("spoil", ["parent", "level", "status"])
def test_a_unit_that_hangs_wrongly_is_found(spoil: str, now: datetime) -> None:
    """What no constraint can say, because it is about two rows."""
    demo = loaded("us", 60, now)
    last = Unit.objects.order_by("-path")[0]
    parent = Unit.objects.get(children=last)
    assert all_units_are_there(demo).ok
    if spoil == "parent":
        Unit.objects.filter(pk=last.pk).update(parent=parent.parent)
    elif spoil == "level":
        Unit.objects.filter(pk=last.pk).update(level=parent.level)
    else:
        Unit.objects.filter(pk=parent.pk).update(status=UnitStatus.CLOSED, closed_on=now)
    assert not all_units_are_there(demo).ok
