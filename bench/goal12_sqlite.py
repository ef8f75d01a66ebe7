"""Goal 12: eight writers on SQLite: how long the slowest hundredth of writes waits."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator

from django.db import connection

from bench.goal07_writers import Ran, race
from braid.contact.receiving import keep_facts
from braid.kernel.ledger import Strand, record
from braid.units.models import Unit

from .report import Line
from .timing import say
from .world import NOW, World

WRITERS = 8


def run(world: World) -> Iterator[Line]:
    if connection.vendor != "sqlite":
        return
    world.tree()
    places = list(Unit.objects.filter(level=6).order_by("path")[:5_000])
    seconds = world.scale.writer_seconds
    say("8 threads of one process: receipts through the spool")
    spool = _threads(_spool, places, seconds)
    say("8 threads of one process: record()")
    acts = _threads(_record, places, seconds)
    say("8 processes, each its own commits")
    apart = race(_record, places, WRITERS, seconds)
    yield Line(
        "12", "8 writers, receipts (group commit): p99 against 50 ms", str(spool), "50 ms", spool.p99 / 0.05, "<= 1"
    )
    yield Line(
        "12",
        "8 writers in one web process, acts with record(): p99 against 50 ms",
        str(acts),
        "50 ms",
        acts.p99 / 0.05,
        "<= 1",
    )
    yield Line(
        "12",
        "8 processes with independent commits, against receipts",
        f"p99 {spool.p99 * 1000:.1f} ms",
        str(apart),
        apart.p99 / spool.p99,
        "",
    )


def _threads(write: Callable[[Unit], None], places: list[Unit], seconds: float) -> Ran:
    times: list[list[float]] = []
    start = time.time() + 0.5

    def hand(number: int) -> None:
        chance, mine = random.Random(number), []
        connection.ensure_connection()
        time.sleep(max(0, start - time.time()))
        while time.time() < start + seconds:
            begun = time.perf_counter()
            write(chance.choice(places))
            mine.append(time.perf_counter() - begun)
        times.append(mine)
        connection.close()

    hands = [threading.Thread(target=hand, args=(number,)) for number in range(WRITERS)]
    for each in hands:
        each.start()
    for each in hands:
        each.join()
    flat = sorted(one for mine in times for one in mine)
    return Ran(flat, seconds)


def _spool(unit: Unit) -> None:
    keep_facts([(unit.pk, 1, unit.pk, 1)], seconds=NOW.timestamp())


def _record(unit: Unit) -> None:
    record(unit, Strand.WORK, "report.filed", at=NOW)
