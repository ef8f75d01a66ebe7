"""How long forms and directives really took, by what those who did them said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from braid.units.models import Unit
from braid.work.enums import FEWEST_SAID, DirectiveState, ReportFormState
from braid.work.likeness import ALIKE, likeness
from braid.work.models import Directive, ReportForm, TimeSaid


@dataclass(frozen=True)
class Took:
    """The middle of what `count` units said, in minutes."""

    minutes: int
    count: int


def took_of(thing: Directive | ReportForm) -> Took | None:
    """How long `thing` took in the middle; None while fewer than `FEWEST_SAID` have said it. One query."""
    return took_each([thing]).get(thing.pk)


def took_each(things: Iterable[Directive | ReportForm]) -> dict[int, Took]:
    """The same for many of one kind, by number; without those of which too few have said it. One query."""
    things = list(things)
    if not things:
        return {}
    link = "form" if isinstance(things[0], ReportForm) else "directive"
    rows = TimeSaid.objects.filter(**{f"{link}__in": things}).values_list(f"{link}_id", "minutes")
    said: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, minutes, count in rows.annotate(n=Sum("count")).order_by(f"{link}_id", "minutes"):
        if count > 0:
            said[pk][minutes] = count
    return {pk: took for pk, counts in said.items() if (took := middle_of(counts))}


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
    own = thing.title.values() if isinstance(thing, ReportForm) else [text.title for text in thing.texts]
    return any(likeness(each, title) >= ALIKE for each in own for title in titles)


def middle_of(counts: dict[int, int]) -> Took | None:
    """The median of `counts` (how many said each number of minutes); of two in the middle the lower one."""
    whole = sum(counts.values())
    if whole < FEWEST_SAID:
        return None
    seen = 0
    for minutes in sorted(counts):
        seen += counts[minutes]
        if 2 * seen >= whole:
            return Took(minutes, whole)
    raise AssertionError("the counts add up to their sum")
