"""The branches below a unit: the rows of its subtree table, and where each lies in tree order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from braid.people.models import Person
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.snapshot import Snapshot

from .figures import Figures, figures_of
from .seen import SeenShares, seen_shares


@dataclass(frozen=True)
class Row:
    """One row: a child with all below it, the unit itself, or everything together. `[start, end)` are ordinals."""

    unit: Unit
    start: int
    end: int


@dataclass(frozen=True)
class Branches:
    """What the columns of a subtree table are computed over. What several columns need is read once."""

    person: Person
    unit: Unit
    at: datetime
    tree: Snapshot
    children: tuple[Row, ...]
    own: Row
    together: Row

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the table: the children, then the unit itself, then everything together."""
        return (*self.children, self.own, self.together)

    @cached_property
    def figures(self) -> Figures:
        """People and offices of every unit in the subtree."""
        return figures_of(self.tree, self.unit, at=self.at)

    @cached_property
    def seen(self) -> SeenShares:
        """Who below has seen the latest notices."""
        return seen_shares(self.tree, self.unit, at=self.at)


def branches_of(person: Person, unit: Unit, *, at: datetime) -> Branches:
    """The branches below `unit`, whose page the person was let into. One query, however many there are."""
    tree = snapshot.current()
    start, end = tree.span(unit.number)
    ordinals = shown_children(tree, start)
    units = Unit.objects.in_bulk([int(tree.numbers[ordinal]) for ordinal in ordinals])
    children = [Row(units[int(tree.numbers[o])], o, int(tree.ends[o])) for o in ordinals]
    return Branches(person, unit, at, tree, tuple(children), Row(unit, start, start + 1), Row(unit, start, end))


def shown_children(tree: Snapshot, ordinal: int) -> list[int]:
    """Ordinals of the bodies people see directly below `ordinal`; the children of a placeholder stand in its place."""
    found: list[int] = []
    place, end = ordinal + 1, int(tree.ends[ordinal])
    while place < end:
        if tree.bodies[place]:
            found.append(place)
            place = int(tree.ends[place])
        else:
            place += 1
    return found
