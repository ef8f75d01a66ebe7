"""How much a folder takes at once, and when: so that those who write meanwhile notice little of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

SLICE_SECONDS = 0.025
"""How long a folding transaction should take on SQLite, where everybody else's writes wait for it, and the pause after it."""
PAUSE = 0.2
"""Seconds between two rounds on PostgreSQL while little waits: the more a round folds at once, the less each row takes from
those who write meanwhile. What waits is counted by every reader anyway."""


@dataclass
class Pace:
    """Of one folder: at most `most` rows in a transaction; on SQLite `rows`, which learns from every slice of `least` or more."""

    least: int
    most: int
    rows: int
    next_round: float = 0.0
    """By the clock of the machine (`time.monotonic`)."""

    @property
    def size(self) -> int:
        """How many rows the next slice takes."""
        return self.most if connection.vendor == "postgresql" else self.rows

    def slice(self, fold: Callable[[int], int], size: int) -> int:
        """Let `fold` take at most `size` rows, and learn how long that takes; returns how many it took."""
        begun = time.perf_counter()
        folded = fold(size)
        if folded >= self.least:
            fitting = int(folded * SLICE_SECONDS / max(time.perf_counter() - begun, 1e-6))
            self.rows = max(self.least, min(fitting, 2 * self.rows, self.most))
        return folded

    def round(self, fold: Callable[[int], int], is_due: Callable[[], bool]) -> int:
        """A round of the worker: one slice where `is_due`, then on SQLite a pause of the same length, so that the web gets its
        turn to write. On PostgreSQL there is nothing to do within `PAUSE` of the last one, unless that left something."""
        if time.monotonic() < self.next_round or not is_due():
            return 0
        folded = self.slice(fold, self.size)
        if connection.vendor == "sqlite":
            time.sleep(SLICE_SECONDS if folded else 0)
        elif folded < self.most:
            self.next_round = time.monotonic() + PAUSE
        return folded
