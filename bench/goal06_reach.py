"""Goal 6: how many units below each inner unit have read a notice, for all of them at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection
from pyroaring import BitMap

from braid.units import snapshot
from braid.units.enums import STEP
from braid.units.models import Unit

from .report import Line
from .timing import median, say, words
from .world import World


def run(world: World) -> Iterator[Line]:
    world.tree()
    chance = random.Random(6)
    tree = snapshot.current()
    numbers = [number for number in tree.numbers.tolist() if chance.random() < 0.6]
    seen = BitMap(numbers)
    mask = tree.mask_of(seen)
    places = np.flatnonzero(tree.ends - np.arange(len(tree.ends)) > 1)
    spans = (places, tree.ends[places])
    inner = int((tree.ends - np.arange(len(tree.ends)) > 1).sum())
    ours = median(lambda: tree.count_below(tree.mask_of(seen)))
    warm = median(lambda: tree.count_below(mask))
    limit = median(lambda: _bare(mask, *spans))
    what = f"read counts of all {inner:,} inner units, against the bare pass of numpy"
    yield Line("6", what, words(warm), words(limit), warm / limit, "<= 10", "counted for every unit, leaves too")
    yield Line("6", "the same from the stored bitmap, unpacked first", words(ours), words(limit), ours / limit)
    again = median(lambda: _recount(numbers), least=2, seconds=1) if _fill(numbers) else 0
    yield Line(
        "6",
        "the same, against counting rows again in SQL",
        words(ours),
        words(again),
        again / ours,
        ">= 200" if world.scale.units is None else "",
        "one GROUP BY per level",
    )


def _bare(mask: Any, starts: Any, ends: Any) -> Any:
    """The limit: a running sum, and for each inner unit the difference of two places of it."""
    running = np.concatenate(([0], np.cumsum(mask, dtype=np.int32)))
    return running[ends] - running[starts]


def _fill(numbers: list[int]) -> bool:
    """The plain way: a row for each unit that has read it."""
    say("rows of who has read it")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE peer_seen AS SELECT number, path FROM units_unit WHERE 1 = 0")
        marks = "?, ?" if connection.vendor == "sqlite" else "%s, %s"
        paths = dict(Unit.objects.order_by("pk").values_list("number", "path").iterator())
        rows = [(number, paths[number]) for number in numbers]
        if connection.vendor == "sqlite":
            connection.connection.executemany(f"INSERT INTO peer_seen VALUES ({marks})", rows)
        else:
            with cursor.copy("COPY peer_seen FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    return True


def _recount(numbers: list[int]) -> None:
    depths = Unit.objects.order_by("-depth").values_list("depth", flat=True)[0]
    with connection.cursor() as cursor:
        for depth in range(depths):
            cursor.execute(f"SELECT substr(path, 1, {STEP * (depth + 1)}), count(*) FROM peer_seen GROUP BY 1")
            cursor.fetchall()
