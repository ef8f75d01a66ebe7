"""Persons, accounts, memberships."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from braid.people.enums import Office
from braid.people.models import Account, Membership, Person
from braid.units.models import Unit

_names = count(1)


def person(name: str = "", *, with_account: bool = True, **fields: Any) -> Person:
    """A person, by default with an account (user name = `name`, no usable password)."""
    name = name or f"Person {next(_names)}"
    made = Person.objects.create(name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC), **fields)
    if with_account:
        Account.objects.create(
            person=made, username=f"{name}-{made.pk}", password="!", date_joined=datetime(2026, 1, 1, tzinfo=UTC)
        )
    return made


def member(unit: Unit, office: int = Office.MEMBER, *, who: Person | None = None, **fields: Any) -> Person:
    """A person who holds `office` in `unit` since the start of 2026."""
    who = who or person()
    Membership.objects.create(
        person=who, unit=unit, unit_path=unit.path, office=office, since=fields.pop("since", date(2026, 1, 1)), **fields
    )
    return who
