"""`braid migrate`: upgrade the database by hand."""

from __future__ import annotations

from typing import Annotated

import typer


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only list what is missing; exit 1 if anything is.")] = False,
    without_backup: Annotated[
        bool, typer.Option("--without-backup", help="Keep no copy first: you have made one yourself.")
    ] = False,
) -> None:
    """Bring the database to this version; what is in it is kept in backups/ first. Other commands do this by themselves.

    SQLite's file is copied; of PostgreSQL a whole backup is made, which needs pg_dump.
    """
    from braid.config.cli_setup import bring_up_to_date, pending_migrations, ready

    ready(migrate=False)
    missing = pending_migrations() if check else bring_up_to_date(copy=not without_backup)
    for name in missing:
        typer.echo(name if check else f"applied {name}")
    if not missing:
        typer.echo("The database is up to date.")
    raise typer.Exit(1 if check and missing else 0)
