"""Noting how long something really took, and adding the notes up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from braid.work.enums import MOST_MINUTES
from braid.work.models import Directive, ReportForm, TimeSaid

LOCK = 0x74696D65
"""The advisory lock of whoever adds up on PostgreSQL ("time")."""
AT_ONCE = 2_000
"""Notes added up in one transaction."""

_CLAIM = """
    DELETE FROM work_timesaid WHERE id IN (SELECT id FROM work_timesaid WHERE NOT is_folded ORDER BY id LIMIT %s)
    RETURNING form_id, directive_id, minutes, count
"""


def note_minutes(
    changes: Iterable[tuple[int | None, int | None]],
    *,
    form: ReportForm | int | None = None,
    directive: Directive | int | None = None,
) -> None:
    """Note what units say that `form` (or `directive`) took them: pairs of what each said before and says now.

    Call it in the transaction that writes what they say.
    """
    counts: Counter[int] = Counter()
    for was, now in changes:
        if was:
            counts[min(was, MOST_MINUTES)] -= 1
        if now:
            counts[min(now, MOST_MINUTES)] += 1
    link = {"form_id": _number(form), "directive_id": _number(directive)}
    rows = [TimeSaid(**link, minutes=minutes, count=count) for minutes, count in sorted(counts.items()) if count]
    if rows:
        TimeSaid.objects.bulk_create(rows)


def fold_minutes(at: datetime) -> int:
    """A round of the worker: add up some of the notes. Returns how many; killed at any moment, none is lost or counts twice."""
    return _fold_some() if TimeSaid.objects.filter(is_folded=False).exists() else 0


@transaction.atomic
def _fold_some() -> int:
    if not _lock():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [AT_ONCE])
        rows = cursor.fetchall()
    sums: Counter[tuple[int | None, int | None, int]] = Counter()
    for form, directive, minutes, count in rows:
        sums[form, directive, minutes] += count
    for (form, directive, minutes), count in sums.items():
        link = {"form_id": form, "directive_id": directive, "minutes": minutes}
        if count and not TimeSaid.objects.filter(**link, is_folded=True).update(count=F("count") + count):
            TimeSaid.objects.create(**link, count=count, is_folded=True)
    return len(rows)


def _lock() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return cursor.fetchone()[0] is not False


def _number(thing: Directive | ReportForm | int | None) -> int | None:
    return thing.pk if isinstance(thing, Directive | ReportForm) else thing
