"""Which votes came from one network, without keeping from which: a salted mark of the address prefix.

The salt is random, new every day, and deleted when the day is over: then no mark can be led back to a network by anybody,
and marks of two days cannot be compared. It lies in a file of this machine that no backup takes.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from .enums import SLOT

NOWHERE = "-"
"""The mark of a request whose address is not known."""
_SLOT = int(SLOT.total_seconds())


def network_of(environ: Mapping[str, Any]) -> str:
    """The prefix a request came from: /24 of an IPv4 address, /48 of an IPv6 one; empty when it is not known.

    Behind proxies (`BRAID_PROXIES`) it is the address the outermost of ours was asked from.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else [environ.get("REMOTE_ADDR", "")]
    return _prefix(told[-proxies].strip()) if len(told) >= proxies else ""


@lru_cache(maxsize=5_000)
def _prefix(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.packed[: 6 if found.version == 6 else 3].hex()


def mark_of(network: str, *, seconds: float) -> str:
    """The mark of `network` on the day of the moment `seconds`: 16 characters that say nothing without the day's salt."""
    if not network:
        return NOWHERE
    day = datetime.fromtimestamp(seconds, timezone.get_default_timezone()).date()
    return blake2b(network.encode(), key=_salt(settings.SALTS, day), digest_size=8).hexdigest()


def slot_of(micros: int) -> int:
    """The number of the few minutes in which votes of one network are counted together."""
    return micros // (_SLOT * 1_000_000)


def slot_began(slot: int) -> int:
    """Its first moment, in seconds since the epoch."""
    return slot * _SLOT


def forget_salts(at: datetime) -> int:
    """Delete the salts of days before `at`; a round of the worker. Returns how many."""
    today = f"{timezone.localdate(at)}"
    old = [path for path in settings.SALTS.glob("*") if path.name < today] if settings.SALTS.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


@lru_cache(maxsize=1)
def _salt(folder: Path, day: date) -> bytes:
    """The salt of `day`, made by whichever process comes first; no process holds more than one."""
    path = folder / f"{day}"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".{day}-{secrets.token_hex(8)}"
    made.write_bytes(secrets.token_bytes(32))
    made.chmod(0o600)
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_bytes()
