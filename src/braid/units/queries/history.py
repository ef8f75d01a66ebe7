"""The tree as it was: old paths and codes, and the whole tree of a past day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from braid.kernel.access import AFTER_DESCENDANTS, EVERYWHERE, Scope
from braid.kernel.prepared import one_of, prepared
from braid.units.enums import STEP, UnitStatus
from braid.units.models import Placement, Unit
from braid.units.paths import number_of

MOST_MERGERS = 50


class UnitThen(NamedTuple):
    """How a unit stood on a past day. Ordered by path: tree order of that day."""

    path: str
    number: int
    parent_number: int | None
    level: int
    code: str
    name: str


def unit_at_path(path: str) -> Unit | None:
    """The unit that stands, or once stood, at `path`."""
    try:
        unit = Unit.objects.filter(pk=number_of(path)).first()
    except ValueError:
        return None
    if unit and (unit.path == path or Placement.objects.filter(path=path, unit=unit).exists()):
        return unit
    return None


def unit_by_code(code: str, *, on: date | None = None) -> Unit | None:
    """The unit with this code, or that once had it; if it was merged, the survivor.

    With `on` first of all the unit that had it at the end of that day, whatever became of it.
    """
    if not code.isprintable():  # PostgreSQL refuses to look for some of it
        return None
    if on and (then := next(_then(on, Q(code=code), Q(code=code)), None)):
        return Unit.objects.get(pk=then.number)
    with prepared():  # every page begins with it
        unit = next(iter(Unit.objects.raw("SELECT * FROM units_unit WHERE code = %s", [code])), None)
    if unit is None:
        former = Placement.objects.filter(code=code).order_by("-until", "-pk").select_related("unit").first()
        unit = former.unit if former else None
    return _survivor(unit) if unit else None


def _survivor(unit: Unit) -> Unit:
    for _merger in range(MOST_MERGERS):
        if unit.merged_into_id is None:
            break
        unit = Unit.objects.get(pk=unit.merged_into_id)
    return unit


def path_at(unit: Unit, moment: datetime) -> str:
    """Where `unit` stood at `moment`; where it stands now when it was not there yet."""
    return paths_at([unit], moment)[unit.pk]


def paths_at(units: Sequence[Unit], moment: datetime) -> dict[int, str]:
    """The same for many, by number. One query where one of them was moved since."""
    found: dict[int, str] = {unit.pk: unit.path for unit in units}
    moved = [unit.pk for unit in units if unit.placed_at is not None and unit.placed_at > moment]
    if moved:
        later = Placement.objects.filter(unit__in=moved, until__gt=moment).order_by("-until", "-pk")
        found |= dict(later.values_list("unit_id", "path"))
    return found


def had_units_below(paths: Iterable[str]) -> bool:
    """Whether units stand below one of the units at `paths`, or stood below it before, wherever it was. At most three queries."""
    places = set(paths)
    if not places or Unit.objects.filter(_below(places)).exists():
        return bool(places)
    places |= set(Placement.objects.filter(unit__in=map(number_of, places)).values_list("path", flat=True))
    return Placement.objects.filter(_below(places)).exists()


def _below(places: Iterable[str]) -> Q:
    condition = Q(pk__in=())
    for place in places:
        condition |= Q(path__gt=place, path__lt=place + AFTER_DESCENDANTS)
    return condition


def units_below_since(paths: Iterable[str], moment: datetime) -> list[Unit]:
    """The units that stand right below one of `paths`, or stood there at some time after `moment`; in no order. One query; by
    hand, as every table of work begins with it and composing it takes longer than the database does."""
    above = list(paths)
    if not above:
        return []
    then = " OR ".join(["LENGTH(path) = %s AND path > %s AND path < %s"] * len(above))
    is_below, parents = one_of("parent_id", [number_of(path) for path in above])
    places = chain.from_iterable((len(path) + STEP, path, path + AFTER_DESCENDANTS) for path in above)
    since = connection.ops.adapt_datetimefield_value(moment)
    with prepared():
        sql = _BELOW_SINCE_SQL.format(is_below=is_below, then=then)
        return list(Unit.objects.raw(sql, [*parents, *parents, since, *places]))


_BELOW_SINCE_SQL = """
    SELECT * FROM units_unit WHERE {is_below}
    UNION ALL SELECT * FROM units_unit WHERE (parent_id IS NULL OR NOT {is_below}) AND number IN (
        SELECT unit_id FROM units_placement WHERE until > %s AND ({then})
    )
"""


def unit_as_of(unit: Unit, on: date) -> UnitThen | None:
    """How the unit stood at the end of the day `on`; None if it was closed or not there yet."""
    return next(_then(on, Q(unit=unit.pk), Q(pk=unit.pk)), None)


def codes_at(on: date, numbers: Iterable[int]) -> dict[int, str]:
    """The codes that the units had at the end of the day `on`, by number; without those that were not there."""
    known = list(numbers)
    return {then.number: then.code for then in _then(on, Q(unit__in=known), Q(pk__in=known))}


def tree_at(on: date, *, path: str = "", scope: Scope = EVERYWHERE) -> Iterator[UnitThen]:
    """The units that were active at the end of the day `on`, in the tree order of that day, read as they are asked for.

    `path`: only the subtree that stood there then (its own path as of `on`); the whole tree without it. `scope`: only units
    that stand within it today. One query, however many units there are.
    """
    inside = Q(path__gte=path, path__lt=path + AFTER_DESCENDANTS)
    return _then(on, inside & scope.where("unit__path"), inside & scope.where("path"))


def _then(on: date, of_placements: Q, of_units: Q) -> Iterator[UnitThen]:
    """Per unit its state before the first change after `on`, or as it is now if there was none; in tree order."""
    later = Placement.objects.filter(unit=OuterRef("unit"), until_on__gt=on)
    earlier_one = later.filter(Q(until__lt=OuterRef("until")) | Q(until=OuterRef("until"), pk__lt=OuterRef("pk")))
    there = Q(unit__opened_on=None) | Q(unit__opened_on__lte=on)
    past = Placement.objects.filter(of_placements, there, until_on__gt=on, status=UnitStatus.ACTIVE)
    changed_since = Placement.objects.filter(unit=OuterRef("pk"), until_on__gt=on)
    present = Unit.objects.active().filter(of_units, Q(opened_on=None) | Q(opened_on__lte=on))
    rows = past.exclude(Exists(earlier_one)).values_list("path", "unit_id", "parent_number", "level", "code", "name")
    unchanged = present.exclude(Exists(changed_since)).values_list("path", "pk", "parent_id", "level", "code", "name")
    return map(UnitThen._make, rows.union(unchanged, all=True).order_by("path").iterator(chunk_size=10_000))
