"""The spool of receipts: facts as lines, `person notice unit fact seconds`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from braid.kernel.spool import Spool

from .enums import Fact

FACTS = {b"%d" % fact.value: fact.value for fact in Fact}
"""The facts as they are written."""


class FactOf(NamedTuple):
    """`person`, who answers for the unit numbered `unit`, has seen (acknowledged, done) `notice` at `at`."""

    person: int
    notice: int
    unit: int
    fact: int
    at: datetime


def folder() -> Path:
    """Where receipts wait that are not in the database yet."""
    return _folder(settings.SPOOL)


def keep_facts(facts: Iterable[tuple[int, int, int, int]], *, seconds: float) -> None:
    """Write facts (person, notice, unit, fact) of the moment `seconds`; returns when they are on disk."""
    _spool(settings.SPOOL).append(*(b"%d %d %d %d %d" % (*fact, int(seconds)) for fact in facts))


def fact_of(line: bytes) -> FactOf | None:
    """The fact a line says; None for a line that says none, which is left out rather than holding up the others."""
    try:
        person, notice, unit, fact, seconds = map(int, line.split())
        return FactOf(person, notice, unit, fact, datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):  # the last two: a moment no calendar has
        return None


@cache
def _spool(root: Path) -> Spool:
    """Found by the setting as it is: to join and compare paths would take as long as all else in a receipt."""
    return Spool(_folder(root))


def _folder(root: Path) -> Path:
    return root / "receipts"
