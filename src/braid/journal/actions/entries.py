"""Writing entries, and forgetting who made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from braid.journal.models import Entry
from braid.kernel.access import Actor
from braid.kernel.ledger import Happened
from braid.kernel.prepared import prepared

CHUNK = 10_000
"""Entries in one statement."""

# `FOR KEY SHARE` makes a move wait for acts in flight, and acts wait for a move: the path kept is the one at commit.
_POSTGRESQL = """
    WITH given AS (
        SELECT unit.number, unit.path, given.strand, given.kind, given.amount
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS given (number, strand, kind, amount)
        JOIN units_unit AS unit ON unit.number = given.number
        FOR KEY SHARE OF unit
    ), entry AS (
        INSERT INTO journal_entry (unit_id, unit_path, strand, kind, amount, day, at, by_number)
        SELECT number, path, strand, kind, amount, %s::date, %s::timestamptz, %s::bigint FROM given
        RETURNING unit_path, day, kind, amount
    )
    INSERT INTO journal_pending (unit_path, day, kind, amount) SELECT unit_path, day, kind, amount FROM entry
"""
_POSTGRESQL_ONE = """
    WITH unit AS (
        SELECT number, path FROM units_unit WHERE number = %s FOR KEY SHARE
    ), entry AS (
        INSERT INTO journal_entry (unit_id, unit_path, strand, kind, amount, day, at, by_number)
        SELECT number, path, %s, %s, %s, %s, %s, %s FROM unit
        RETURNING unit_path, day, kind, amount
    )
    INSERT INTO journal_pending (unit_path, day, kind, amount) SELECT unit_path, day, kind, amount FROM entry
"""
_SQLITE_ENTRY = """
    INSERT INTO journal_entry (unit_id, unit_path, strand, kind, amount, day, at, by_number)
    SELECT number, path, %s, %s, %s, %s, %s, %s FROM units_unit WHERE number = %s
"""
_SQLITE_PENDING = """
    INSERT INTO journal_pending (unit_path, kind, amount, day) SELECT path, %s, %s, %s FROM units_unit WHERE number = %s
"""


def record_entries(happened: Sequence[Happened], *, by: Actor | None, at: datetime) -> None:
    """Write entries and what is pending of them; fills the port behind `kernel.ledger.record`.

    The day is the federation's own, whatever time zone the person at the screen has; the place is where the unit stands
    in this transaction. Raises `LookupError` when a unit is not in the tree.
    """
    day = timezone.localdate(at, timezone.get_default_timezone())
    number = by.pk if by else None
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql and len(happened) == 1:  # one statement is whole by itself, and to bracket it takes two more
        _check_number(_write_one_on_postgresql(happened[0], day, at, number), 1)
        return
    write = _write_on_postgresql if is_postgresql else _write_on_sqlite
    with transaction.atomic():
        for chunk in _chunks(happened):
            _check_number(write(chunk, day, at, number), len(chunk))


def erase_actor(number: int) -> int:
    """Forget that person `number` did what she did; what happened stays. Returns how many entries named her."""
    return Entry.objects.filter(by_number=number).update(by_number=None)


def _check_number(written: int, given: int) -> None:
    if written != given:
        raise LookupError("something happened at a unit that is not in the tree")


def _write_one_on_postgresql(one: Happened, day: date, at: datetime, by: int | None) -> int:
    with prepared(), connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL_ONE, [one.unit_number, str(one.strand), one.kind, one.amount, day, at, by])
        return int(cursor.rowcount)


def _write_on_postgresql(happened: Sequence[Happened], day: date, at: datetime, by: int | None) -> int:
    numbers, strands, kinds, amounts = (list(column) for column in zip(*happened, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL, [numbers, strands, kinds, amounts, day, at, by])
        return int(cursor.rowcount)


def _write_on_sqlite(happened: Sequence[Happened], day: date, at: datetime, by: int | None) -> int:
    moment, on = connection.ops.adapt_datetimefield_value(at), str(day)
    entries = [(h.strand, h.kind, h.amount, on, moment, by, h.unit_number) for h in happened]
    with connection.cursor() as cursor:
        cursor.executemany(_SQLITE_ENTRY, entries)
        cursor.executemany(_SQLITE_PENDING, [(h.kind, h.amount, on, h.unit_number) for h in happened])
        return int(cursor.rowcount)


def _chunks(happened: Sequence[Happened]) -> Iterator[Sequence[Happened]]:
    return (happened[start : start + CHUNK] for start in range(0, len(happened), CHUNK))
