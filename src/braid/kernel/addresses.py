"""Whole addresses of our pages, for what leaves the machine."""

from __future__ import annotations

from django.conf import settings


def address_of(path: str) -> str:
    """The whole address of a `path` of ours, for a message: by `BRAID_URL`, else by the first origin or host."""
    scheme = "https" if settings.BEHIND_TLS else "http"
    site = settings.SITE_URL or next(iter(settings.CSRF_TRUSTED_ORIGINS), f"{scheme}://{settings.ALLOWED_HOSTS[0]}")
    return str(site).rstrip("/") + path
