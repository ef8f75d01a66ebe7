"""Where somebody looks at a roll-up: one period at one unit in her reach; and which periods she may look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from braid.kernel.access import AFTER_DESCENDANTS, scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import number_of, numbers_of
from braid.units.queries import unit_by_code
from braid.units.queries.history import had_units_below, path_at, paths_at, units_below_since
from braid.work.models import Field, Period, PeriodRule, ReportForm
from braid.work.rules import VIEW_WORK

from .asked import asks_below, asks_on_line, counts_below


@dataclass(frozen=True)
class Look:
    """A period as seen at one unit: `path` is where the unit stood when the period opened."""

    period: Period
    unit: Unit
    path: str


def look_for(person: Person, period: int, code: str) -> Look:
    """The period numbered `period` at the unit with `code`, if `person` sees the work there and below and the period asks
    something there; else `Http404`."""
    unit = unit_by_code(code)
    asking = periods().filter(pk=period).first()
    if unit is None or asking is None or not scope(person, VIEW_WORK).covers_below(unit.path):
        raise Http404
    path = path_at(unit, asking.opened_at)
    if not _asks_around(asking, unit, path):
        raise Http404
    return Look(asking, unit, path)


def top_look_for(person: Person, period: int) -> Look:
    """The highest unit at which `person` may look at the period numbered `period`; `Http404` when there is none."""
    asking = periods().filter(pk=period).first()
    if asking is None:
        raise Http404
    reach = scope(person, VIEW_WORK)
    if reach.covers_below(asking.unit_path):
        return Look(asking, asking.unit, path_at(asking.unit, asking.opened_at))
    for unit in Unit.objects.filter(path__in=reach.subtrees).order_by("path"):
        path = path_at(unit, asking.opened_at)
        if _asks_around(asking, unit, path):
            return Look(asking, unit, path)
    raise Http404


def periods_seen_by(
    person: Person, *, alone: bool = False, form: int | None = None, cursor: str = "", size: int = 25
) -> Page[Period]:
    """The periods that ask something where `person` sees the work and all below, newest first; with `alone` also where she
    sees that of one unit. `form` keeps those of one form."""
    rows = periods().defer("rollup__addressed").filter(_seen_by(person, alone=alone))
    return page_of(rows if form is None else rows.filter(form=form), order=("-pk",), cursor=cursor, size=size)


def forms_seen_by(person: Person, *, cursor: str = "", size: int = 25) -> Page[ReportForm]:
    """The forms of those periods, newest first."""
    asked = Period.objects.filter(_seen_by(person, alone=True)).values("form")
    rows = ReportForm.objects.filter(pk__in=asked).select_related("unit")
    return page_of(rows, order=("-pk",), cursor=cursor, size=size)


def period_for(person: Person, pk: int) -> Period:
    """The period numbered `pk` if it asks something where `person` sees the work; else `Http404`."""
    found = periods().filter(_seen_by(person, alone=True), pk=pk).first()
    if found is None:
        raise Http404
    return found


def _seen_by(person: Person, *, alone: bool) -> Q:
    reach = scope(person, VIEW_WORK)
    tops = [top for top in reach.subtrees if top]
    found = asks_on_line(PeriodRule.objects.all(), "period", [*tops, *(reach.units if alone else ())])
    if had_units_below(tops):  # most people lead a single unit, and every period would be looked at for nothing
        found |= asks_below(map(number_of, tops))
    for top in reach.subtrees:
        found |= Q(unit_path__gte=top, unit_path__lt=top + AFTER_DESCENDANTS)
    return found


def periods() -> QuerySet[Period]:
    """Periods with their form, unit, version and roll-up."""
    return Period.objects.select_related("form", "unit", "version", "rollup")


def fields_asked(period: Period) -> list[Field]:
    """What a period asks, in order."""
    return list(period.version.fields.order_by("place"))


def units_right_below(period: Period, paths: Iterable[str]) -> dict[str, Unit]:
    """By path, the units that stood right below one of `paths` when `period` opened, in the order of the tree. At most two
    queries."""
    above = set(paths)
    units = units_below_since(above, period.opened_at)
    then = paths_at(units, period.opened_at)
    return {
        then[unit.pk]: unit for unit in sorted(units, key=lambda unit: then[unit.pk]) if then[unit.pk][:-STEP] in above
    }


def _asks_around(period: Period, unit: Unit, path: str) -> bool:
    """Whether `period` asks units below `unit`, or may ask those at, below or right above it: one of its rules hangs there."""
    line = numbers_of(path)
    return any(
        rule.unit_id in line or rule.unit.path.startswith(unit.path) for rule in period.audience.select_related("unit")
    ) or counts_below(period.rollup, [unit.pk])
