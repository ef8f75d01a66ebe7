"""How long forms and directives really took, by what those who did them said, and how many minutes of each count therefore."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from braid.units.models import Unit
from braid.work.enums import FEWEST_SAID, MOST_MINUTES, DirectiveState, ReportFormState
from braid.work.likeness import ALIKE, likeness
from braid.work.models import Directive, ReportForm, TimeSaid


@dataclass(frozen=True)
class Took:
    """The middle of what `count` units said, in minutes."""

    minutes: int
    count: int

    @property
    def is_longest(self) -> bool:
        """Whether it is `MOST_MINUTES`, which all longer times are counted as."""
        return self.minutes == MOST_MINUTES


def took_of(thing: Directive | ReportForm) -> Took | None:
    """How long `thing` took in the middle; None while fewer than `FEWEST_SAID` have said it. One query."""
    return took_each([thing]).get(thing.pk)


def took_each(things: Iterable[Directive | ReportForm]) -> dict[int, Took]:
    """The same for many of one kind, by number; without those of which too few have said it. One query."""
    things = list(things)
    return took_by_number("form" if isinstance(things[0], ReportForm) else "directive", things) if things else {}


def took_by_number(link: str, things: Iterable[Directive | ReportForm | int]) -> dict[int, Took]:
    """The same for rows or numbers of what `link` says: `form` or `directive`. One query."""
    rows = TimeSaid.objects.filter(**{f"{link}__in": list(things)}).order_by()
    return middles_of(list(rows.values_list(f"{link}_id", "minutes", "count")))


def middles_of(rows: Sequence[tuple[int, int, int]]) -> dict[int, Took]:
    """The median of what was said of each thing, all in one pass; of two in the middle the lower one. `rows` say of a number of a
    thing and so many minutes how many said it: in parts that may come more than once, and take some away."""
    if not rows:
        return {}
    things, minutes, counts = np.array(rows, dtype=np.int64).T
    sorts, where = np.unique(things * SLOTS + minutes, return_inverse=True)
    said = np.bincount(where, weights=counts).astype(np.int64)
    first = np.flatnonzero(np.diff(sorts // SLOTS, prepend=-1))
    until, whole = np.cumsum(said), np.add.reduceat(said, first)
    middle = np.searchsorted(until, until[first] - said[first] + (whole + 1) // 2)
    found = zip(sorts[first] // SLOTS, sorts[middle] % SLOTS, whole, strict=True)
    return {int(pk): Took(int(took), int(count)) for pk, took, count in found if count >= FEWEST_SAID}


SLOTS = MOST_MINUTES + 1
"""Of each thing there is a slot for each number of minutes."""


def minutes_counted(estimate: int, learned: int | None, took: Took | None) -> int:
    """How many minutes of a thing count: what its own units say, else what was `learned` from the last one, else its author's
    `estimate`. Longer than `MOST_MINUTES` nothing is said to take, so there the estimate holds if it is higher."""
    if took is None:
        return learned or estimate
    return max(took.minutes, estimate) if took.is_longest else took.minutes


def minutes_of_thing(thing: Directive | ReportForm, *, estimate: int | None = None) -> int:
    """How many minutes `thing` counts for each unit, once; `estimate`: were its author's another one. Five queries at most."""
    given = thing.minutes if estimate is None else estimate
    if thing.state in (DirectiveState.DRAFT, ReportFormState.DRAFT):
        return learned_for(thing) or given
    return minutes_counted(given, thing.learned_minutes, took_of(thing))


def counts_more(thing: Directive | ReportForm, estimate: int) -> bool:
    """Whether `thing` would count for more minutes if its author's `estimate` were this one. Two queries."""
    return minutes_of_thing(thing, estimate=estimate) > minutes_of_thing(thing)


def learned_for(thing: Directive | ReportForm) -> int | None:
    """What a draft counts for, if something of its unit with a title like its own went before it. Four queries at most."""
    took = took_before(thing.unit, *_titles(thing))
    return minutes_counted(thing.minutes, None, took) if took else None


def took_before(unit: Unit, *titles: str) -> Took | None:
    """How long the last thing took that `unit` asked under a title like one of `titles`: offered to whoever writes the next one.

    At most four queries.
    """
    directives = Directive.objects.filter(unit=unit).exclude(state=DirectiveState.DRAFT).order_by("-pk")[:LOOKED_AT]
    forms = ReportForm.objects.filter(unit=unit).exclude(state=ReportFormState.DRAFT).order_by("-pk")[:LOOKED_AT]
    for things in (list(directives), list(forms)):
        alike = [thing for thing in things if _is_alike(thing, titles)]
        took = took_each(alike)
        for thing in alike:
            if thing.pk in took:
                return took[thing.pk]
    return None


LOOKED_AT = 50


def _is_alike(thing: Directive | ReportForm, titles: Iterable[str]) -> bool:
    return any(likeness(each, title) >= ALIKE for each in _titles(thing) for title in titles)


def _titles(thing: Directive | ReportForm) -> list[str]:
    return list(thing.title.values()) if isinstance(thing, ReportForm) else [text.title for text in thing.texts]
