"""Adding up what thousands of rules ask, for every unit of the tree at once.

A rule means a span of the tree order, and of it the units of some levels and kinds. For each such choice one array of differences
is kept: a rule is two additions, and one running sum a choice turns them into a number for each unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from braid.units.enums import UnitKind
from braid.units.snapshot import Snapshot

Numbers = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

KINDS = 4
"""Room for the kinds of units in the number of a sort."""
SORTS = 256 * KINDS


class Ask(NamedTuple):
    """One rule of whom something asks, who asks by it and when. Masks as in `contact.models.AudienceKind`."""

    anchor: int
    is_subtree: bool
    levels: int
    kinds: int
    sender: int
    """The number of the unit that asks: what it asks of itself is its own affair."""
    at: datetime
    passing: int | None = None
    """The number of the passing by which it asks; None where the thing itself does."""


class Piece(NamedTuple):
    """Units of the tree order from `start` to before `end`, of the sorts in the mask `sorts`."""

    start: int
    end: int
    sorts: int


class Spread:
    """What is asked of each unit of `tree`, added up rule by rule; and how many units rules mean."""

    def __init__(self, tree: Snapshot) -> None:
        self.tree = tree
        self._added: dict[int, Numbers] = {}
        self._counts: dict[int, Numbers] = {}

    def add(self, pieces: Iterable[Piece], minutes: int) -> None:
        """Ask `minutes` more of each unit in `pieces`, which share none."""
        for start, end, sorts in pieces:
            added = self._added.get(sorts)
            if added is None:
                added = self._added[sorts] = np.zeros(len(self.tree.numbers) + 1, dtype=np.int32)
            added[start] += minutes
            added[end] -= minutes

    def minutes(self) -> Numbers:
        """What has been asked of each unit, in tree order; of closed ones and placeholders nothing."""
        total = np.zeros(len(self.tree.numbers), dtype=np.int32)
        running = np.empty_like(total)
        for sorts, added in self._added.items():
            np.cumsum(added[:-1], out=running)
            total += np.multiply(running, self.mask_of(sorts), out=running)
        return total

    def count(self, pieces: Iterable[Piece]) -> int:
        """How many units are in `pieces`, which share none."""
        found = 0
        for start, end, sorts in pieces:
            counts = self._counts.get(sorts)
            if counts is None:
                counts = self._counts[sorts] = np.zeros(len(self.tree.numbers) + 1, dtype=np.int32)
                np.cumsum(self.mask_of(sorts), dtype=np.int32, out=counts[1:])
            found += int(counts[end] - counts[start])
        return found

    def mask_of(self, sorts: int) -> Mask:
        """Whether each unit is shown and of one of `sorts`."""
        wanted = np.array([bool(sorts >> place & 1) for place in range(len(self._sorts))])
        return np.asarray(wanted[self._sort_of] & self.tree.shown, dtype=np.bool_)

    def pieces_of(self, asks: Iterable[Ask], *, within: tuple[int, int] | None = None) -> list[Piece]:
        """The units that `asks` mean together, each in one piece; `within`: only those of this span."""
        found = [piece for ask in asks for piece in self._pieces(ask)]
        if within:
            found = [Piece(max(each.start, within[0]), min(each.end, within[1]), each.sorts) for each in found]
        return apart([each for each in found if each.start < each.end and each.sorts])

    def _pieces(self, ask: Ask) -> list[Piece]:
        try:
            start, end = self.tree.span(ask.anchor)
        except KeyError:
            return []
        end = end if ask.is_subtree else start + 1
        found = [Piece(start, end, self._sorts_meant(ask.levels, ask.kinds))]
        if not ask.kinds and self.tree.kinds[start] == UnitKind.GROUP:
            own = self._sorts_meant(ask.levels, 1 << UnitKind.GROUP) & 1 << int(self._sort_of[start])
            found.append(Piece(start, start + 1, own))
        own_place = int(self.tree.ordinals[ask.sender]) if 0 <= ask.sender < len(self.tree.ordinals) else -1
        return [part for piece in found for part in _without(piece, own_place)]

    def _sorts_meant(self, levels: int, kinds: int) -> int:
        key = (levels, kinds)
        if key not in self._meant:
            kinds = kinds or ~(1 << UnitKind.GROUP)
            self._meant[key] = sum(
                1 << place
                for place, sort in enumerate(self._sorts)
                if (not levels or levels >> sort // KINDS & 1) and kinds >> sort % KINDS & 1
            )
        return self._meant[key]

    @cached_property
    def _meant(self) -> dict[tuple[int, int], int]:
        return {}

    @cached_property
    def _numbered(self) -> npt.NDArray[np.uint16]:
        return np.asarray(self.tree.levels.astype(np.uint16) * KINDS + self.tree.kinds, dtype=np.uint16)

    @cached_property
    def _sorts(self) -> list[int]:
        """The sorts of units there are: level and kind as one number."""
        return [int(sort) for sort in np.flatnonzero(np.bincount(self._numbered, minlength=SORTS))]

    @cached_property
    def _sort_of(self) -> npt.NDArray[np.intp]:
        """By unit the place of its sort in `_sorts`."""
        places = np.zeros(SORTS, dtype=np.intp)
        places[self._sorts] = np.arange(len(self._sorts))
        return np.asarray(places[self._numbered], dtype=np.intp)


def apart(pieces: Sequence[Piece]) -> list[Piece]:
    """The same units in pieces that share none."""
    if len(pieces) < 2:
        return list(pieces)
    alike: dict[tuple[int, ...], int] = defaultdict(int)
    every = 0
    for piece in pieces:
        every |= piece.sorts
    for place in range(every.bit_length()):
        if every >> place & 1:
            alike[tuple(n for n, piece in enumerate(pieces) if piece.sorts >> place & 1)] |= 1 << place
    return [
        Piece(start, end, sorts)
        for among, sorts in alike.items()
        for start, end in _joined((pieces[n].start, pieces[n].end) for n in among)
    ]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _without(piece: Piece, place: int) -> list[Piece]:
    if not piece.start <= place < piece.end:
        return [piece]
    parts = [Piece(piece.start, place, piece.sorts), Piece(place + 1, piece.end, piece.sorts)]
    return [part for part in parts if part.start < part.end]
