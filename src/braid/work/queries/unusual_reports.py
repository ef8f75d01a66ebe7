"""What is unlike usual in a whole subtree: each unit's own report beside its own earlier ones, in the order of the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import bad_cursor
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import number_of, numbers_of
from braid.work.enums import FieldKind, ReportState, RollUp
from braid.work.figures import in_thousands, places_of
from braid.work.models import Field, Report
from braid.work.unusual import unusual

from .looks import Look
from .tables import UnusualNumber, earlier_periods

LOOKED_AT = 5_000
"""Reports that one page looks through at most, however few of them are unusual."""


@dataclass(frozen=True)
class NumberAndRange(UnusualNumber):
    """A number of a report, with the range of the earlier ones."""

    @property
    def low(self) -> str:
        """The lowest of the earlier ones."""
        return in_thousands(self.what.low, places_of(self.field))

    @property
    def high(self) -> str:
        """The highest of them."""
        return in_thousands(self.what.high, places_of(self.field))


@dataclass(frozen=True)
class UnusualReport:
    """A unit whose report holds such numbers, and the units between it and the one looked at, highest first."""

    unit: Unit
    above: Sequence[Unit]
    numbers: Sequence[NumberAndRange]


@dataclass(frozen=True)
class UnusualPage:
    """A page of them. It can hold few, or none, where many reports had to be looked through: `looked_at` says how many."""

    rows: Sequence[UnusualReport]
    next_cursor: str
    looked_at: int


def unusual_below(look: Look, fields: Iterable[Field], *, cursor: str = "", size: int = 50) -> UnusualPage:
    """Units at and below a look whose own report has numbers far from those of the last periods, after the path `cursor`.

    Four queries, however many units there are. Raises `BadInput` for a damaged cursor.
    """
    if cursor and (not cursor.isalnum() or not cursor.isascii() or len(cursor) % STEP):
        raise bad_cursor()
    numbers = [field for field in fields if field.kind == FieldKind.NUMBER]
    rows = Report.objects.filter(period=look.period, counted_path__lt=look.path + AFTER_DESCENDANTS)
    rows = rows.filter(**({"counted_path__gt": cursor} if cursor > look.path else {"counted_path__gte": look.path}))
    part = list(
        _filed(rows).order_by("counted_path").values_list("counted_path", "unit_id", "measures")[: LOOKED_AT + 1]
    )
    looked, earlier = part[:LOOKED_AT], _earlier(look, [unit for _path, unit, _measures in part])
    found = {path: unlike for path, unit, measures in looked if (unlike := _unlike(numbers, measures, earlier[unit]))}
    shown = sorted(found)[:size]
    if len(found) > size:
        return UnusualPage(_rows(look, shown, found), shown[-1], 1 + [row[0] for row in looked].index(shown[-1]))
    return UnusualPage(_rows(look, shown, found), looked[-1][0] if len(part) > LOOKED_AT else "", len(looked))


def _filed(rows: QuerySet[Report]) -> QuerySet[Report]:
    return rows.exclude(state=ReportState.DRAFT)


def _earlier(look: Look, units: Collection[int]) -> Mapping[int, list[Mapping[str, int]]]:
    """By number of a unit, what it reported in the last periods of the form."""
    found: dict[int, list[Mapping[str, int]]] = defaultdict(list)
    rows = Report.objects.filter(period__in=earlier_periods(look.period), unit__in=units)
    for unit, measures in _filed(rows).values_list("unit_id", "measures"):
        found[unit].append(measures)
    return found


def _unlike(
    fields: Iterable[Field], measures: Mapping[str, int], earlier: Sequence[Mapping[str, int]]
) -> list[NumberAndRange]:
    found = []
    for field in fields:
        times = 100 if field.roll_up == RollUp.MEAN else 1  # a mean has two places more
        before = [times * each[field.key] for each in earlier if field.key in each]
        value = measures.get(field.key)
        what = None if value is None else unusual(times * value, before, whole=10 ** places_of(field))
        if what:
            found.append(NumberAndRange(field, what))
    return found


def _rows(look: Look, paths: Sequence[str], found: Mapping[str, list[NumberAndRange]]) -> list[UnusualReport]:
    top = len(numbers_of(look.path))
    units = Unit.objects.in_bulk({number for path in paths for number in numbers_of(path)[top - 1 :]})
    return [
        UnusualReport(
            units[number_of(path)],
            [units[number] for number in numbers_of(path)[top:-1] if not units[number].is_placeholder],
            found[path],
        )
        for path in paths
    ]
