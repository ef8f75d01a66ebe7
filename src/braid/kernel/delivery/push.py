"""Web push: a message a phone shows though no page of ours is open, encrypted so that only the browser can read it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.errors import BadInput
from braid.kernel.outside import NotReached, Uncertain, is_allowed, post

from .channels import SENT, Channel, Message, Outcome, Result, Send
from .webpush import Subscription, authorization, encrypt, read_subscription

KEPT_BY_SERVER = 3 * 24 * 60 * 60
"""Seconds a push service keeps a message for a phone that is off; after that the inbox has it anyway."""


class Push(Channel):
    """Web push (RFC 8030, 8291, 8292). The key becomes `Topic` and the tag of what is shown: twice sent, it is shown once."""

    name = "push"
    words = gettext_lazy("notification on a phone or computer")
    icon = "bell"
    offers_key = True
    most_characters = 200

    def clean_address(self, text: str) -> str:
        try:
            found = read_subscription(text)
        except ValueError as error:
            raise BadInput(_("This browser's notifications cannot be used.")) from error
        if not is_allowed(found.endpoint):
            raise BadInput(_("This browser's notifications cannot be used."))
        return found.text

    @contextmanager
    def opened(self) -> Iterator[Send]:
        yield _send


def _send(to: str, message: Message, key: str) -> Outcome:
    found = read_subscription(to)
    payload = json.dumps(
        {"title": message.subject, "path": message.path, "tag": message.tag or key}, ensure_ascii=False
    )
    try:
        answer = post(found.endpoint, encrypt(payload.encode(), found), _headers(found, key))
    except NotReached as error:
        return Outcome(Result.LATER, str(error))
    except Uncertain as error:
        return Outcome(Result.UNKNOWN, str(error))
    return _outcome(answer.status)


def _headers(found: Subscription, key: str) -> dict[str, str]:
    return {
        "Authorization": authorization(found.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_BY_SERVER),
        "Topic": topic_of(key),
    }


def topic_of(key: str) -> str:
    """At most 32 characters of base64url, as RFC 8030 (5.4) asks."""
    return urlsafe_b64encode(sha256(key.encode()).digest()).decode()[:32]


def _outcome(status: int) -> Outcome:
    """What an answer of a push service means (RFC 8030, 5 and 7.3)."""
    if 200 <= status < 300:
        return SENT
    if status in (404, 410):
        return Outcome(Result.GONE, str(status))
    return Outcome(Result.LATER if status == 429 or status >= 500 else Result.REFUSED, str(status))
