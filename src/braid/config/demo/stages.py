"""Stages: each is done once, in order; one that was interrupted goes on from the last slice that was committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from braid.config.models import DemoStage


class Stage:
    """A stage at work: what it remembers, and its bar on the terminal."""

    def __init__(self, row: DemoStage, progress: Progress, bar: TaskID, words: str) -> None:
        self.row = row
        self._progress = progress
        self._bar = bar
        self._words = words

    def __getitem__(self, name: str) -> Any:
        return self.row.details.get(name)

    def remember(self, **details: Any) -> None:
        """Write down `details`; call it in the transaction that makes them true."""
        self.row.details.update(details)
        self.row.save()

    def shows(self, done: int, total: int | None = None, step: str = "") -> None:
        """Move the bar; `step` says which part of the stage it is at."""
        words = f"{self._words}: {step}" if step else self._words
        self._progress.update(self._bar, completed=done, total=total, description=words)


Work = Callable[[Stage], None]


class Stages:
    """Runs stages against what the database remembers of them."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def run(self, name: str, words: str, work: Work) -> dict[str, Any]:
        """Do the stage unless it is done; returns what it remembers."""
        row, _ = DemoStage.objects.get_or_create(name=name)
        if not row.done_at:
            began = time.monotonic()
            with self._bar(words) as (progress, bar):
                work(Stage(row, progress, bar, words))
                progress.update(bar, description=f"[green]✓[/] {words}")
            row.seconds += time.monotonic() - began
            row.done_at = timezone.now()
            row.save()
        return dict(row.details)

    @contextmanager
    def _bar(self, words: str) -> Iterator[tuple[Progress, TaskID]]:
        columns = (
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description:<40}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as progress:
            yield progress, progress.add_task(words, total=None)


def in_slices(stage: Stage, total: int, size: int, write: Callable[[int, int], None]) -> None:
    """Call `write(start, end)` over `range(total)`, each slice in a transaction with the note of how far it came."""
    start = int(stage["next"] or 0)
    while start < total:
        end = min(start + size, total)
        with transaction.atomic():
            write(start, end)
            stage.remember(next=end)
        start = end
        stage.shows(start, total)


class Enough(Exception):
    """One slice was done."""


class OneSlice(Stage):
    """A stage without a terminal, done one slice at a time, as the worker of a demo does it."""

    def __init__(self, name: str) -> None:
        self.row, _ = DemoStage.objects.get_or_create(name=name)

    @property
    def is_done(self) -> bool:
        return self.row.done_at is not None

    def run(self, work: Work) -> None:
        """Do the next slice of `work`; without one left it is done."""
        with suppress(Enough):
            work(self)
            self.row.done_at = timezone.now()
            self.row.save()

    def shows(self, done: int, total: int | None = None, step: str = "") -> None:
        """After a slice: that is enough for now, unless it was the last."""
        if total is None or done < total:
            raise Enough
