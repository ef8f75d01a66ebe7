"""Access keys: one's own, and whose a secret is."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from braid.people.actions.tokens import hash_of
from braid.people.gate import limit
from braid.people.models import ApiToken, Person


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """All keys of `person` that were not taken back, newest first."""
    return ApiToken.objects.filter(person=person, revoked_at=None).select_related("unit").order_by("-made_at", "-pk")


def token_for(person: Person, pk: int) -> ApiToken:
    """Her own key `pk`; any other is absent."""
    token = tokens_of(person).filter(pk=pk).first()
    if token is None:
        raise Http404
    return token


def bearer_of(secret: str, *, at: datetime) -> tuple[ApiToken, Person] | None:
    """The valid key with this secret and its person, limited to what the key may do; None if it opens nothing at `at`."""
    valid = ApiToken.objects.filter(secret_hash=hash_of(secret), revoked_at=None, until__gt=at)
    token = valid.filter(person__account__is_active=True).select_related("person", "unit").first()
    if token is None:
        return None
    today = timezone.localdate(at)
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    limit(token.person, token.permissions, top=token.unit.path if token.unit else "")
    return token, token.person
