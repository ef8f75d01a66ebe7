"""The journal as every floor sees it: `record()` writes what happened, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from .access import Actor


class Strand(StrEnum):
    """The three strands everything that happens belongs to."""

    CONTACT = "contact"
    WORK = "work"
    SERVICE = "service"


class Place(Protocol):
    """What the journal needs to know of the unit something happened at."""

    @property
    def pk(self) -> int: ...


class Happened(NamedTuple):
    """One thing that happened, for `record_all`: `amount` of `kind` at the unit with that number."""

    unit_number: int
    strand: Strand
    kind: str
    amount: int = 1


class Ledger(Protocol):
    """What fills the port."""

    def __call__(self, happened: Sequence[Happened], *, by: Actor | None, at: datetime) -> None: ...


_ledger: Ledger | None = None


def fill_ledger(ledger: Ledger) -> None:
    """Install the journal; called once by the floor that keeps it."""
    global _ledger  # noqa: PLW0603 (a port is filled once, at start-up)
    _ledger = ledger


def record(unit: Place, strand: Strand, kind: str, amount: int = 1, *, by: Actor | None = None, at: datetime) -> None:
    """Write that `amount` of `kind` happened at `unit` at the moment `at` (aware). Call it inside the act's transaction.

    Corrections are negative amounts. Content never enters: `kind` is a dotted word such as `notice.sent`.
    """
    record_all([Happened(unit.pk, strand, kind, amount)], by=by, at=at)


def record_all(happened: Iterable[Happened], *, by: Actor | None = None, at: datetime) -> None:
    """Write many entries of one moment, a few statements for all of them. Call it inside the act's transaction."""
    if _ledger is None:
        raise RuntimeError("the journal is not filled: no app keeps it")
    _ledger(list(happened), by=by, at=at)
