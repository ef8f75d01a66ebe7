"""`braid migrate`: upgrade the database by hand."""

from __future__ import annotations

from typing import Annotated

import typer


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only list what is missing; exit 1 if anything is.")] = False,
) -> None:
    """Bring the database to this version; an SQLite file is copied to backups/ first. Other commands do this by themselves."""
    from braid.config.cli_setup import bring_up_to_date, pending_migrations, ready

    ready(migrate=False)
    missing = pending_migrations() if check else bring_up_to_date()
    for name in missing:
        typer.echo(name if check else f"applied {name}")
    if not missing:
        typer.echo("The database is up to date.")
    raise typer.Exit(1 if check and missing else 0)
