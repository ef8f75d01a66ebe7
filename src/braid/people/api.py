"""Who comes in at the API, and people there: those within the caller's reach."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.security import APIKeyCookie, HttpBearer

from braid.kernel.access import require, scope
from braid.kernel.api import Cursor, LongSize
from braid.kernel.rates import count
from braid.units.queries import unit_for

from .enums import Office
from .gate import is_within_limits
from .middleware import reader_of
from .models import Membership, Person
from .queries import memberships_in
from .queries.tokens import bearer_of
from .rules import VIEW_PEOPLE

router = Router(tags=["people"])

A_MINUTE = 300
"""Requests a key, or a signed-in person, has in a minute."""
WRONG_A_MINUTE = 30
"""Wrong keys an address may try in a minute."""

OFFICES = tuple(office.name.lower() for office in Office)


class Caller(HttpRequest):
    """A request behind the API's door: `auth` is the person, limited to what her key may do."""

    auth: Person


class AccessKey(HttpBearer):
    """`Authorization: Bearer braid_...`: a key made at /me/tokens/."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        found = bearer_of(token, at=timezone.now())
        if found is None:
            count(f"wrong:{request.META.get('REMOTE_ADDR', '')}", limit=WRONG_A_MINUTE, seconds=time.time())
            return None
        key, person = found
        request.rate = count(f"key:{key.pk}", limit=A_MINUTE, seconds=time.time())  # type: ignore[attr-defined]
        return person


class SignedIn(APIKeyCookie):
    """A signed-in person's browser, for reading only: what changes something needs a key, so no other site can send it."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        person = reader_of(request)
        if person is None or request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
            return None
        request.rate = count(f"person:{person.pk}", limit=A_MINUTE, seconds=time.time())  # type: ignore[attr-defined]
        return person


DOORS: list[Any] = [AccessKey(), SignedIn(csrf=False)]


def require_limit(person: Person, name: str) -> None:
    """Go on only if what the caller came in with covers `name` (a key of `API_PERMISSIONS`); else 403."""
    require(is_within_limits(person, name))


class MemberOut(Schema):
    """Somebody's office in a unit. `person` numbers her for as long as she is known."""

    person: int
    name: str
    office: str
    unit: str
    since: date


class MemberPage(Schema):
    """A page of offices, newest first; `next` is empty on the last."""

    rows: list[MemberOut]
    next: str


@router.get("", response=MemberPage, summary="Who is in a unit and below it, newest first")
def people(
    request: Caller,
    unit: str,
    office: Annotated[str, Query(pattern=f"^({'|'.join(OFFICES)})?$", description=", ".join(OFFICES))] = "",
    cursor: Cursor = "",
    size: LongSize = 50,
) -> MemberPage:
    """`unit` is a code; only people within my reach are listed. `office` keeps its holders."""
    top = unit_for(request.auth, unit, VIEW_PEOPLE)
    page = memberships_in(
        scope(request.auth, VIEW_PEOPLE).within(top.path),
        on=timezone.localdate(),
        office=Office[office.upper()] if office else None,
        cursor=cursor,
        size=size,
    )
    return MemberPage(rows=[_member_out(row) for row in page.rows], next=page.next_cursor)


def _member_out(row: Membership) -> MemberOut:
    return MemberOut(
        person=row.person_id,
        name=row.person.name,
        office=Office(row.office).name.lower(),
        unit=row.unit.code,
        since=row.since,
    )
