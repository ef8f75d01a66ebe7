"""People and offices of every unit of a subtree, as running sums: any branch's total is one subtraction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Count
from django.utils import timezone

from braid.insight.enums import LIVE_UNITS
from braid.kernel.access import AFTER_DESCENDANTS
from braid.people.enums import Office
from braid.people.models import Membership
from braid.people.queries import headcounts
from braid.units.models import Unit
from braid.units.snapshot import Array, Snapshot

from .shares import Share

OFFICES = {"people": 0, "heads": 1 << Office.HEAD, "liaisons": 1 << Office.LIAISON}
"""What is counted of each unit: offices and memberships of any kind, heads, liaison officers (masks as in audiences)."""


@dataclass(frozen=True)
class Figures:
    """Running sums over the subtree's ordinals from `first`."""

    first: int
    sums: dict[str, Array]
    """Of each figure."""
    units: Array
    """Of units that people see."""
    units_with: dict[str, Array]
    """Of units people see of which a figure is more than nothing."""

    def total(self, name: str, start: int, end: int) -> int:
        """The sum of figure `name` over the ordinals `[start, end)`."""
        return self._between(self.sums[name], start, end)

    def share(self, name: str, start: int, end: int) -> Share:
        """Of how many of the units people see in `[start, end)` figure `name` is more than nothing."""
        return Share(self._between(self.units_with[name], start, end), self._between(self.units, start, end))

    def _between(self, running: Array, start: int, end: int) -> int:
        return int(running[end - self.first] - running[start - self.first])


def figures_of(tree: Snapshot, unit: Unit, *, at: datetime) -> Figures:
    """The figures of the subtree of `unit` on the day of `at`. One query.

    Up to `LIVE_UNITS` units are counted now; more come from `people.queries.headcounts`, at most about a minute old.
    """
    start, end = tree.span(unit.number)
    on = timezone.localdate(at)
    counts = _live(tree, unit, start, end, on) if end - start <= LIVE_UNITS else _kept(start, end, on)
    shown = tree.bodies[start:end]
    return Figures(
        first=start,
        sums={name: running_sum(values) for name, values in counts.items()},
        units=running_sum(shown),
        units_with={name: running_sum((values > 0) & shown) for name, values in counts.items()},
    )


def running_sum(values: Any) -> Array:
    """`sums[i]` is the sum of the first `i` values, so `sums[b] - sums[a]` is that of `[a, b)`."""
    sums = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(values, out=sums[1:])
    return sums


def _live(tree: Snapshot, unit: Unit, start: int, end: int, on: date) -> dict[str, Array]:
    rows = (
        Membership.objects.current(on)
        .filter(unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS)
        .values_list("unit_id", "office")
        .annotate(count=Count("pk"))
        .order_by()
    )
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 3)
    places = tree.ordinals[np.minimum(table[:, 0], len(tree.ordinals) - 1)] - start
    table, places = table[(places >= 0) & (places < end - start)], places[(places >= 0) & (places < end - start)]
    counts = {}
    for name, offices in OFFICES.items():
        chosen = (offices >> table[:, 1] & 1).astype(bool) if offices else np.ones(len(table), dtype=bool)
        counts[name] = np.bincount(places[chosen], table[chosen, 2], minlength=end - start).astype(np.int32)
    return counts


def _kept(start: int, end: int, on: date) -> dict[str, Array]:
    kept = headcounts(on=on)
    return {name: kept.per_unit(offices)[start:end] for name, offices in OFFICES.items()}
