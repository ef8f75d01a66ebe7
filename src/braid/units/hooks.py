"""Where higher floors join in when the tree changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from braid.kernel.access import OPERATOR, Actor

from .models import OwnedByUnit, Unit

owned_models: list[type[OwnedByUnit]] = []
"""Models whose `unit_path` follows a move. An app adds its own in `ready()`."""

before_move: list[Callable[[Unit, datetime], None]] = []
"""Called in the transaction of a move or merge, while the paths are still the old ones."""

preview_lines: list[Callable[[Unit, Unit | None], list[str]]] = []
"""Called with (unit, new parent): sentences for the preview, such as how many grants change reach."""

before_merge: list[Callable[[Unit, Unit, datetime], None]] = []
"""Called with (unit, survivor, at) in the transaction of a merge, when the units below went to the survivor already and
before the unit closes: a floor above hands over what it keeps for the unit."""


def _operator(number: int | None) -> Actor:
    if number is not None:
        raise LookupError("no floor above says who is who")
    return OPERATOR


actor_of: list[Callable[[int | None], Actor]] = [_operator]
"""Who a kept `by_number` is, first entry; the floor that knows people puts its own in front."""
