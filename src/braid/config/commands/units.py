"""`braid units`: bring the tree to what a file says, and write it to one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from braid.config.import_shown import Shown, finish, progress_bar

app = typer.Typer(help="The tree of units: import and export.", no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz) or XLSX with the columns code, parent_code, name.")],
    root: Annotated[str, typer.Option(help="Name of a root to put on top, when several units have none above.")] = "",
    levels: Annotated[str, typer.Option(help="Names of the levels, top first, with commas between.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out instead of refusing all.")] = False,
    close_missing: Annotated[
        bool, typer.Option("--close-missing", help="Close the units that the file leaves out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Bring the tree to what FILE says. Killed and started again it goes on; bad rows change nothing and exit with 1."""
    from braid.config.cli_setup import ready

    ready()
    from django.utils import timezone

    from braid.kernel.access import OPERATOR
    from braid.units.imports import import_units
    from braid.units.trees import Names

    with progress_bar(hidden=as_json) as progress:
        result = import_units(
            file,
            root=Names(root) if root else None,
            levels=[Names(name.strip()) for name in levels.split(",") if name.strip()],
            dry_run=dry_run,
            skip_bad=skip_bad,
            close_missing=close_missing,
            by=OPERATOR,
            at=timezone.now(),
            progress=Shown(progress),
        )
    finish(result, what="units", dry_run=dry_run, skip_bad=skip_bad, as_json=as_json)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; the name ends in .csv, .csv.gz or .xlsx.")],
    under: Annotated[str, typer.Option(help="Code of a unit: only that unit and what is below it.")] = "",
    on: Annotated[str, typer.Option(help="A day, like 2025-12-31: the tree as it stood at the end of it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Write the units to FILE as rows of code, parent_code, name, level: what an import of them needs.

    With `--on` the tree of that day; `--under` is then what stood below that unit on that day.
    """
    from braid.config.cli_setup import ready

    ready()
    from django.utils import timezone

    from braid.config.errors import Stop
    from braid.kernel.access import EVERYWHERE
    from braid.units.exports import day_of, export_units, path_on
    from braid.units.queries import unit_by_code

    if not file.absolute().parent.is_dir():
        raise Stop(f"There is no folder {file.parent}.")
    day, path = day_of(on, today=timezone.localdate()), ""
    if under:
        unit = unit_by_code(under, on=day)
        if unit is None:
            raise Stop(f"There is no unit with the code {under}.")
        path = path_on(unit, day)
    count = export_units(file, EVERYWHERE, on=day, path=path)
    typer.echo(json.dumps({"file": str(file), "rows": count}) if as_json else f"{count:,} units written to {file}")
