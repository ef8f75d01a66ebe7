"""What asking would do to the time of those who are asked, before it is sent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from braid.contact.models import AudienceRule
from braid.kernel.keyset import Page
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.queries import level_names
from braid.work.enums import Every
from braid.work.spread import Ask, Spread

from .budgets import budgets_in
from .burden import Span, minutes_everywhere, month_of

NAMED = 3
"""Units named before a link to all."""


@dataclass(frozen=True)
class Effect:
    """How many units `minutes` more put over their budget of time this month."""

    minutes: int
    asked: int
    newly: int
    already: int
    """Over their budget before; they get more."""
    levels: list[tuple[str, int]]
    """Of those beyond the budget afterwards, how many stand on each level."""
    places: np.ndarray[Any, np.dtype[np.intp]]
    """Where they stand in the tree."""
    named: list[Unit]
    """The first few of them."""

    @property
    def exceeds(self) -> int:
        """How many are beyond their budget afterwards: for these a reason is needed."""
        return self.newly + self.already


def effect_of(
    rules: Iterable[AudienceRule],
    *,
    sender: Unit,
    minutes: int,
    at: datetime,
    beside: Iterable[AudienceRule] = (),
) -> Effect:
    """What it does this month to ask `minutes` of each unit that `rules` mean, and that those `beside`, which ask it already, do
    not. At most twelve queries, whatever the number of units."""
    tree = snapshot.current()
    asked = _meant(tree, rules, sender, at) & ~_meant(tree, beside, sender, at)
    before, budgets = minutes_everywhere(Span.of(month_of(at))), budgets_in(tree)
    already = asked & (before > budgets)
    beyond = asked & (before + minutes > budgets)
    places = np.flatnonzero(beyond)
    return Effect(
        minutes=minutes,
        asked=int(asked.sum()),
        newly=int((beyond & ~already).sum()),
        already=int(already.sum()),
        levels=levels_of(tree, places),
        places=places,
        named=_units_at(tree, places[:NAMED]),
    )


def _meant(
    tree: snapshot.Snapshot, rules: Iterable[AudienceRule], sender: Unit, at: datetime
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which units `rules` of `sender` mean, in tree order."""
    asks = [Ask(rule.unit_id, rule.is_subtree, rule.levels, rule.kinds, sender.pk, at) for rule in rules]
    spread = Spread(tree)
    spread.add(spread.pieces_of(asks), 1)
    return np.asarray(spread.minutes() > 0)


def levels_of(tree: snapshot.Snapshot, places: np.ndarray[Any, np.dtype[np.intp]]) -> list[tuple[str, int]]:
    """How many of the units at `places` stand on each level, the highest first."""
    counts = np.bincount(tree.levels[places], minlength=1)
    names = level_names() if len(places) else {}
    return [(str(names.get(level, level)), int(counts[level])) for level in np.flatnonzero(counts).tolist()]


def page_of_places(places: np.ndarray[Any, np.dtype[np.intp]], *, after: int = -1, size: int = 50) -> Page[Unit]:
    """A page of the units at `places`, in tree order, from behind the place `after`."""
    start = int(np.searchsorted(places, after, side="right"))
    found = places[start : start + size]
    more = len(places) > start + size
    return Page(_units_at(snapshot.current(), found), str(int(found[-1])) if more else "")


def minutes_a_month(minutes: int, every: Every) -> int:
    """What a form of `minutes` costs a unit in a month in which it is asked; a weekly one comes four and a third times."""
    return math.ceil(minutes * 52 / 12) if every == Every.WEEK else minutes


def _units_at(tree: snapshot.Snapshot, places: np.ndarray[Any, np.dtype[np.intp]]) -> list[Unit]:
    numbers = tree.numbers[places].tolist()
    rows = Unit.objects.in_bulk(numbers)
    return [rows[number] for number in numbers]
