"""`braid bench`: measure Braid side by side with what it is compared to."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from braid.config.errors import Stop

ROOT = Path(__file__).resolve().parents[4]


class Database(StrEnum):
    """Where to measure."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"
    BOTH = "both"


def bench(
    goals: Annotated[
        list[str] | None, typer.Argument(help="Numbers of goals, or picker. All when none is given.")
    ] = None,
    database: Annotated[Database, typer.Option(help="PostgreSQL is looked for on this machine.")] = Database.BOTH,
    small: Annotated[
        bool, typer.Option("--small", help="Little data: shows that the bench works, proves no goal.")
    ] = False,
    people: Annotated[int, typer.Option(help="How many people, instead of 5,000,000.", min=0)] = 0,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table for the docs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each comparison.")] = False,
) -> None:
    """Print ratios of one run against peers and raw limits. Exit code 1 when a target is missed. A full run takes long."""
    if not (ROOT / "bench" / "__main__.py").is_file():
        raise Stop("The bench comes with the source code, not with the installed package. Run it in a checkout.")
    flags = [name for name, on in (("--small", small), ("--json", as_json), ("--markdown", markdown)) if on]
    command = [
        sys.executable,
        "-m",
        "bench",
        *(goals or []),
        "--database",
        database.value,
        *flags,
        "--people",
        str(people),
    ]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    raise typer.Exit(subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False).returncode)
