"""Sealing what must be read again but not out of a copy of the database: the keys of code apps and of recovery codes."""

from __future__ import annotations

import base64
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

log = structlog.get_logger(__name__)

_SALT = "braid.people.sealing"


def seal(text: str) -> str:
    """`text`, so that only this installation's secret key opens it."""
    return _sealer().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What was sealed; None when the secret key is another one now, or the text was tampered with."""
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken:
        log.warning("sealing.unreadable")
        return None


def _sealer() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: Any) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest())
