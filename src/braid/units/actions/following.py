"""`unit_path` on the rows that units own, after a move: at once when they are few, else in slices by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection, models

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.outbox import owe, task
from braid.units import hooks

AT_ONCE = 5_000
"""So many rows follow in the transaction of the move itself."""
SLICE = 1_500
"""Rows a slice: some ten milliseconds, so that nobody waits for the worker."""
SWEEP = timedelta(minutes=1)
"""So much later rows are looked for that a transaction older than the move wrote with the old path."""


def follow(old_path: str, *, at: datetime) -> None:
    """Let the owned rows follow whose unit has left the subtree `old_path`; part of the transaction of the move."""
    few = _is_few(old_path)
    for model in hooks.owned_models:
        if few:
            _rewrite(model, old_path, AT_ONCE)
        else:
            owe(follow_slice, model._meta.label, old_path, due=at)
        owe(follow_slice, model._meta.label, old_path, due=at + SWEEP)


@task
def follow_slice(label: str, old_path: str, *, at: datetime) -> None:
    """Rewrite one slice of the rows of a model, and owe the next. Twice is as good as once: it asks where units stand now."""
    if _rewrite(apps.get_model(label), old_path, SLICE) == SLICE:
        owe(follow_slice, label, old_path, due=at)


def _is_few(old_path: str) -> bool:
    left = AT_ONCE
    for model in hooks.owned_models:
        rows = model._default_manager.filter(unit_path__gte=old_path, unit_path__lt=old_path + AFTER_DESCENDANTS)
        left -= rows.order_by()[: left + 1].count()
        if left < 0:
            return False
    return True


def _rewrite(model: type[models.Model], old_path: str, most: int) -> int:
    """Give at most `most` rows in the old range the path their unit has; returns how many."""
    table = connection.ops.quote_name(model._meta.db_table)
    key = connection.ops.quote_name(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET unit_path = (SELECT u.path FROM units_unit u WHERE u.number = {table}.unit_id)"  # noqa: S608
            f" WHERE {key} IN (SELECT owned.{key} FROM {table} owned JOIN units_unit u ON u.number = owned.unit_id"
            " WHERE owned.unit_path >= %s AND owned.unit_path < %s AND u.path <> owned.unit_path LIMIT %s)",
            [old_path, old_path + AFTER_DESCENDANTS, most],
        )
        return int(cursor.rowcount)
