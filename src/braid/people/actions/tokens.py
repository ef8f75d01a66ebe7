"""Access keys: what a program shows to act for a person at the API."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import require
from braid.kernel.errors import BadInput, WrongState
from braid.people.enums import API_PERMISSIONS, LONGEST_TOKEN_DAYS, MOST_TOKENS
from braid.people.models import ApiToken, Person
from braid.units.models import Unit

PREFIX = "braid_"
"""Begins every secret, so that a leaked one is recognised for what it is."""


@transaction.atomic
def make_token(
    person: Person,
    *,
    name: str,
    permissions: Iterable[str],
    days: int,
    by: Person,
    at: datetime,
    unit: Unit | None = None,
) -> tuple[ApiToken, str]:
    """Make an access key of `person` for `days` days, of use in `unit` and below it alone if one is given.

    Returns it with its secret, which is kept nowhere. Refused for anybody but herself, for permissions there are not, for too
    many days, and beyond `MOST_TOKENS`.
    """
    require(by.pk == person.pk)
    wanted = sorted(set(permissions))
    if not wanted or set(wanted) - set(API_PERMISSIONS):
        raise BadInput(_("Choose what the key may do."), fields={"permissions": _("Choose from the list.")})
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise BadInput(_("At most a year."), fields={"days": _("At most a year.")})
    if ApiToken.objects.filter(person=person, revoked_at=None, until__gt=at).count() >= MOST_TOKENS:
        raise WrongState(_("You have many keys. Take one back first."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        secret_hash=hash_of(secret),
        permissions=wanted,
        unit=unit,
        made_at=at,
        until=at + timedelta(days=days),
    )
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Person, at: datetime) -> None:
    """Take a key back: it opens nothing from the next request on. Refused for anybody but its person."""
    require(by.pk == token.person_id)
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so a plain hash is safe."""
    return sha256(secret.encode()).hexdigest()
