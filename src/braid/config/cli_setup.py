"""Makes the product ready for a command: settings, Django, and a database that is migrated."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from .catalogs import compile_all
from .errors import Stop


def ready(*, migrate: bool = True) -> None:
    """Load the settings and Django; with `migrate`, bring the database up to date, with a copy kept of what it holds.

    Every command but the ones that need no database begins with it. Ends the command (`Stop`) in words when the data
    folder or the database cannot be used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        _check_folder()
        compile_all()
        django.setup()
    if migrate:
        bring_up_to_date()


def bring_up_to_date(*, copy: bool = True) -> list[str]:
    """Apply the migrations the database lacks, at most one process at a time; returns their names.

    With `copy`, what the database holds is kept first; where that cannot be (`Stop`), nothing is applied.
    """
    from django.core.management import call_command

    if not pending_migrations():
        return []
    with only_one():
        missing = pending_migrations()
        if missing:
            if copy:
                copy_before_upgrade()
            call_command("migrate", interactive=False, verbosity=0)
    return missing


def pending_migrations() -> list[str]:
    """The migrations the database lacks, as `app.name`."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def copy_before_upgrade() -> Path | None:
    """Keep what is in a database that has tables, and say where: a copy of an SQLite file, a whole backup of PostgreSQL."""
    from django.conf import settings
    from django.db import connection

    if not connection.introspection.table_names():
        return None
    folder = Path(settings.VAR) / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"before-upgrade-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 (a file name)
    kept = _back_up(kept) if connection.vendor == "postgresql" else _copy_file(kept)
    print(f"The database is brought to this version. As it was, it is kept in {kept}", file=sys.stderr)
    return kept


def _copy_file(kept: Path) -> Path:
    from django.conf import settings

    kept = kept.with_suffix(".sqlite3")
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source,
        closing(sqlite3.connect(kept)) as copy,
    ):
        source.backup(copy)
    return kept


def _back_up(kept: Path) -> Path:
    from django.utils import timezone

    from .backup.making import make_backup

    kept = kept.with_suffix(".tar")
    try:
        make_backup(kept, at=timezone.now())
    except Stop as error:
        raise Stop(
            f"The database must be brought to this version, and the backup before that could not be made. {error}\n"
            "Nothing was changed. Mend that; or make a backup your own way, and then: braid migrate --without-backup"
        ) from error
    return kept


@contextmanager
def only_one(name: str = "upgrade") -> Iterator[None]:
    """Hold the lock `name` of the data folder: another process of this machine waits."""
    from django.conf import settings

    with open(Path(settings.VAR) / f"{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _check_folder() -> None:
    """The data folder must exist, or be makeable, and be writable."""
    folder = Path(os.environ.get("BRAID_VAR", "var")).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Stop(f"The data folder {folder} is not a folder. BRAID_VAR names it.") from error
    except PermissionError as error:
        raise Stop(f"The data folder {folder} cannot be made: not permitted. BRAID_VAR names it.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Stop(f"The data folder {folder} cannot be written. BRAID_VAR names it.")


def hold_running() -> None:
    """Show, for as long as this process lives, that Braid runs on this data folder."""
    file = os.open(_running_lock(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_SH)


@contextmanager
def alone() -> Iterator[None]:
    """Make sure that no web server or worker of this machine runs on the data folder, and that none starts."""
    with open(_running_lock(), "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stop("Braid is running on this data folder. Stop it first.") from error
        yield


def _running_lock() -> Path:
    from django.conf import settings

    return Path(settings.VAR) / "running.lock"
