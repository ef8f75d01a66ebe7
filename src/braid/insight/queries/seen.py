"""Who in a subtree has seen the latest notices: n of N units for every branch, from running sums in tree order."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from pyroaring import BitMap

from braid.contact.enums import NoticeState
from braid.contact.models import Audience, Notice, UnitSet
from braid.insight.enums import LATEST_NOTICES, LIVE_UNITS
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.snapshot import Array, Snapshot

from .figures import running_sum
from .shares import Share

Meaning = UnitSet.Meaning


@dataclass(frozen=True)
class SeenShares:
    """The latest notices to a subtree, newest first, with running sums of the units addressed and those that saw them."""

    first: int
    notices: tuple[Notice, ...]
    addressed: tuple[Array, ...]
    seen: tuple[Array, ...]

    def share(self, start: int, end: int) -> Share:
        """Over all the notices: how many of the addressed units in the ordinals `[start, end)` have seen them."""
        return Share(
            sum(self._sum(running, start, end) for running in self.seen),
            sum(self._sum(running, start, end) for running in self.addressed),
        )

    def by_notice(self, start: int, end: int) -> list[tuple[Notice, Share]]:
        """The same for each notice."""
        return [
            (notice, Share(self._sum(seen, start, end), self._sum(addressed, start, end)))
            for notice, addressed, seen in zip(self.notices, self.addressed, self.seen, strict=True)
        ]

    def _sum(self, running: Array, start: int, end: int) -> int:
        return int(running[end - self.first] - running[start - self.first])


def seen_shares(tree: Snapshot, unit: Unit, *, at: datetime) -> SeenShares:
    """Who in the subtree of `unit` has seen the latest notices that address it. Two queries."""
    start, end = tree.span(unit.number)
    notices = latest_notices(unit, at=at)
    sets = {
        (notice, meaning): bytes(numbers)
        for notice, meaning, numbers in UnitSet.objects.filter(
            notice__in=notices, meaning__in=(Meaning.ADDRESSED, Meaning.SEEN)
        ).values_list("notice_id", "meaning", "numbers")
    }
    known = [notice for notice in notices if (notice.pk, Meaning.ADDRESSED) in sets]
    addressed = [_running(tree, start, end, sets[notice.pk, Meaning.ADDRESSED]) for notice in known]
    seen = [_running(tree, start, end, sets.get((notice.pk, Meaning.SEEN), b"")) for notice in known]
    return SeenShares(start, tuple(known), tuple(addressed), tuple(seen))


def latest_notices(unit: Unit, *, at: datetime) -> list[Notice]:
    """The latest internal notices sent to the whole subtree of `unit`, by itself or from above, newest first. One query.

    Public ones are left out: they are read on Homes, without a receipt, so a share of them would say nothing.
    """
    rows = (
        Audience.objects.filter(
            unit__in=numbers_of(unit.path),
            is_subtree=True,
            sent_at__lte=at,
            notice__state=NoticeState.SENT,
            notice__is_public=False,
        )
        .select_related("notice")
        .defer("numbers")
        .order_by("-sent_at", "-notice")[: 4 * LATEST_NOTICES]
    )
    return list({row.notice_id: row.notice for row in rows}.values())[:LATEST_NOTICES]


def _running(tree: Snapshot, start: int, end: int, numbers: bytes) -> Array:
    """Running sums over `[start, end)` of the units in a kept bitmap. Large ones are held, as they change seldom."""
    if end - start <= LIVE_UNITS:
        return _summed(tree, start, end, numbers)
    key = (str(connection.settings_dict["NAME"]), tree.version, start, end, len(numbers), zlib.crc32(numbers))
    found = _sums.pop(key, None)
    _sums[key] = found = _summed(tree, start, end, numbers) if found is None else found
    while len(_sums) > MOST_HELD:
        _sums.pop(next(iter(_sums)), None)
    return found


MOST_HELD = 4 * LATEST_NOTICES
_sums: dict[tuple[object, ...], Array] = {}
"""The sums used last, last; a whole tree of 665,000 units takes 2.7 MB each."""


def _summed(tree: Snapshot, start: int, end: int, numbers: bytes) -> Array:
    units = BitMap.deserialize(numbers) if numbers else BitMap()
    if end - start <= LIVE_UNITS:
        units &= BitMap(tree.numbers[start:end])
    return running_sum(tree.mask_of(units)[start:end])
