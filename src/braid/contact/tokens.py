"""Tokens by which a page proves, without a session or a query, what it was shown for; signed with the installation's secret.

The token of a notice says: person, notice, unit, and until when it holds. It allows one thing only, to say a fact about that
notice in that person's name; whether the fact counts is asked again when it is folded. A ballot paper says: this voter, whose
name leads back to nobody, may vote in this ballot until then; who may was asked when the page was made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.conf import settings

LIFETIME = timedelta(hours=2)
"""How long after a page was made its token is taken."""

_FIELDS = struct.Struct(">QQQI")
_PAPER = struct.Struct(">Q22sHBQ")
_SIGNATURE = 16
"""Bytes kept of the HMAC-SHA256: forging one takes 2^128 tries."""


class Shown(NamedTuple):
    """What a token says: this notice was shown to this person, who answers for this unit."""

    person: int
    notice: int
    unit: int


class Paper(NamedTuple):
    """What a ballot paper says: this voter may choose so many candidates in this ballot, until then (seconds)."""

    ballot: int
    voter: bytes
    level: int
    most: int
    until: int


def token_of(shown: Shown, *, at: datetime) -> str:
    """A token made at `at`."""
    return _sealed(_FIELDS.pack(*shown, int((at + LIFETIME).timestamp())))


def read_token(token: str | bytes, *, seconds: float) -> Shown | None:
    """What `token` says; None when it was not made here or is over at the moment `seconds` (of the epoch)."""
    content = _unsealed(token, _FIELDS.size)
    if content is None:
        return None
    person, notice, unit, until = _FIELDS.unpack(content)
    return Shown(person, notice, unit) if seconds < until else None


def paper_of(paper: Paper) -> str:
    """A ballot paper to be sent back with what was chosen."""
    return _sealed(_PAPER.pack(*paper))


def read_paper(token: str | bytes) -> Paper | None:
    """What a ballot paper says, also when it is over; None when it was not made here."""
    content = _unsealed(token, _PAPER.size)
    return Paper(*_PAPER.unpack(content)) if content is not None else None


def _sealed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content + _signature(content)).decode().rstrip("=")


def _unsealed(token: str | bytes, size: int) -> bytes | None:
    """The content of a token of this kind: each kind has a size of its own, so none is taken for another."""
    if isinstance(token, str):
        token = token.encode()
    try:
        raw = base64.urlsafe_b64decode(token + b"=" * (-len(token) % 4))
    except binascii.Error:
        return None
    content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if len(content) != size or not hmac.compare_digest(signature, _signature(content)):
        return None
    return content


def _signature(content: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), content, "sha256")[:_SIGNATURE]


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"braid.contact.tokens" + secret.encode()).digest()
