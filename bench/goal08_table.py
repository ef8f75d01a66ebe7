"""Goal 8: a table of the provinces from tallies, against adding up all that happened.

A month of four or five entries for each unit of the whole tree: what was told, read, answered and held there. The more
happens, the longer adding up takes; the tallies of a month stay as many.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from braid.journal.actions import fold, rebuild_tallies
from braid.journal.models import Entry, Pending, Tally
from braid.journal.queries import totals_of_children
from braid.kernel.bulk import insert_rows
from braid.kernel.ledger import Happened, Strand, record_all
from braid.units.enums import STEP
from braid.units.models import Unit

from .report import Line
from .timing import median, say, took, words
from .world import NOW, TODAY, World, analyse, empty

KIND = "report.counted"
DAYS = 30
PENDING = 1_000
_GROUP_BY = """
    SELECT substr(unit_path, 1, %s) AS province, sum(amount) FROM journal_entry
    WHERE kind = %s AND day >= %s GROUP BY 1
"""


def run(world: World) -> Iterator[Line]:
    world.tree()
    count = world.scale.entries
    for model in (Pending, Tally, Entry):
        empty(model)
    _happen(count)
    root = Unit.objects.get(depth=0)
    since = TODAY - timedelta(days=DAYS)
    table = totals_of_children(root, [KIND], since=since)
    assert {number: kinds[KIND] for number, kinds in table.items()} == _grouped(root), "the tables differ"
    ours = median(lambda: totals_of_children(root, [KIND], since=since))
    peer = median(lambda: _grouped(root), least=2)
    target = ">= 200" if count >= 1_000_000 else ""
    note = f"{DAYS} days; {PENDING:,} entries not folded yet; both give the same numbers"
    yield Line(
        "8",
        f"a month's table of {len(table)} provinces from {count:,} entries, against GROUP BY",
        words(ours),
        words(peer),
        peer / ours,
        target,
        note,
    )
    yield _fold_speed(count)


def _happen(count: int) -> None:
    say(f"{count:,} entries")
    chance = random.Random(8)
    places = list(Unit.objects.filter(level=6).order_by("path").values_list("number", "path"))
    days = [TODAY - timedelta(days=number) for number in range(DAYS)]

    def rows() -> Iterator[tuple[object, ...]]:
        for _ in range(count - PENDING):
            number, path = chance.choice(places)
            yield number, path, chance.choice(days), NOW, "work", KIND, 1

    insert_rows(Entry, ["unit_id", "unit_path", "day", "at", "strand", "kind", "amount"], rows())
    rebuild_tallies()
    record_all([Happened(chance.choice(places)[0], Strand.WORK, KIND) for _ in range(PENDING)], at=NOW)
    analyse("journal_entry", "journal_tally", "journal_pending")


def _grouped(root: Unit) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUP_BY, [len(root.path) + STEP, KIND, TODAY - timedelta(days=DAYS)])
        return {int(path[-STEP:], 36): int(amount) for path, amount in cursor.fetchall()}


def _fold_speed(count: int) -> Line:
    """How fast a backlog is folded, in short transactions."""
    rows = min(count, 100_000)
    chance = random.Random(9)
    numbers = list(Unit.objects.filter(level=6).order_by("path").values_list("number", flat=True))
    record_all([Happened(chance.choice(numbers), Strand.WORK, "backlog.filed") for _ in range(rows)], at=NOW)
    with took() as taken:
        fold()
    rate = rows / taken.seconds
    return Line(
        "8",
        "journal entries folded a second, all in different places",
        f"{rate:,.0f}/s",
        "40,000/s",
        rate / 40_000,
        "",
        "the goal of 40,000/s is for receipts, see goal 5",
    )
