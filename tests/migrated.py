"""One migrated database for a whole run of the tests, made once and copied by every process that wants one of its own.

Migrating takes longer than most tests. The processes of a run share the folder that `RUN` names in their environment; whoever
asks first makes the database in a process of its own, by the real migrations, and the others wait for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
RUN = "BRAID_TEST_RUN"


def begin_run() -> None:
    """For the process that starts the others, or does all by itself."""
    os.environ[RUN] = tempfile.mkdtemp(prefix="braid-run-")


def end_run() -> None:
    """Everything that was shared goes."""
    folder = Path(os.environ.pop(RUN))
    made = folder / "made"
    if made.exists() and _at_postgres():
        tell_postgres(os.environ["DATABASE_URL"], f"DROP DATABASE {made.read_text()} WITH (FORCE)")
    shutil.rmtree(folder)


def migrated() -> str:
    """The database to copy, and never to use itself: a file's path, or a name at PostgreSQL."""
    folder = Path(os.environ[RUN])
    made = folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(_make(folder))
    return made.read_text()


def _make(folder: Path) -> str:
    if _at_postgres():
        url, made = os.environ["DATABASE_URL"], f"braid_migrated_{os.getpid()}"
        tell_postgres(url, f"CREATE DATABASE {made}")
        goes_to = named(url, made)
    else:
        made = str(folder / "braid.sqlite3")
        goes_to = f"sqlite:///{made}"
    environment = {**os.environ, "BRAID_VAR": str(folder), "DATABASE_URL": goes_to}
    environment |= {"DJANGO_SETTINGS_MODULE": "braid.config.settings_test", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "django", "migrate", "-v0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def fill(connection: Any) -> None:
    """Make the test database of `connection`, Django's, as a copy; what Django does itself would migrate it again."""
    creation, settings = connection.creation, connection.settings_dict
    name = creation._get_test_db_name()
    settings["TEST"]["TEMPLATE"] = migrated()
    creation._create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    settings["NAME"] = name
    connection.ensure_connection()
    if not _at_postgres():
        with closing(sqlite3.connect(migrated())) as model:
            model.backup(connection.connection)


def tell_postgres(url: str, sql: str) -> None:
    import psycopg

    # the database the URL names need not exist
    with psycopg.connect(named(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type]


def named(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _at_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")
