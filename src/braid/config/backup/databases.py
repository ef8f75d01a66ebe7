"""Copies of a database while it is used, and putting one back: SQLite by its backup API, PostgreSQL by its own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from braid.config.errors import Stop

PARTS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""What the database is called in a backup."""


def copy_database(target: Path) -> dict[str, int]:
    """Write a consistent copy to `target`, while others go on writing; returns the rows of each table in that copy."""
    return _dump(target) if connection.vendor == "postgresql" else _copy_sqlite(target)


def put_back(source: Path, *, replaced: Path) -> None:
    """Make the copy `source` the database; an SQLite file that was there is kept as `replaced`."""
    if connection.vendor == "postgresql":
        _restore(source)
        return
    name = Path(_setting("NAME"))
    connection.close()
    if name.exists() and name.stat().st_size:
        with closing(sqlite3.connect(name)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        replaced.parent.mkdir(parents=True, exist_ok=True)
        os.replace(name, replaced)
    for end in ("-wal", "-shm"):
        Path(f"{name}{end}").unlink(missing_ok=True)
    name.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, name)


def counts() -> dict[str, int]:
    """The rows of each table of the database in use."""
    with connection.cursor() as cursor:
        return _counts(cursor, connection.introspection.table_names(cursor))


def is_empty() -> bool:
    """Whether nobody has put anything into the database yet: no tables, or no units and no people."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        filled = _counts(cursor, [name for name in ("units_unit", "people_person") if name in tables])
    return not any(filled.values())


def _counts(cursor: Any, tables: list[str]) -> dict[str, int]:
    found = {}
    for name in sorted(tables):
        cursor.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608 (names the database gave)
        found[name] = int(cursor.fetchone()[0])
    return found


def _copy_sqlite(target: Path) -> dict[str, int]:
    with closing(sqlite3.connect(_setting("NAME"))) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Stop("The database is damaged; SQLite's quick_check finds faults. No backup was made.")
        return _counts(copy.cursor(), connection.introspection.table_names())


def _dump(target: Path) -> dict[str, int]:
    """Dump from the very snapshot the rows are counted in."""
    tool = _tool("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run([tool, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"])
        return _counts(cursor, connection.introspection.table_names(cursor))


def _restore(source: Path) -> None:
    tool = _tool("pg_restore")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    _run([tool, "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", _setting("NAME"), str(source)])


def _tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise Stop(f"{name} was not found. Install PostgreSQL's client programs, of the server's version or later.")
    return found


def _run(command: list[str]) -> None:
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {name: _setting(key) for name, key in given.items() if _setting(key)}
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"{Path(command[0]).name} failed:\n{done.stderr.strip()[-2000:]}")


def _setting(name: str) -> str:
    """What the settings say, not Django's test runner: it changes the connection, and that is what counts."""
    return str(connection.settings_dict.get(name) or settings.DATABASES["default"].get(name) or "")
