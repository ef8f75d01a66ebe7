"""Goal 1: 665,276 units in at most twice the time of raw rows and indexes, and at least five times faster than the ORM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from bench.peer.models import PlainUnit, TreebeardUnit
from braid.kernel.access import EVERYWHERE
from braid.units.models import Unit
from braid.units.queries.picker import find_units

from .report import Line
from .timing import say, took, words
from .world import World, empty

SAMPLE = 30_000
NODES = 1_000


def run(world: World) -> Iterator[Line]:
    imported = world.tree()
    total = Unit.objects.count()
    ours = imported.result.seconds["write"]
    raw = _raw()
    stages = ", ".join(f"{name} {words(seconds)}" for name, seconds in imported.result.seconds.items())
    note = f"{total:,} units; the whole: {stages}"
    way = "executemany" if connection.vendor == "sqlite" else "COPY"
    yield Line(
        "1", f"write units and indexes, against raw {way} + indexes", words(ours), words(raw), ours / raw, "<= 2", note
    )
    with took() as searched:  # the first search after a change makes what is searched
        find_units("西湖", EVERYWHERE)
    whole = imported.seconds + searched.seconds
    note = f"the first search after it, {words(searched.seconds)}, included"
    what = "the whole import with reading, checks and search, against raw"
    yield Line("1", what, words(whole), words(raw), whole / raw, note=note)
    orm = _bulk_create(min(SAMPLE, total)) / min(SAMPLE, total) * total
    yield Line(
        "1",
        "write units and indexes, against bulk_create",
        words(ours),
        words(orm),
        orm / ours,
        ">= 5",
        f"peer extrapolated from {min(SAMPLE, total):,} rows",
    )
    treebeard = _treebeard() / NODES * total
    yield Line(
        "1",
        "write units and indexes, against treebeard add_child",
        words(ours),
        words(treebeard),
        treebeard / ours,
        "",
        f"peer extrapolated from {NODES:,} nodes",
    )


def _raw() -> float:
    """Rows first, then the same indexes, with no key or constraint checked: the fastest a program can be."""
    say("raw load")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM units_unit ORDER BY path")
        names = [column[0] for column in cursor.description]
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("CREATE TABLE raw_unit AS SELECT * FROM units_unit WHERE 1 = 0")
    with took() as taken, connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN")
            connection.connection.executemany(f"INSERT INTO raw_unit VALUES ({', '.join('?' * len(names))})", rows)
        else:
            cursor.execute("BEGIN")
            with cursor.copy("COPY raw_unit FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        for number, columns in enumerate(_indexes()):
            cursor.execute(f"CREATE INDEX raw_unit_{number} ON raw_unit ({columns})")
        cursor.execute("COMMIT")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE raw_unit")
    return taken.seconds


def _indexes() -> list[str]:
    """The columns of every index the product keeps on units (the one on the root alone has one row).

    On SQLite the number is the row's own id and has no index.
    """
    keys = [["number"]] if connection.vendor == "postgresql" else []
    keys += [["path"], ["code"]]
    links = [[field.column] for field in Unit._meta.concrete_fields if field.is_relation and field.db_index]
    return [
        ", ".join(columns) for columns in [*keys, *links, *(index.fields for index in Unit._meta.indexes)] if columns
    ]


def _bulk_create(count: int) -> float:
    say("bulk_create")
    fields = [field.attname for field in PlainUnit._meta.fields]
    rows = list(Unit.objects.order_by("path").values(*fields)[:count])
    with took() as taken:
        PlainUnit.objects.bulk_create((PlainUnit(**row) for row in rows), batch_size=2_000)
    empty(PlainUnit)
    return taken.seconds


def _treebeard() -> float:
    say("treebeard add_child")
    root = TreebeardUnit.add_root(name="root", code="root")
    parent = root
    with took() as taken:
        for number in range(NODES):
            if number % 20 == 0:
                parent = TreebeardUnit.objects.get(pk=root.pk).add_child(name="branch", code=f"b{number}")
            else:
                parent.add_child(name="leaf", code=f"l{number}")
    empty(TreebeardUnit)
    return taken.seconds
