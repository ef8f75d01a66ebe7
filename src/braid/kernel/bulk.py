"""Fast writes of very many rows: many rows a statement on SQLite, COPY on PostgreSQL, without model instances."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from .prepared import Statement, together

CHUNK = 20_000
"""Rows between two calls of `on_progress`."""
PARAMETERS = 999
"""As many as every SQLite takes in one statement."""

Row = Sequence[Any]
Convert = Callable[[Any], Any]


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    ignore_conflicts: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Insert `rows` (tuples in the order of `columns`, which are field names such as "unit_id") in one transaction.

    Rows are streamed, never held; making them must not ask the database: its connection is busy until the last row.
    Values are Python's own: dates as `date`, moments as aware `datetime`, JSON as dicts and lists. Columns left out take
    the database's default, so a column without one must be given. `ignore_conflicts` leaves out rows that would break a
    uniqueness. `on_progress` is called with the rows read so far. Returns the rows inserted. Signals are not sent and
    validators are not asked; constraints of the database hold.
    """
    rows = _converted(model, columns, rows)
    with transaction.atomic(), connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            return _copy(model, columns, rows, ignore_conflicts=ignore_conflicts, on_progress=on_progress)
        return _executemany(model, columns, rows, ignore_conflicts=ignore_conflicts, on_progress=on_progress)


def insert_few(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Insert a few `rows` in one statement; returns the numbers the database gave them, in their order.

    Values and columns are as in `insert_rows`. For a row that is written very often: Django takes longer to compose its
    statement than the database to run it.
    """
    return together(insertion(model, columns, rows))[0] if rows else []


def insertion(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> Statement:
    """The statement by which `insert_few` inserts `rows`, of which there is at least one; for `together`."""
    values = list(chain.from_iterable(_converted(model, columns, rows)))
    return _insert_few(model, tuple(columns), len(rows)), values


@cache
def _insert_few(model: type[models.Model], columns: tuple[str, ...], rows: int) -> str:
    names, key = ", ".join(_columns(model, columns)), _columns(model, [model._meta.pk.attname])[0]
    marks = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {_table(model)} ({names}) VALUES {', '.join([marks] * rows)} RETURNING {key}"  # noqa: S608


def update_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Update rows by primary key: each of `rows` is the values of `columns` in order, then the key, last.

    Streamed and converted as in `insert_rows`; returns the rows updated.
    """
    key = model._meta.pk.attname
    rows = _converted(model, [*columns, key], rows)
    with transaction.atomic(), connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            return _update_from_copy(model, columns, rows, on_progress=on_progress)
        sets = ", ".join(f"{name} = ?" for name in _columns(model, columns))
        sql = f"UPDATE {_table(model)} SET {sets} WHERE {_columns(model, [key])[0]} = ?"  # noqa: S608 (own names)
        return _many(lambda _rows: sql, rows, on_progress)


@contextmanager
def keys_checked_at_once(model: type[models.Model]) -> Iterator[None]:
    """For filling an empty table in the surrounding transaction: keys to other rows, uniqueness and indexes wait for the end.

    On PostgreSQL building an index and checking a key over all rows is several times faster than row by row. They stand
    again, checked, when the block ends; it raises `IntegrityError` then. On SQLite nothing is gained, nothing is done.
    """
    if connection.vendor != "postgresql":
        yield
        return
    table = _table(model)
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [table, table])
        keys = cursor.fetchall()
        for _, drop, _ in keys:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, _, make in keys:
            cursor.execute(make)


_KEYS = """
    SELECT 1 AS turn, format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT CASE contype WHEN 'u' THEN 2 ELSE 3 END,
        format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'f')
    ORDER BY 1
"""
"""How to drop and make again what hangs on a table: indexes first, then unique keys, then keys to other rows."""


def reset_sequence(model: type[models.Model]) -> None:
    """Let the next number the database gives come after the highest there is; needed after explicit primary keys."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(sql)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [connection.ops.quote_name(str(_field(model, name).column)) for name in names]


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return field


def _converted(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterable[Row]:
    """Rows as the drivers store them; untouched (and unslowed) when no column needs it."""
    converts = _converts(model, tuple(names), connection.vendor)
    return (_convert_row(row, converts) for row in rows) if converts else rows


@cache
def _converts(model: type[models.Model], names: tuple[str, ...], vendor: str) -> dict[int, Convert]:
    """How columns are converted, by their place; those that are not left out."""
    found: dict[int, Convert] = {}
    for place, field in enumerate(_field(model, name) for name in names):
        if isinstance(field, models.JSONField):
            found[place] = _as_json
        elif isinstance(field, models.DateTimeField) and vendor == "sqlite":
            found[place] = _moment
    return found


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


@lru_cache(maxsize=4096)
def _moment(value: datetime | None) -> str | None:
    """A moment as Django keeps it on SQLite: UTC, without an offset."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _convert_row(row: Row, converts: dict[int, Convert]) -> list[Any]:
    values = list(row)
    for place, convert in converts.items():
        values[place] = convert(values[place])
    return values


def _executemany(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    ignore_conflicts: bool,
    on_progress: Callable[[int], None] | None,
) -> int:
    names = _columns(model, columns)
    start = f"INSERT INTO {_table(model)} ({', '.join(names)}) VALUES "  # noqa: S608 (own names)
    row = f"({', '.join('?' * len(names))})"
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    together = max(1, PARAMETERS // len(names))
    return _many(lambda rows: start + ", ".join([row] * rows) + end, rows, on_progress, together=together)


def _many(
    sql_for: Callable[[int], str], rows: Iterable[Row], on_progress: Callable[[int], None] | None, *, together: int = 1
) -> int:
    """Run the statement for `together` rows over all `rows`, and the one for a single row over what is left.

    Beginning and ending a statement is most of what a row costs. The driver's own cursor does it: Django's rewrites
    placeholders and logs, row by row.
    """
    several, single = sql_for(together), sql_for(1)
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    changed = read = 0
    try:
        for chunk in _chunks(rows):
            whole = len(chunk) - len(chunk) % together
            groups = (list(chain.from_iterable(chunk[at : at + together])) for at in range(0, whole, together))
            changed += cursor.executemany(several, groups).rowcount
            changed += cursor.executemany(single, chunk[whole:]).rowcount
            read += len(chunk)
            if on_progress:
                on_progress(read)
    finally:
        cursor.close()
    return changed


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _copy(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    ignore_conflicts: bool,
    on_progress: Callable[[int], None] | None,
) -> int:
    names = ", ".join(_columns(model, columns))
    if not ignore_conflicts:
        return _copy_into(_table(model), names, rows, on_progress)
    with _staged(model, names, rows, on_progress) as staged, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(model)} ({names}) SELECT {names} FROM {staged} ON CONFLICT DO NOTHING"  # noqa: S608
        )
        return int(cursor.rowcount)


def _update_from_copy(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    on_progress: Callable[[int], None] | None,
) -> int:
    table, names = _table(model), _columns(model, columns)
    (key,) = _columns(model, [model._meta.pk.attname])
    sets = ", ".join(f"{name} = staged.{name}" for name in names)
    with _staged(model, ", ".join([*names, key]), rows, on_progress) as staged, connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {sets} FROM {staged} AS staged WHERE {table}.{key} = staged.{key}"  # noqa: S608
        )
        return int(cursor.rowcount)


class _staged:  # noqa: N801 (reads as the word it is)
    """A temporary table with the given columns of `model`, filled with `rows`; dropped at the end."""

    def __init__(
        self, model: type[models.Model], names: str, rows: Iterable[Row], on_progress: Callable[[int], None] | None
    ) -> None:
        self.table = connection.ops.quote_name(f"staged_{model._meta.db_table}")
        self.source, self.names, self.rows, self.on_progress = _table(model), names, rows, on_progress

    def __enter__(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.table} AS SELECT {self.names} FROM {self.source} WITH NO DATA"  # noqa: S608
            )
        _copy_into(self.table, self.names, self.rows, self.on_progress)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {self.table}")
        return self.table

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {self.table}")


def _copy_into(table: str, names: str, rows: Iterable[Row], on_progress: Callable[[int], None] | None) -> int:
    read = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for chunk in _chunks(rows):
            for row in chunk:
                copy.write_row(row)
            read += len(chunk)
            if on_progress:
                on_progress(read)
    return read
