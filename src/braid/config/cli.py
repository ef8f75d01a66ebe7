"""The `braid` command: gathers the commands, runs one, and says in words what went wrong."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules

import typer
from rich.console import Console

from . import commands
from .errors import Exit, Stop

PANELS: dict[str, tuple[str, ...]] = {
    "See it": ("demo",),
    "Run it": ("init", "up", "serve", "work"),
    "Keep it": ("backup", "restore", "migrate", "version"),
    "Fill it": ("units", "people"),
    "Build it": ("test", "check", "bench", "messages", "flows"),
}
"""The commands as `braid --help` shows them. Each is a module of the same name in `config/commands`."""

ABOUT = """The online home of a federated member organisation: one tree of units, three strands, one journal.

Try it: [bold]braid demo[/bold] loads a real tree of 665,276 units, sends one notice to all of them and serves the result.

Run it: [bold]braid init[/bold] writes the settings, [bold]braid up[/bold] starts the web server and the worker.

All state lies in the folder named by BRAID_VAR (var), the database is the one in DATABASE_URL (SQLite there).
Commands prepare an empty folder by themselves, and back SQLite up before an upgrade.

Exit codes: 0 done; 1 something was found wrong; 2 wrong command line; 3 could not run here (a busy port, a full
disk, no database); 130 interrupted.
"""

NO_DRIVER = """DATABASE_URL names PostgreSQL, but its driver is not installed.
Start with ./braid, which installs it, or run: pip install 'braid[postgres]'"""

app = typer.Typer(
    help=ABOUT,
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """What the installed `braid` runs."""
    add_commands()
    with told_in_words():
        app()


def add_commands() -> None:
    """Add every module of `config/commands`: its `app` (a group) or its function of the same name."""
    there = {module.name for module in iter_modules(commands.__path__)}
    for panel, names in PANELS.items():
        for name in names:
            if name in there:
                _add(name, panel)


def _add(name: str, panel: str) -> None:
    module = import_module(f"{commands.__name__}.{name}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name, rich_help_panel=panel)
    else:
        settings = getattr(module, "CONTEXT", None)
        app.command(name, rich_help_panel=panel, context_settings=settings)(getattr(module, name))


@contextmanager
def told_in_words() -> Iterator[None]:
    """Turn what a person at the terminal can do something about into a sentence and an exit code. Bugs keep their trace."""
    try:
        yield
    except Stop as error:
        _end(str(error), error.code)
    except KeyboardInterrupt:
        _end("Interrupted. Running the same command again goes on from here.", Exit.INTERRUPTED)
    except OSError as error:
        words = _about_system(error)
        if not words:
            raise
        _end(words, Exit.CANNOT_RUN)
    except Exception as error:
        words, code = _about_product(error)
        if not words:
            raise
        _end(words, code)


def _about_system(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return {
        errno.ENOSPC: f"The disk is full{where}. Free some space and run the same command again.",
        errno.EDQUOT: f"Your disk quota is used up{where}. Free some space and run the same command again.",
        errno.EACCES: f"Not permitted to read or write there{where}. BRAID_VAR names the data folder.",
        errno.EROFS: f"The disk is read-only{where}. BRAID_VAR names the data folder.",
        errno.ENOENT: f"There is no such file{where}." if error.filename else "",
        errno.EISDIR: f"That is a folder, not a file{where}.",
        errno.ENOTDIR: f"A part of this path is a file, not a folder{where}.",
    }.get(error.errno or 0, "")


def _about_product(error: Exception) -> tuple[str, Exit]:
    """Words for refusals, and for a database or settings that do not work; none for a bug."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, OperationalError

    from braid.kernel.errors import Refused

    text = str(error).strip()
    if isinstance(error, Refused):
        lines = [f"  {field}: {words}" for field, words in error.fields.items()]
        return "\n".join([text, *lines]), Exit.FOUND_WRONG
    if isinstance(error, DatabaseError) and "file is not a database" in text:
        return (
            "The database file in the data folder is not an SQLite database. BRAID_VAR or DATABASE_URL is wrong.",
            Exit.CANNOT_RUN,
        )
    if isinstance(error, DatabaseError) and "full" in text:
        return "The disk is full. Free some space and run the same command again.", Exit.CANNOT_RUN
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {text}\nDATABASE_URL says which one it is.", Exit.CANNOT_RUN
    if isinstance(error, ImproperlyConfigured):
        if "psycopg" in text:
            text = NO_DRIVER
        return text, Exit.CANNOT_RUN
    return "", Exit.CANNOT_RUN


def _end(words: str, code: Exit) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"braid: {words}", markup=False, style="red" if console.is_terminal else None)
    sys.exit(code)
