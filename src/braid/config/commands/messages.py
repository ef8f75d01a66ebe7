"""`braid messages`: the texts of the product and their translations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from braid.config import catalogs
from braid.config.errors import Exit, Stop

NO_XGETTEXT = "Texts are read from the sources with xgettext, which is not installed.\nInstall the package gettext."

app = typer.Typer(help="Texts and their translations: extract, compile, check.", no_args_is_help=True)


@app.command()
def extract(
    names: Annotated[list[str] | None, typer.Argument(metavar="APP...", help="Only these apps; all otherwise.")] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Fill Traditional from Simplified Chinese with OpenCC.")
    ] = False,
) -> None:
    """Bring the catalogs up to the sources; new texts wait in them for a translation."""
    from braid.config.cli_setup import ready

    if not catalogs.has_xgettext():
        raise Stop(NO_XGETTEXT)
    ready(migrate=False)
    for name in names or catalogs.apps():
        catalogs.extract(name)
        drafted = catalogs.draft_traditional(name) if draft else 0
        typer.echo(f"{name}: done{f', {drafted} drafted' if drafted else ''}")


@app.command(name="compile")
def compile_(force: Annotated[bool, typer.Option("--force", help="Also what has not changed.")] = False) -> None:
    """Compile catalogs that changed; every other command does this by itself."""
    for path in catalogs.compile_all(force=force):
        typer.echo(str(path))


@app.command()
def check() -> None:
    """List every text without a translation, with two that contradict each other, or in mixed Chinese; exit 1 if there is one."""
    from braid.config.cli_setup import ready

    ready(migrate=False)
    missing = list(problems())
    for line in missing:
        typer.echo(line)
    if not missing:
        typer.echo("Every text is there in every language, once.")
    raise typer.Exit(Exit.FOUND_WRONG if missing else Exit.DONE)


def problems() -> Iterator[str]:
    """What is wrong with the catalogs, a line each. Without xgettext (required in CI) the sources are not compared."""
    yield from catalogs.untranslated()
    yield from catalogs.contradicting()
    yield from catalogs.mixed()
    if catalogs.has_xgettext():
        yield from catalogs.unextracted()
    elif os.environ.get("CI"):
        yield NO_XGETTEXT
    else:
        typer.echo("Not compared with the sources: xgettext is not installed.", err=True)
