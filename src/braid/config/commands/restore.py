"""`braid restore`: a backup put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def restore(
    file: Annotated[Path, typer.Argument(help="What braid backup made.", exists=True, dir_okay=False, readable=True)],
    replace: Annotated[bool, typer.Option("--replace", help="Although there is data; an SQLite file is kept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: rows, files, made_at, migrated.")] = False,
) -> None:
    """Put a backup back: check every part, then replace database, files and spool, then compare all counts.

    Into an empty place, unless --replace. Stop Braid first. An older backup is migrated to this version at the end.
    """
    from braid.config.cli_setup import alone, bring_up_to_date, ready

    ready(migrate=False)
    from django.utils import timezone

    from braid.config.backup.restoring import restore_backup

    with alone():
        done = restore_backup(file, replace=replace, at=timezone.now())
        migrated = bring_up_to_date(copy=False)  # the backup is the copy
    made_at = done.manifest.made_at
    if as_json:
        typer.echo(json.dumps({"rows": done.rows, "files": done.files, "made_at": made_at, "migrated": migrated}))
    else:
        typer.echo(
            f"Restored what was saved at {made_at}: {done.rows:,} rows and {done.files} files, all counts the same."
        )
