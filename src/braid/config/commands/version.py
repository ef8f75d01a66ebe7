"""`braid version`: which version this is."""

from __future__ import annotations

import json
import platform
import sqlite3
from importlib.metadata import version as version_of
from typing import Annotated

import typer


def version(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Print the versions of Braid, Python, Django and SQLite."""
    versions = {
        "braid": version_of("braid"),
        "python": platform.python_version(),
        "django": version_of("Django"),
        "sqlite": sqlite3.sqlite_version,
    }
    typer.echo(json.dumps(versions) if as_json else "\n".join(f"{name} {number}" for name, number in versions.items()))
