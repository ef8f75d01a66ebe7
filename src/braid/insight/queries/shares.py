"""n of N: how a part is said everywhere on these pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """`have` of `of` units."""

    have: int
    of: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down so that only everything is 100; None when there is nothing to have."""
        return self.have * 100 // self.of if self.of else None
