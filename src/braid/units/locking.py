"""One change of the tree at a time, and what counts the changes."""

from __future__ import annotations

import secrets

from django.db.models import F, Max

from .models import TreeVersion, Unit


def lock_tree() -> TreeVersion:
    """Take the tree for this transaction: whoever else wants to change it waits. Call it before reading what decides.

    On PostgreSQL the row is locked; on SQLite a transaction that may write holds the only write lock from its start.
    """
    TreeVersion.objects.get_or_create(pk=1)
    return TreeVersion.objects.select_for_update().get(pk=1)


def next_number(tree: TreeVersion) -> int:
    """A unit number that was never given before; the caller holds the lock, and `count_change` keeps it."""
    highest = Unit.objects.aggregate(highest=Max("number"))["highest"] or 0
    tree.last_number = max(tree.last_number, highest) + 1
    return tree.last_number


def count_change(tree: TreeVersion) -> None:
    """The tree has changed: whatever is derived from it is old now.

    The version grows by a random step: one that was seen in a transaction and then rolled back never comes again.
    """
    step = 1 + secrets.randbelow(1 << 20)
    TreeVersion.objects.filter(pk=tree.pk).update(version=F("version") + step, last_number=tree.last_number)
