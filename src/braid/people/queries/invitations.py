"""Invitations: what a code is for, and who could be given one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from braid.kernel.access import Scope
from braid.kernel.keyset import Page
from braid.people.codes import hash_of_code
from braid.people.models import Invitation, Membership, Person

from .offices import roster_in

SLIPS_PAGE = 60
"""Officers a page of those without an account looks at."""


def invitation_of(code: str, *, at: datetime) -> Invitation | None:
    """The invitation with `code` that was not used and holds at the moment `at`, with account and person; else None.

    It is worth nothing once the owner has signed in in another way: an officer who kept it stays out.
    """
    rows = Invitation.objects.filter(code_hash=hash_of_code(code), used_at=None, until__gt=at)
    rows = rows.filter(account__is_active=True, account__last_login=None)
    return rows.select_related("account__person").first()


def without_account(reach: Scope, *, on: date, office: int | None = None, cursor: str = "") -> Page[Membership]:
    """Of the next `SLIPS_PAGE` officers in `reach`, in tree order, those who have not signed in yet, each once."""
    page = roster_in(reach, on=on, office=office, cursor=cursor, size=SLIPS_PAGE)
    waiting: dict[int, Membership] = {}
    for row in page.rows:
        if not _has_signed_in(row.person):
            waiting.setdefault(row.person_id, row)
    return replace(page, rows=list(waiting.values()))


def chosen_in(reach: Scope, numbers: list[int], *, on: date) -> list[Membership]:
    """Of the people with `numbers`, what they first are in `reach` on the day `on`, with person and unit."""
    rows = Membership.objects.current(on).filter(reach.where("unit__path"), person__in=numbers[:SLIPS_PAGE])
    found: dict[int, Membership] = {}
    for row in rows.select_related("person", "unit").order_by("unit_path", "office", "pk"):
        found.setdefault(row.person_id, row)
    return list(found.values())


def _has_signed_in(person: Person) -> bool:
    account = getattr(person, "account", None)
    return account is not None and account.last_login is not None
