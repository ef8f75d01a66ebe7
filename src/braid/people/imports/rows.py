"""The rows of a file of officers, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from braid.kernel.imports.cells import Record
from braid.people.enums import CameBy, Office
from braid.units.models import Unit


class Row(NamedTuple):
    """One line that can be read."""

    line: int
    unit_code: str
    name: str
    office: Office
    came_by: CameBy
    since: date | None
    phone: str
    email: str
    cells: tuple[str, ...] = ()
    """What stands in the file for each field after the line."""

    def written(self, field: str) -> str:
        """What stands in the file for `field`, as it was typed."""
        return self.cells[self._fields.index(field) - 1] if self.cells else str(getattr(self, field))


Newcomer = tuple[str, str, int]
"""Somebody the federation does not know yet: phone, name, and without a phone the number of her unit."""


@dataclass
class Deed:
    """A row that will be carried out: somebody known (her number) or new takes an office of `unit`."""

    row: Row
    unit: Unit
    person: int | Newcomer


@dataclass
class Plan:
    """All deeds of a file, and how many rows change nothing."""

    deeds: list[Deed] = field(default_factory=list)
    unchanged: int = 0
    ends: list[int] = field(default_factory=list)
    """Memberships of acting heads that end."""


def row_of(record: Record) -> Row:
    """A staged record as a row."""
    line, code, name, office, came_by, since, phone, email, *cells = record
    day = date.fromisoformat(since) if since else None
    return Row(line, code, name, Office(office), CameBy(came_by), day, phone, email, tuple(cells))
