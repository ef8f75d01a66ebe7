"""Where the bench works: folders below `var/bench`, databases of its own, and the peers it installs for itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from .timing import say

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BRAID_VAR", ROOT / "var")).resolve()
PEERS = VAR / "bench-peers"
PEER_VERSIONS = ("django-treebeard==7.0.3", "django-tree-queries==0.28")
DATABASE = "braid_bench"
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
"""Where PostgreSQL is looked for, unless DATABASE_URL names one."""


def install_peers() -> None:
    """Install what Braid is compared to into a folder of the bench's own; the product's environment stays as it is."""
    done = PEERS / ".versions"
    if done.exists() and done.read_text() == "\n".join(PEER_VERSIONS):
        return
    say(f"installing {', '.join(PEER_VERSIONS)} into {PEERS}")
    shutil.rmtree(PEERS, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(PEERS), *PEER_VERSIONS]
    subprocess.run(command, check=True)
    done.write_text("\n".join(PEER_VERSIONS))


@contextmanager
def place(database: str) -> Iterator[dict[str, str] | None]:
    """The environment for one database, empty, thrown away at the end; None when there is no PostgreSQL."""
    folder = VAR / "bench" / database
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), str(PEERS)])
    environment = {**os.environ, "PYTHONPATH": path, "BRAID_VAR": str(folder), "BRAID_HOSTS": "127.0.0.1,localhost"}
    environment |= {"DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}"}
    given = os.environ.get("DATABASE_URL", "")
    server = given if given.startswith("postgres") else POSTGRES
    try:
        if database == "postgres":
            _execute(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            _execute(server, f"CREATE DATABASE {DATABASE}")
            environment["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
    except Exception as error:  # no driver, no server, no right: whatever it is, the other database is still measured
        say(f"PostgreSQL is left out: {error}")
        yield None
        return
    try:
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if database == "postgres":
            _execute(server, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _execute(server: str, sql: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql)
