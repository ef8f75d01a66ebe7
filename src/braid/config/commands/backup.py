"""`braid backup`: database, files and spool in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def backup(
    file: Annotated[Path | None, typer.Argument(help="Where to; none: backups/ in the data folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: file, bytes, rows, parts.")] = False,
) -> None:
    """Save database, files and spool in one .tar with checksums, while Braid runs.

    It holds everything but the settings and their secret. PostgreSQL needs pg_dump.
    """
    from braid.config.cli_setup import ready

    ready()
    from django.conf import settings
    from django.utils import timezone

    from braid.config.backup.making import make_backup
    from braid.config.errors import Exit, Stop

    at = timezone.now()
    target = file or Path(settings.VAR) / "backups" / f"braid-{at:%Y%m%d-%H%M%S}.tar"
    if target.exists():
        raise Stop(f"{target} is there already and was left as it is.", Exit.FOUND_WRONG)
    made = make_backup(target, at=at)
    rows = sum(made.counts.values())
    size = target.stat().st_size
    if as_json:
        typer.echo(json.dumps({"file": str(target), "bytes": size, "rows": rows, "parts": len(made.parts)}))
    else:
        typer.echo(f"{target}: {rows:,} rows, {len(made.parts)} parts, {size / 1e6:,.1f} MB")
