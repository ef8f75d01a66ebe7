"""`braid check`: everything that can be checked without running the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Annotated

import typer

from braid.config.errors import Exit, Stop
from braid.config.source import source_folder

PYTHON = [sys.executable, "-m"]
TOOLS = f"{os.path.dirname(sys.executable)}/"
FOLDERS = ("src", "tests", "bench")
"""Where Python stands."""
CHECKS: dict[str, list[str]] = {
    "ruff": [f"{TOOLS}ruff", "check", *FOLDERS],
    "format": [f"{TOOLS}ruff", "format", "--check", *FOLDERS],
    "types": [*PYTHON, "mypy"],
    "floors": [f"{TOOLS}lint-imports"],
    "templates": [f"{TOOLS}djlint", "src", "--lint", "--quiet"],
    "settings": [*PYTHON, "django", "check", "--deploy", "--fail-level", "ERROR"],
    "migrations": [*PYTHON, "django", "makemigrations", "--check", "--dry-run"],
    "messages": [*PYTHON, "braid.config", "messages", "check"],
}
"""What is checked, by the name `--only` takes."""


def check(
    only: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(CHECKS)}; may be given again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: check, ok, seconds, output.")] = False,
) -> None:
    """Check style, types, floors, templates, settings, migrations and translations of the source. Exit 1 if any fails."""
    root = source_folder()
    unknown = set(only or ()) - set(CHECKS)
    if unknown:
        raise typer.BadParameter(f"there is no check named {', '.join(sorted(unknown))}", param_hint="--only")
    if find_spec("mypy") is None:
        raise Stop("The checks need the packages for development. Start them with ./braid check, which installs those.")
    results = []
    for name in only or CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            CHECKS[name],
            cwd=root,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "braid.config.settings", "PYTHONPATH": "src"},
            capture_output=True,
            text=True,
            check=False,
        )
        output = (done.stdout + done.stderr).strip()
        results.append(
            {"check": name, "ok": not done.returncode, "seconds": round(time.monotonic() - began, 1), "output": output}
        )
        if not as_json:
            typer.echo(f"{'ok  ' if not done.returncode else 'FAIL'} {name} ({results[-1]['seconds']} s)")
            if done.returncode:
                typer.echo(output)
    if as_json:
        typer.echo(json.dumps(results))
    raise typer.Exit(Exit.DONE if all(one["ok"] for one in results) else Exit.FOUND_WRONG)
