"""Goal 7: 16 writers on PostgreSQL file what happened, against inserts alone and against counters updated root first."""

from __future__ import annotations

import gc
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from django.db import connection, transaction

from bench.peer.models import Counter
from braid.journal.actions import fold_round
from braid.journal.models import Entry, Pending
from braid.journal.queries import total
from braid.kernel.ledger import Strand, record
from braid.kernel.worker import IDLE
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .report import Line
from .timing import say
from .world import NOW, TODAY, World, settle

WRITERS = 16
KIND = "report.filed"
_INSERT = """
    INSERT INTO journal_entry (unit_id, unit_path, strand, kind, amount, day, at, by_number)
    VALUES (%s, %s, 'work', %s, 1, %s, %s, NULL)
"""


@dataclass(frozen=True)
class Ran:
    """What writers achieved: how long each write took, in seconds, and in how many seconds they wrote all of it."""

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Writes a second."""
        return len(self.times) / self.seconds

    @property
    def p99(self) -> float:
        """The 99th percentile of one write, in seconds."""
        return sorted(self.times)[int(len(self.times) * 0.99)] if self.times else float("inf")

    def __add__(self, other: Ran) -> Ran:
        return Ran(self.times + other.times, self.seconds + other.seconds)

    def __str__(self) -> str:
        return f"{self.rate:,.0f}/s, p99 {self.p99 * 1000:.1f} ms"


def run(world: World) -> Iterator[Line]:
    if connection.vendor != "postgresql":
        return
    world.tree()
    places = list(Unit.objects.filter(level=6).order_by("path")[:20_000])
    random.Random(7).shuffle(places)
    Counter.objects.bulk_create((Counter(unit_number=number) for number in _numbers(places)), ignore_conflicts=True)
    seconds = world.scale.writer_seconds
    ways: list[Way] = [
        ("inserts alone", _insert, None),
        ("record() while a worker folds", _record, _fold),
        ("root first", _root_first, None),
    ]
    inserts, ours, root_first = race_all(ways, places, seconds)
    yield Line(
        "7",
        "16 writers: record() with a worker folding, against inserts alone",
        str(ours),
        str(inserts),
        ours.rate / inserts.rate,
        ">= 0.5",
    )
    yield Line(
        "7",
        "the same, against counters updated root first",
        str(ours),
        str(root_first),
        ours.rate / root_first.rate,
        ">= 5",
    )
    yield Line(
        "7",
        "p99 of one write, root first against ours",
        f"{ours.p99 * 1000:.1f} ms",
        f"{root_first.p99 * 1000:.1f} ms",
        root_first.p99 / ours.p99,
        ">= 10",
    )
    written = Entry.objects.filter(kind=KIND).count()
    missed = written - total(Unit.objects.get(depth=0), KIND)
    pending = Pending.objects.count()
    yield Line(
        "7",
        "readers exact at once: entries the nation's total missed",
        f"{missed} of {written:,}",
        "0",
        float(not missed),
        ">= 1",
        f"{pending:,} of them not folded yet",
    )


Way = tuple[str, Callable[[Unit], None], Callable[[float], None] | None]
"""A way to write: its name, what one write is, and who folds meanwhile, if anybody."""


def race_all(ways: list[Way], places: list[Unit], seconds: float) -> list[Ran]:
    """Let 16 writers write in each way for `seconds`, after what was written before has come to rest: in two halves at places of
    their own, so that no way has the warm or the quiet one."""
    settle()
    ran: dict[str, Ran] = {}
    for half in range(2):
        for name, write, fold in ways:
            say(f"16 writers: {name}")
            ran[name] = ran.get(name, Ran([], 0)) + race(write, places[half::2], WRITERS, seconds / 2, fold=fold)
    return list(ran.values())


def race(
    write: Callable[[Unit], None],
    places: list[Unit],
    writers: int,
    seconds: float,
    *,
    fold: Callable[[float], None] | None = None,
) -> Ran:
    """Let `writers` processes call `write` for `seconds`, each with a connection of its own, at the places that are its turn
    as cards are dealt; one more folds until then."""
    connection.close()
    gc.freeze()  # else each writer, collecting, walks and copies the whole tree that this process holds
    fork = multiprocessing.get_context("fork")
    results = fork.SimpleQueue()
    start = time.time() + 1 + writers / 50
    hands = [
        fork.Process(target=_work, args=(write, places, start, seconds, number, writers, results))
        for number in range(writers)
    ]
    folder = fork.Process(target=fold, args=(start + seconds,)) if fold else None
    for hand in [*hands, *([folder] if folder else [])]:
        hand.start()
    times = [taken for _ in hands for taken in results.get()]
    for hand in [*hands, *([folder] if folder else [])]:
        hand.join()
    gc.unfreeze()
    return Ran(times, seconds)


def _work(
    write: Callable[[Unit], None],
    places: list[Unit],
    start: float,
    seconds: float,
    number: int,
    writers: int,
    results: object,
) -> None:
    times, mine = [], cycle(places[number::writers])
    write(next(mine))  # a connection is kept for long: how it begins is not what is measured
    time.sleep(max(0, start - time.time()))
    for place in mine:
        if time.time() > start + seconds:
            break
        begun = time.perf_counter()
        write(place)
        times.append(time.perf_counter() - begun)
    connection.close()
    results.put(times)  # type: ignore[attr-defined]


def _fold(end: float) -> None:
    """As the worker does it."""
    while time.time() < end:
        if not fold_round(NOW):
            time.sleep(IDLE)
    connection.close()


def _insert(unit: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [unit.pk, unit.path, KIND + ".plain", TODAY, NOW])


def _record(unit: Unit) -> None:
    record(unit, Strand.WORK, KIND, at=NOW)


def _root_first(unit: Unit) -> None:
    """As most programs do it: the report, then each counter from the top."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [unit.pk, unit.path, KIND + ".plain", TODAY, NOW])
        for number in numbers_of(unit.path):
            cursor.execute("UPDATE peer_counter SET amount = amount + 1 WHERE unit_number = %s", [number])


def _numbers(places: list[Unit]) -> set[int]:
    return {number for unit in places for number in numbers_of(unit.path)}
