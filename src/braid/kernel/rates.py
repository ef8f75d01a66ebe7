"""Rate limits: how often somebody may ask within a fixed window, counted in the cache."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from .errors import Refused

WINDOW = 60
"""Seconds of a window."""


@dataclass(frozen=True)
class Rate:
    """Where somebody stands in her window: `reset` is in seconds from now."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """What a client reads to pace itself (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class TooMany(Refused):
    """Too many requests: 429; `rate` says when to come back."""

    status = 429

    def __init__(self, rate: Rate) -> None:
        super().__init__(_("Too many requests. Wait a moment."))
        self.rate = rate


def count(who: str, *, limit: int, seconds: float) -> Rate:
    """Count one request of `who` at the moment `seconds` (since the epoch). Raises `TooMany` beyond `limit` in a window.

    Each process counts by itself unless they share a cache.
    """
    window = int(seconds // WINDOW)
    key = f"rate:{who}:{window}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        asked = cache.incr(key)
    except ValueError:  # the cache dropped it in between, being full
        asked = 1
    rate = Rate(limit, max(0, limit - asked), math.ceil((window + 1) * WINDOW - seconds))
    if asked > limit:
        raise TooMany(rate)
    return rate
