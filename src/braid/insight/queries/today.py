"""What waits for a person, from all strands, sorted by when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf

from django.utils import timezone

from braid.insight import hooks
from braid.insight.hooks import Hint, Waiting
from braid.people.models import Person

SOON = timedelta(days=7)
MOST_HINTS = 3


@dataclass(frozen=True)
class Today:
    """What waits: late, due within a week, and the rest by date and newest; and first steps not taken yet."""

    late: tuple[Waiting, ...]
    soon: tuple[Waiting, ...]
    rest: tuple[Waiting, ...]
    hints: tuple[Hint, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.soon or self.rest)


def today_for(person: Person, *, at: datetime) -> Today:
    """Ask every app what waits for `person` at `at`."""
    on = timezone.localdate(at)
    waiting = sorted((item for source in hooks.today_sources for item in source(person, at)), key=_order)
    hints = [hint for source in hooks.first_steps for hint in source(person, at)]
    return Today(
        late=tuple(item for item in waiting if item.due_on and item.due_on < on),
        soon=tuple(item for item in waiting if item.due_on and on <= item.due_on <= on + SOON),
        rest=tuple(item for item in waiting if not item.due_on or item.due_on > on + SOON),
        hints=tuple(hints[:MOST_HINTS]),
    )


def _order(item: Waiting) -> tuple[date, float]:
    """The nearest date first; what has none comes last, newest first. What says no moment waits now: it is the newest."""
    return item.due_on or date.max, -item.since.timestamp() if item.since else -inf
