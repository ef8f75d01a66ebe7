"""How a command shows an import: bars while it runs, bad rows, counts, what would change, and a verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from braid.config.errors import Exit

if TYPE_CHECKING:
    from braid.kernel.imports.results import ImportResult

SHOWN = 1_000
"""So many bad rows are printed to a terminal; a file or a pipe gets them all."""
STAGES = {
    "read": "Reading the file",
    "check": "Checking the rows",
    "write": "Writing",
    "move": "Moving units",
    "close": "Closing units",
    "finish": "Finishing",
}


def finish(result: ImportResult, *, what: str, dry_run: bool, skip_bad: bool, as_json: bool) -> None:
    """Say what became of an import of `what` (a plural word) and leave with the exit code that belongs to it."""
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        _say(result, what, dry_run=dry_run)
    raise typer.Exit(0 if result.ok or result.applied or (dry_run and skip_bad) else Exit.FOUND_WRONG)


class Shown:
    """Shows an import's progress as one bar per stage."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.bars: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage not in self.bars:
            self.bars[stage] = self.progress.add_task(STAGES.get(stage, stage), total=total)
        self.progress.update(self.bars[stage], completed=done, total=total)


def progress_bar(*, hidden: bool) -> Progress:
    """The bars, on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=hidden)


def _say(result: ImportResult, what: str, *, dry_run: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    shown = SHOWN if console.is_terminal else len(result.problems)
    for problem in result.problems[:shown]:
        console.print(f"{problem} [{problem.value}]" if problem.value else str(problem), markup=False)
    if len(result.problems) > shown:
        console.print(f"... and {len(result.problems) - shown:,} more; sent to a file they are all listed.")
    table = Table("", what, show_edge=False)
    for name, count in result.counts.items():
        if count:
            table.add_row(name, f"{count:,}")
    console.print(table)
    if dry_run:
        for kind, code, name, old, new in result.examples:
            change = f": {old or '-'} -> {new}" if new else ""
            console.print(f"{kind:9} {code} {name}{change}", markup=False)
        for kind, count in result.unshown.items():
            console.print(f"{kind:9} ... and {count:,} more")
    if result.ignored_columns:
        console.print("Columns without a meaning here: " + ", ".join(result.ignored_columns), markup=False)
    console.print(_verdict(result, dry_run=dry_run))


def _verdict(result: ImportResult, *, dry_run: bool) -> str:
    if result.applied:
        return f"Done in {sum(result.seconds.values()):.1f} s."
    if dry_run:
        return "Nothing was changed: this was a dry run."
    count = len(result.problems)
    things = "1 thing is" if count == 1 else f"{count:,} things are"
    return f"Nothing was changed: {things} wrong. --skip-bad applies the rest."
