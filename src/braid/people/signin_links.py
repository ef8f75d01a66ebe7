"""Sign-in links of the demo: signed, for half a day, and only from the very machine Braid runs on."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from .models import Account, Person

LASTING = timedelta(hours=12)
_SALT = "braid.people.signin_links"
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


def signin_link(person: Person, base_url: str, *, at: datetime) -> str:
    """The address below `base_url` that signs `person` in until `LASTING` after `at`. She needs an account."""
    token = signing.dumps([person.account.pk, int((at + LASTING).timestamp())], salt=_SALT)
    return base_url.rstrip("/") + reverse("enter", kwargs={"token": token})


def account_of(token: str, *, at: datetime) -> Account | None:
    """The account whose link has `token`; None when it is damaged, has run out, or the account is locked."""
    try:
        number, until = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if at.timestamp() > until:
        return None
    return Account.objects.filter(pk=number, is_active=True).select_related("person").first()


def links_work_for(request: HttpRequest) -> bool:
    """Whether links are on, and the request comes straight from this machine, through no proxy."""
    if not settings.DEMO_LINKS or any(request.META.get(name) for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
