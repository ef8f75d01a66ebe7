"""`braid people`: give offices as a file says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from braid.config.import_shown import Shown, finish, progress_bar

app = typer.Typer(help="People and their offices: import.", no_args_is_help=True)


@app.callback()
def people() -> None:
    """People and their offices: import."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz) or XLSX with the columns unit_code, name, office.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out instead of refusing all.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Give the offices that FILE names. Killed and started again it goes on; bad rows change nothing and exit with 1."""
    from braid.config.cli_setup import ready

    ready()
    from django.utils import timezone

    from braid.kernel.access import OPERATOR
    from braid.people.imports import import_officers

    with progress_bar(hidden=as_json) as progress:
        result = import_officers(
            file, dry_run=dry_run, skip_bad=skip_bad, by=OPERATOR, at=timezone.now(), progress=Shown(progress)
        )
    finish(result, what="rows", dry_run=dry_run, skip_bad=skip_bad, as_json=as_json)
