"""The head's page: what is alive, late, waiting and vacant in a subtree, and three small series. Nobody fills anything in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from braid.insight import hooks
from braid.insight.enums import BEHIND_PER_PAGE, HEAD_WEEKS, MOST_COUNTED, ROWS_PER_PAGE
from braid.insight.hooks import Below, HeadFigure, HeadGroup, HeadSeries, RowsBehind, WaitingBelow
from braid.journal.models import Pending, Tally
from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit

from .branches import Branches

CHART_HEIGHT, BAR = 40, 20
"""Pixels a series is tall, and a week wide."""


@dataclass(frozen=True)
class Week:
    """What one week counted, and the bar that stands for it, as SVG attributes."""

    monday: date
    amount: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Weeks:
    """One series: its weeks, the oldest first. `total` is None where nothing was ever counted in them."""

    series: HeadSeries
    weeks: tuple[Week, ...]
    total: int | None


@dataclass(frozen=True)
class Head:
    """The page."""

    figures: dict[HeadGroup, tuple[HeadFigure, ...]]
    series: tuple[Weeks, ...]

    @property
    def by_week(self) -> list[tuple[date, list[int]]]:
        """The numbers of all series as rows of a table: the Monday of a week, and what each series counted in it."""
        weeks = zip(*(each.weeks for each in self.series), strict=True)
        return [(of_week[0].monday, [week.amount for week in of_week]) for of_week in weeks]


def head_of(branches: Branches) -> Head:
    """The page of the unit of `branches`. A fixed number of queries, whatever lies below."""
    figures: dict[HeadGroup, list[HeadFigure]] = {group: [] for group in HeadGroup}
    for source in hooks.head_figures:
        for figure in source(branches):
            figures[figure.group].append(figure)
    figures[HeadGroup.WAITING] += [_waiting(branches, each) for each in hooks.head_waiting]
    on = timezone.localdate(branches.at)
    return Head({group: tuple(each) for group, each in figures.items()}, tuple(_series(branches.unit, on)))


def waiting_below(
    person: Person, unit: Unit, name: str, *, cursor: str = ""
) -> tuple[WaitingBelow, Page[Any], list[Below]]:
    """What waits below `unit` of the kind `name`, the oldest first, as far as `person` may see it; `Http404` for another name."""
    kind = next((each for each in hooks.head_waiting if each.name == name), None)
    if kind is None:
        raise Http404
    page = page_of(kind.rows(person, unit), order=("pk",), cursor=cursor, size=ROWS_PER_PAGE)
    return kind, page, [kind.line(row) for row in page.rows]


def rows_behind(
    person: Person, unit: Unit, name: str, *, on: date, cursor: str = ""
) -> tuple[RowsBehind, Page[Any], list[Below]]:
    """The things behind the number `name`, that which is due first in front; `Http404` for another name, and for who may not see
    them."""
    kind = next((each for each in hooks.head_behind if each.name == name), None)
    if kind is None:
        raise Http404
    page = page_of(kind.rows(person, unit, on), order=("due_on", "pk"), cursor=cursor, size=BEHIND_PER_PAGE)
    return kind, page, kind.lines(page.rows, unit, on)


def _waiting(branches: Branches, kind: WaitingBelow) -> HeadFigure:
    """Counted up to `MOST_COUNTED`: beyond, the list says more than the number."""
    found = kind.rows(branches.person, branches.unit).order_by()[: MOST_COUNTED + 1].count()
    href = reverse("head_waiting", args=[branches.unit.code, kind.name])
    is_more = found > MOST_COUNTED
    return HeadFigure(HeadGroup.WAITING, kind.label, min(found, MOST_COUNTED), href, is_more=is_more)


def _series(unit: Unit, on: date) -> Iterable[Weeks]:
    monday = on - timedelta(days=on.weekday())
    first = monday - timedelta(weeks=HEAD_WEEKS - 1)
    kinds = [kind for series in hooks.head_series for kind in series.kinds]
    amounts = _amounts(unit, kinds, first, on)
    for series in hooks.head_series:
        by_week: dict[date, int] = defaultdict(int)
        is_known = False
        for kind in series.kinds:
            for day, amount in amounts.get(kind, {}).items():
                by_week[day - timedelta(days=day.weekday())] += amount
                is_known = True
        counts = [by_week[first + timedelta(weeks=place)] for place in range(HEAD_WEEKS)]
        yield Weeks(series, _bars(first, counts), sum(counts) if is_known else None)


def _amounts(unit: Unit, kinds: list[str], since: date, until: date) -> dict[str, dict[date, int]]:
    """By kind and day, what the journal counted in the subtree of `unit`: tallies and what is not folded yet. Two queries."""
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    tallied = Tally.objects.filter(unit_number=unit.number, kind__in=kinds, day__range=(since, until))
    below = {"unit_path__gte": unit.path, "unit_path__lt": unit.path + AFTER_DESCENDANTS}
    pending = Pending.objects.filter(kind__in=kinds, day__range=(since, until), **below)
    for kind, day, amount in tallied.values_list("kind", "day", "amount"):
        found[kind][day] += amount
    for kind, day, amount in pending.values_list("kind", "day").annotate(sum=Sum("amount")).order_by():
        found[kind][day] += amount
    return found


def _bars(first: date, counts: list[int]) -> tuple[Week, ...]:
    highest = max(*counts, 1)
    weeks = []
    for place, count in enumerate(counts):
        height = max(round(max(count, 0) * CHART_HEIGHT / highest), 1 if count > 0 else 0)
        weeks.append(Week(first + timedelta(weeks=place), count, place * BAR, CHART_HEIGHT - height, height))
    return tuple(weeks)
