"""What the worker tidies up once an hour."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import connection

SLICE = 500
"""Rows deleted in one transaction, so that nobody waits for it on SQLite."""


def forget_sessions(at: datetime) -> int:
    """Delete sessions that ended before `at`; returns how many."""
    forgotten = 0
    while ended := list(Session.objects.filter(expire_date__lt=at).values_list("pk", flat=True)[:SLICE]):
        forgotten += Session.objects.filter(pk__in=ended).delete()[0]
    return forgotten


def refresh_statistics(at: datetime) -> int:
    """Let SQLite look again at tables that have changed much, so that it keeps choosing the right index.

    PostgreSQL does so by itself. Returns 0: it is no work that keeps the worker awake.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 400")
            cursor.execute("PRAGMA optimize")
    return 0
