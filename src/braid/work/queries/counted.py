"""What the journal counted for the bound questions of a period, and the entries behind a count.

A count covers the unit with all below it, on the days of the period; where units below it are asked too it is the unit's own
only, so that nothing counts twice on the way up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from braid.contact.models import AudienceRule
from braid.journal.models import Entry, Pending, Tally
from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import Page, page_of
from braid.units.models import Placement, Unit
from braid.units.paths import numbers_of
from braid.work.bindings import binding_of
from braid.work.models import Field, Period

from .asked import is_meant

ENTRY_ORDER = ("unit_path", "day", "pk")

Totals = dict[int, dict[str, int]]
"""By number of a unit and kind."""


@dataclass(frozen=True)
class Count:
    """What the journal counted for one question: `value` is None where it is too small to be shown."""

    key: str
    kind: str
    value: int | None
    is_own_only: bool


def counts_for(period: Period, unit: Unit, fields: Iterable[Field] | None = None) -> dict[str, Count]:
    """By key of a bound question what the journal counted for `unit`; a kind that no app offers any more is left out. At most
    four queries, none without such questions."""
    return counts_for_all(period, [unit], fields)[unit.pk]


def counts_for_all(
    period: Period, units: Sequence[Unit], fields: Iterable[Field] | None = None
) -> dict[int, dict[str, Count]]:
    """The same for many units, by number, in as many queries as for one."""
    asked = period.version.fields.all() if fields is None else fields
    bound = {field.key: field.bound_to for field in asked if binding_of(field.bound_to)}
    if not bound:
        return {unit.pk: {} for unit in units}
    inner, kinds = _with_asked_below(period, units), set(bound.values())
    totals = _own_totals([unit for unit in units if unit.pk in inner], period, kinds)
    totals |= _totals([unit for unit in units if unit.pk not in inner], period, kinds)
    return {
        unit.pk: {
            key: Count(key, kind, _shown(kind, totals[unit.pk][kind]), unit.pk in inner) for key, kind in bound.items()
        }
        for unit in units
    }


def entries_for(period: Period, unit: Unit, count: Count, *, cursor: str = "", size: int = 50) -> Page[Entry]:
    """A page of the entries that `count` of `unit` counts. A count that is not shown has none."""
    rows = _entries(period).filter(kind=count.kind)
    if count.value is None:
        rows = rows.none()
    elif count.is_own_only:
        rows = rows.filter(unit_path__in=_places([unit])[unit.pk])
    else:
        inside = Q()
        for path in _places([unit])[unit.pk]:
            inside |= Q(unit_path__gte=path, unit_path__lt=path + AFTER_DESCENDANTS)
        rows = rows.filter(inside)
    return page_of(rows.select_related("unit"), order=ENTRY_ORDER, cursor=cursor, size=size)


def _entries(period: Period) -> QuerySet[Entry]:
    return Entry.objects.filter(day__range=(period.first_on, period.last_on))


def _totals(units: Sequence[Unit], period: Period, kinds: set[str]) -> Totals:
    """What happened at each unit and below: tallies, and what is not folded yet. Two queries."""
    found: Totals = {unit.pk: defaultdict(int) for unit in units}
    if not units:
        return found
    days = (period.first_on, period.last_on)
    tallied = Tally.objects.filter(unit_number__in=list(found), kind__in=kinds, day__range=days)
    for number, kind, amount in _summed(tallied, "unit_number"):
        found[number][kind] += amount
    paths = sorted(unit.path for unit in units)
    pending = Pending.objects.filter(unit_path__gte=paths[0], unit_path__lt=paths[-1] + AFTER_DESCENDANTS)
    for path, kind, amount in _summed(pending.filter(kind__in=kinds, day__range=days), "unit_path"):
        for number in found.keys() & set(numbers_of(path)):
            found[number][kind] += amount
    return found


def _summed(rows: QuerySet[Any], by: str) -> Iterable[tuple[Any, str, int]]:
    return list(rows.order_by().values_list(by, "kind").annotate(sum=Sum("amount")))


def _shown(kind: str, value: int) -> int | None:
    binding = binding_of(kind)
    return None if binding is None or 0 < value < binding.fewest else value


def _with_asked_below(period: Period, units: Sequence[Unit]) -> set[int]:
    """Those of `units` (their numbers) that have units below them which are asked too."""
    numbers = [unit.pk for unit in units]
    if period.rollup.frozen_at is not None:
        totals = period.rollup.totals.filter(unit_number__in=numbers, expected__gt=0)
        return set(totals.values_list("unit_number", flat=True))
    rules = list(period.audience.all())  # in the first second of a period nobody has counted them yet
    return {unit.pk for unit in units if _asks_below(rules, unit)}


def _asks_below(rules: Sequence[AudienceRule], unit: Unit) -> bool:
    below = Unit.objects.shown().subtree(unit.path).exclude(pk=unit.pk).order_by("path")
    return any(is_meant(rules, each, each.path) for each in below.iterator(chunk_size=200))


def _own_totals(units: Sequence[Unit], period: Period, kinds: set[str]) -> Totals:
    """What happened at each unit itself. Two queries."""
    found: Totals = {unit.pk: defaultdict(int) for unit in units}
    if not units:
        return found
    places = _places(units)
    unit_at = {path: number for number, paths in places.items() for path in paths}
    for path, kind, amount in _summed(
        _entries(period).filter(kind__in=kinds, unit_path__in=list(unit_at)), "unit_path"
    ):
        found[unit_at[path]][kind] += amount
    return found


def _places(units: Sequence[Unit]) -> dict[int, list[str]]:
    """Where each unit stands, and stood before: what happened there counts for it. One query."""
    places = {unit.pk: [unit.path] for unit in units}
    for number, path in Placement.objects.filter(unit__in=list(places)).values_list("unit_id", "path"):
        if path not in places[number]:
            places[number].append(path)
    return places
