"""`braid test`: the test suite."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

from braid.config.errors import Stop
from braid.config.source import source_folder

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Everything after `braid test` goes to pytest."""


def test(context: typer.Context) -> None:
    """Run the tests; arguments go to pytest, such as [bold]tests/units -k move[/bold].

    They run on SQLite, or on the PostgreSQL server DATABASE_URL names. What needs Chromium, gettext or PostgreSQL is
    skipped loudly where that is missing, and required where CI is set.
    """
    root = source_folder()
    if find_spec("pytest") is None:
        raise Stop("The tests need the packages for development. Start them with ./braid test, which installs those.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "braid.config.settings_test"
    os.environ.pop("BRAID_VAR", None)
    arguments = [_from_here(one, root) for one in context.args]
    os.chdir(root)
    if not any(one.startswith(("-n", "-p", "--pdb", "--collect", "--co")) for one in arguments):
        processes = min((os.cpu_count() or 1) + 1, 4)  # one more than cores: some wait for a browser or a disk
        arguments = ["-n", str(processes), *arguments]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 (pytest takes this process over)


def _from_here(argument: str, root: Path) -> str:
    """A path as seen from where the command was given."""
    path = Path(argument.partition("::")[0])
    here = not argument.startswith("-") and path.exists() and not path.is_absolute()
    return str(path.resolve()) + argument[len(str(path)) :] if here else argument
