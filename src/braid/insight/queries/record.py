"""A unit's record: what the journal counted of it lately, day by day, itself and all below it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import Substr

from braid.insight import hooks
from braid.insight.enums import RECORD_DAYS
from braid.insight.hooks import Counted
from braid.journal.models import Pending, Tally
from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.models import Unit
from braid.units.paths import number_of

CHART_HEIGHT, CHART_WIDTH = 40, 240
"""In pixels."""
BAR = 0.75
"""How much of its day a bar is wide."""


@dataclass(frozen=True)
class Day:
    """What one day counted, and the bar that stands for it, as SVG attributes."""

    on: date
    amount: int
    x: float
    y: int
    height: int


@dataclass(frozen=True)
class Series:
    """One kind of happening over the days of the record. `total` is None where nothing was ever counted in them."""

    line: Counted
    total: int | None
    days: tuple[Day, ...]
    width: float
    """How wide the bar of a day is."""


def days_of_weeks(weeks: int, *, on: date) -> int:
    """How many days the last `weeks` weeks are, that of `on` with them: they begin on Mondays."""
    return 7 * (weeks - 1) + on.weekday() + 1


def record_of(unit: Unit, *, on: date, days: int = RECORD_DAYS) -> list[Series]:
    """Every kind the apps show, over `days` days up to `on`, for the unit and all below it. Two queries."""
    since = on - timedelta(days=days - 1)
    amounts: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    tallied = Tally.objects.filter(unit_number=unit.number, day__range=(since, on))
    pending = Pending.objects.filter(
        unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS, day__range=(since, on)
    )
    for kind, day, amount in tallied.values_list("kind", "day", "amount"):
        amounts[kind][day] += amount
    for kind, day, amount in pending.values_list("kind", "day").annotate(amount=Sum("amount")).order_by():
        amounts[kind][day] += amount
    return [_series(line, amounts.get(line.kind), since, days) for line in hooks.record_lines]


def _series(line: Counted, amounts: dict[date, int] | None, since: date, number: int) -> Series:
    by_day = [(since + timedelta(days=n)) for n in range(number)]
    counts = [(amounts or {}).get(day, 0) for day in by_day]
    highest = max(*counts, 1)
    days = []
    for place, (day, count) in enumerate(zip(by_day, counts, strict=True)):
        height = max(round(max(count, 0) * CHART_HEIGHT / highest), 1 if count > 0 else 0)
        x = round(place * CHART_WIDTH / number, 1)
        days.append(Day(day, count, x, CHART_HEIGHT - height, height))
    return Series(line, sum(counts) if amounts else None, tuple(days), round(BAR * CHART_WIDTH / number, 1))


def totals_below(
    unit: Unit, kind: str, children: list[Unit], *, on: date, days: int = RECORD_DAYS
) -> list[tuple[Unit, int | None]]:
    """How much of `kind` each of the `children` counted over those days, all below them included. Two queries."""
    since = on - timedelta(days=days - 1)
    totals: dict[int, int] = dict(
        Tally.objects.filter(unit_number__in=[child.pk for child in children], kind=kind, day__range=(since, on))
        .values_list("unit_number")
        .annotate(amount=Sum("amount"))
        .order_by()
    )
    pending = Pending.objects.filter(
        unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS, kind=kind, day__range=(since, on)
    )
    for length in {len(child.path) for child in children}:
        rows = pending.values_list(Substr("unit_path", 1, length)).annotate(amount=Sum("amount")).order_by()
        for path, amount in rows:
            number = number_of(path)
            totals[number] = totals.get(number, 0) + amount
    return [(child, totals.get(child.pk)) for child in children]
