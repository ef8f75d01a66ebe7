"""When something last happened, and how much of what happened lately: read from the journal's tallies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Max
from django.db.models.functions import Substr

from braid.insight.enums import ACTIVITY_DAYS
from braid.journal.models import Entry, Pending, Tally
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import number_of


def last_days(units: Iterable[Unit], *, on: date) -> dict[int, date]:
    """By unit number, the last day with anything in the journal in the subtree of each unit. Two queries.

    Units whose last day lies further back than `ACTIVITY_DAYS` before `on` are left out.
    """
    since = on - timedelta(days=ACTIVITY_DAYS)
    known = {unit.number: unit for unit in units}
    found = dict(
        Tally.objects.filter(unit_number__in=list(known), day__gte=since)
        .values_list("unit_number")
        .annotate(last=Max("day"))
        .order_by()
    )
    for path, day in _pending_days({len(unit.path) for unit in known.values()}, since):
        for length in {len(unit.path) for unit in known.values()}:
            number = number_of(path[:length])
            if number in known and path[:length] == known[number].path and day > found.get(number, date.min):
                found[number] = day
    return found


def _pending_days(lengths: set[int], since: date) -> Iterable[tuple[str, date]]:
    """What is not folded yet is little, whatever the tree's size: (path cut to the longest of `lengths`, last day)."""
    longest = max(lengths, default=STEP)
    return (
        Pending.objects.filter(day__gte=since)
        .values_list(Substr("unit_path", 1, longest))
        .annotate(last=Max("day"))
        .order_by()
    )


def own_last_day(unit: Unit, *, on: date) -> date | None:
    """The last day with an entry at the unit itself, wherever below it anything else happened."""
    since = on - timedelta(days=ACTIVITY_DAYS)
    last: date | None = Entry.objects.filter(unit_path=unit.path, day__gte=since).aggregate(last=Max("day"))["last"]
    return last
