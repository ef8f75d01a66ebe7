"""Units and small trees."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import transaction

from braid.units.locking import count_change, lock_tree
from braid.units.models import Unit
from braid.units.paths import step_of

_codes = count(1)


@transaction.atomic
def unit(parent: Unit | None = None, **fields: Any) -> Unit:
    """One unit below `parent` (none: the root), written as rows, without events; the tree's version counts it."""
    count_change(lock_tree())
    code = fields.pop("code", None) or f"T{next(_codes)}"
    number = (
        fields.pop("number", None)
        or (Unit.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    )
    depth = parent.depth + 1 if parent else 0
    return Unit.objects.create(
        number=number,
        path=(parent.path if parent else "") + step_of(number),
        parent=parent,
        depth=depth,
        level=fields.pop("level", depth + 1),
        code=code,
        name=fields.pop("name", f"Unit {code}"),
        **fields,
    )


def tree(shape: dict[str, Any], parent: Unit | None = None) -> dict[str, Unit]:
    """Units from nested names, by name: `tree({"nation": {"province": {"county": {}}}})`."""
    made: dict[str, Unit] = {}
    for name, below in shape.items():
        made[name] = unit(parent, name=name, code=name)
        made.update(tree(below, made[name]))
    return made
