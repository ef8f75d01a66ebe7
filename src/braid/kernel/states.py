"""States: a flow declares which moves exist, and moves a row only from the state that was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import WrongState

FLOWS: dict[str, Flow] = {}
"""Every flow by name, for the diagrams of `braid flows`."""


class Flow:
    """The moves a model's state may make: `{state: [states that may follow]}`; the first key is where a row begins."""

    def __init__(self, name: str, moves: Mapping[str, Iterable[str]], *, field: str = "state") -> None:
        self.name = name
        self.field = field
        self.moves = {str(state): tuple(map(str, after)) for state, after in moves.items()}
        unknown = {state for after in self.moves.values() for state in after} - set(self.moves)
        if unknown:
            raise ValueError(f"flow {name}: moves to undeclared states {sorted(unknown)}")
        FLOWS[name] = self

    def can_move(self, state: str, to: str) -> bool:
        """Whether a row in `state` may move to `to`."""
        return str(to) in self.moves[str(state)]

    def move(self, row: models.Model, to: str, **fields: Any) -> None:
        """Move `row` to state `to` and write `fields` with it, on condition that the row still is as it was read.

        Raises `WrongState` when the flow has no such move or somebody else moved the row first.
        """
        seen = str(getattr(row, self.field))
        if not self.can_move(seen, to):
            raise WrongState(_("This cannot be done any more: it is “%(state)s” now.") % {"state": self._words(row)})
        values = {self.field: str(to), **fields}
        moved = type(row)._default_manager.filter(pk=row.pk, **{self.field: seen}).update(**values)
        if not moved:
            raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
        for name, value in values.items():
            setattr(row, name, value)

    def _words(self, row: models.Model) -> str:
        display = getattr(row, f"get_{self.field}_display", None)
        return str(display() if display else getattr(row, self.field))
