"""How many people every unit has, by office, as arrays in tree order: what audiences and tables of children are counted with."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection
from pyroaring import BitMap

from braid.people.enums import Office
from braid.units import snapshot

Counts = npt.NDArray[np.int32]

KEPT_FOR = 60.0
"""Seconds a count is used before it is taken again; longer where taking it is slow (`_kept_for`)."""

_COUNT = """
SELECT m.unit_id, m.office, count(*), count(a.id)
FROM people_membership m LEFT JOIN people_account a ON a.person_id = m.person_id AND a.is_active
WHERE m.since <= %s AND (m.until IS NULL OR m.until > %s)
GROUP BY m.unit_id, m.office
"""


@dataclass(frozen=True)
class Headcounts:
    """Current memberships of each unit: `people[office, ordinal]`, in the tree order of `units.snapshot`."""

    version: int
    """The version of the tree whose order the arrays have."""
    on: date
    numbers: Counts
    """Unit number by ordinal."""
    people: Counts
    """How many hold the office there; row 0 is empty."""
    with_account: Counts
    """Of them, those who can sign in."""

    def per_unit(self, offices: int = 0, *, with_account: bool = False) -> Counts:
        """By ordinal, how many memberships of the offices in the mask `offices` (`1 << office`; 0 means any)."""
        counts = self.with_account if with_account else self.people
        chosen = [office for office in Office if not offices or offices >> office & 1]
        return counts[chosen].sum(axis=0, dtype=np.int32)  # type: ignore[no-any-return]

    def units_having(self, offices: int = 0, *, with_account: bool = False) -> BitMap:
        """The numbers of the units where at least one holds one of `offices`."""
        return BitMap(self.numbers[self.per_unit(offices, with_account=with_account) > 0])


_lock = threading.Lock()
_kept: dict[str, tuple[float, Headcounts]] = {}


def headcounts(*, on: date) -> Headcounts:
    """Headcounts on the day `on`: counted in one statement, kept in this process for about a minute and one tree.

    For sizes and tables only: what a person may see or do is never decided by it.
    """
    tree, key = snapshot.current(), str(connection.settings_dict["NAME"])
    with _lock:
        until, found = _kept.get(key, (0.0, None))
        if found is None or time.monotonic() > until or (found.version, found.on) != (tree.version, on):
            began = time.monotonic()
            found = _count(tree, on)
            _kept[key] = (time.monotonic() + _kept_for(time.monotonic() - began), found)
    return found


def forget_headcounts() -> None:
    """Count anew at the next question."""
    _kept.clear()


def units_with_account(offices: int = 0, *, on: date) -> BitMap:
    """The numbers of the units in which somebody with an account holds one of `offices` (a mask; 0: any) on the day `on`."""
    return headcounts(on=on).units_having(offices, with_account=True)


def _kept_for(seconds: float) -> float:
    """Counting never takes more than a twentieth of the time."""
    return max(KEPT_FOR, 20 * seconds)


def _count(tree: snapshot.Snapshot, on: date) -> Headcounts:
    shape = (max(Office) + 1, len(tree.numbers))
    people, with_account = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [on, on])
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 4)
    rows = rows[rows[:, 0] < len(tree.ordinals)]
    places = tree.ordinals[rows[:, 0]]
    rows, places = rows[places >= 0], places[places >= 0]
    people[rows[:, 1], places] = rows[:, 2]
    with_account[rows[:, 1], places] = rows[:, 3]
    return Headcounts(tree.version, on, tree.numbers, people, with_account)
