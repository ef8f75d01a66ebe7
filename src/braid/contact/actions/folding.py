"""Putting the lines of a spool into the database: in slices, each with a note of how far it came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from braid.contact.models import FoldedSegment
from braid.kernel.spool import Segment, segments

SLICE = 3000
"""Lines written in one transaction on SQLite: that keeps the database from others for less than 50 ms."""
SLICE_ALONGSIDE = 12_000
"""The same on PostgreSQL, where writers do not wait for each other."""
ROUND = 20
"""Slices of one segment that one round of the worker takes, so that other work gets its turn."""

Prepare = Callable[[list[bytes]], Callable[[], object]]
"""Reads what lines say, and gives what writes it. Only the writing is done in the transaction; it may be done twice."""


def fold(folder: Path, prepare: Prepare, *, line_bytes: int, at: datetime) -> int:
    """Take what waits in `folder`, at most a round of it; `line_bytes` is about what a line has. Returns the lines it took."""
    return sum(_fold(segment, prepare, line_bytes * slice_size(), at) for segment in segments(folder))


def slice_size() -> int:
    """How many lines go into one transaction."""
    return SLICE if connection.vendor == "sqlite" else SLICE_ALONGSIDE


def is_all_folded(folder: Path) -> bool:
    """Whether nothing waits in `folder`."""
    noted = dict(FoldedSegment.objects.values_list("name", "offset"))
    return all(segment.path.stat().st_size <= noted.get(segment.name, 0) for segment in segments(folder))


def fold_once(folder: Path, write: Callable[[list[bytes]], object], *, most: int, at: datetime) -> int:
    """As `fold`, for lines that must not be written twice, `most` bytes of them in one transaction; `write` is called in it.

    The place in a segment is claimed in that transaction, on condition that it still is as it was read; and its row
    outlives the file (a sweep takes it), as a worker that has read the file may still come to claim it.
    """
    return sum(_fold_once(segment, write, most, at) for segment in segments(folder))


def _fold(segment: Segment, prepare: Prepare, most: int, at: datetime) -> int:
    """Take what is new in `segment`, and throw it away when nothing can follow. Another worker may do the same."""
    folded = FoldedSegment.objects.filter(pk=segment.name)

    def put(lines: list[bytes], _begin: int, end: int) -> bool:
        write = prepare(lines)
        with transaction.atomic():
            write()
            FoldedSegment.objects.update_or_create(pk=segment.name, defaults={"offset": end, "at": at})
        return True

    taken, is_over = _take(segment, folded.values_list("offset", flat=True).first() or 0, most, put)
    if is_over:
        folded.delete()  # first: killed between the two, the segment is folded again, which changes nothing
        segment.discard()
    return taken


def _fold_once(segment: Segment, write: Callable[[list[bytes]], object], most: int, at: datetime) -> int:
    place, _is_new = FoldedSegment.objects.get_or_create(pk=segment.name, defaults={"offset": 0, "at": at})

    def put(lines: list[bytes], begin: int, end: int) -> bool:
        return claim(segment.name, begin, end, lambda: write(lines), at=at)

    taken, is_over = _take(segment, place.offset, most, put)
    if is_over:
        segment.discard()
    return taken


@transaction.atomic
def claim(name: str, begin: int, end: int, write: Callable[[], object], *, at: datetime) -> bool:
    """Write, if the segment `name` is in the database up to `begin` and no further; from then on it is up to `end`."""
    claimed = FoldedSegment.objects.filter(pk=name, offset=begin).update(offset=end, at=at)
    if claimed:
        write()
    return bool(claimed)


def _take(segment: Segment, offset: int, most: int, put: Callable[[list[bytes], int, int], bool]) -> tuple[int, bool]:
    """Give `put` what is new beyond `offset`, until it says that another worker took it, or a round is over.

    Returns the lines taken, and whether the segment is done with: read to its end, finished, or thrown away by another worker.
    """
    taken = 0
    try:
        is_finished = segment.is_finished()  # asked first: what was finished then cannot have grown since
        for _turn in range(ROUND):
            lines, end = segment.read(offset, most)
            if end == offset:
                return taken, is_finished
            if not put(lines, offset, end):
                break
            offset, taken = end, taken + len(lines)
    except FileNotFoundError:
        return taken, True
    return taken, False
