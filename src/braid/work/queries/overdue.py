"""What is past due below a unit: directives not answered and reports not filed, together and one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from django.db.models import Count, Exists, F, FilteredRelation, IntegerField, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import SETTLED_HANDLINGS, DirectiveState
from braid.work.models import Change, Directive, DirectiveRule, Passing, Period, Rollup, Total

from .directives import units_addressed_by
from .earlier_days import late_early_among
from .handlings import counts_in
from .rollups import Part, parts_in

MOST_CHANGED = 100
"""Things with answers not folded yet that are looked at one by one for a number; for those beyond, their totals stand."""
MOST_EARLY = 25
"""Directives with an earlier day that are looked at for a number, or for one page: with more, it is too many to say."""

M = TypeVar("M", Directive, Period)


class Look(Protocol[M]):
    """How many units below `unit` are late with each of `rows`: `late_by_directive`, `late_by_period`."""

    def __call__(self, rows: Sequence[M], unit: Unit, *, on: date) -> dict[M, int | None]: ...


@dataclass(frozen=True)
class Overdue:
    """What is late together: how many answers of units (None: too many to say) to how many things; and the number of the one
    thing where it is only one."""

    answers: int | None
    things: int
    only: int | None


def overdue_directives(unit: Unit, *, on: date) -> Overdue:
    """How many answers to directives are late below `unit` on the day `on`, by the directive's own day or by an earlier one that
    a unit set on the way.

    Eleven queries, one for each 10,000 units with an earlier day, and one for each directive whose units are being counted.
    """
    rows = directives_late_below(unit, on=on)
    early = list(rows.filter(due_on__gte=on)[: MOST_EARLY + 1])
    late = late_by_directive(early, unit, on=on)
    return _together(rows.filter(due_on__lt=on), late, late_by_directive, unit, on=on)


def overdue_reports(unit: Unit, *, on: date) -> Overdue:
    """The same of reports, in periods that no directive asks for. Five queries."""
    return _together(periods_late_below(unit, on=on), {}, late_by_period, unit, on=on)


def directives_late_below(unit: Unit, *, on: date) -> QuerySet[Directive]:
    """The open directives that units below `unit` may be late with on the day `on`, those due first in front. Not all of them
    are, where answers are not folded yet, or where a day earlier than the directive's own is past for some."""
    rows = _with_silent(Directive.objects.filter(state=DirectiveState.SENT), unit, _SETTLED)
    rows = rows.filter(Q(due_on__lt=on) | Exists(_passed(unit, on=on)))
    return rows.select_related("unit").order_by("due_on", "pk")


def periods_late_below(unit: Unit, *, on: date) -> QuerySet[Period]:
    """The same of open periods that no directive asks for."""
    rows = _with_silent(Period.objects.filter(closed_at=None, directive=None, due_on__lt=on), unit, ["n"])
    return rows.select_related("unit", "form").order_by("due_on", "pk")


def late_by_directive(rows: Sequence[Directive], unit: Unit, *, on: date) -> dict[Directive, int | None]:
    """Those of the directives `rows` that units below `unit` are late with on the day `on`, and how many units; None: too many to
    say. Queries as in `overdue_directives`."""
    early = [one for one in rows if one.due_on >= on]
    parts = _parts([one for one in rows if one.due_on < on], unit)
    late: dict[int, int | None] = {pk: counts_in(part).late for pk, part in parts.items()}
    late |= dict.fromkeys(one.pk for one in early[MOST_EARLY:])
    late |= _late_early(early[:MOST_EARLY], unit, on=on)
    return {one: late[one.pk] for one in rows if late.get(one.pk, 0) != 0}


def late_by_period(rows: Sequence[Period], unit: Unit, *, on: date) -> dict[Period, int | None]:
    """The same of periods. Three queries."""
    parts = _parts(rows, unit)
    return {one: parts[one.pk].missing for one in rows if one.pk in parts and parts[one.pk].missing}


_SETTLED = [f"figures__{state.value}__0" for state in SETTLED_HANDLINGS]
"""Where the total of a directive says how many units have settled it: a figure begins with how many answers it is of."""
_LACKS = Q(silent__gt=0)
"""Whether answers are lacking by the total (`_with_silent`)."""
_CHANGED = Exists(Change.objects.filter(rollup=OuterRef("rollup")))
"""Whether answers are not folded yet, so that the total may be wrong."""


def _with_silent(rows: QuerySet[M], unit: Unit, answered: Iterable[str]) -> QuerySet[M]:
    """Those of the things `rows` that lack answers from below `unit`, or may, with how many by its total as `silent`; what is
    named in `answered` says there how many came."""
    part = FilteredRelation("rollup__totals", condition=Q(rollup__totals__unit_number=unit.pk))
    came = [Coalesce(Cast(F(f"part__filed__{each}"), IntegerField()), 0) for each in answered]
    rows = rows.alias(part=part).annotate(silent=F("part__expected") - sum(came[1:], came[0]))
    return rows.filter(_LACKS | Q(_CHANGED), part__expected__gt=0)


def _together(rows: QuerySet[M], others: Mapping[M, int | None], look: Look[M], unit: Unit, *, on: date) -> Overdue:
    """What is late of `rows`, by their totals and by a `look` at those whose totals may be wrong, and `others` known already."""
    changed = list(rows.filter(_CHANGED)[:MOST_CHANGED])
    late: dict[M, int | None] = {**look(changed, unit, on=on), **others}
    rest = rows.filter(_LACKS).exclude(pk__in=[one.pk for one in changed]).order_by()
    said: dict[str, Any] = rest.aggregate(answers=Sum("silent"), things=Count("pk"), first=Min("pk"))
    numbers = [said["answers"] or 0, *late.values()]
    known = [number for number in numbers if number is not None]
    things = [*([said["first"]] if said["things"] else []), *(one.pk for one in late)]
    number = said["things"] + len(late)
    return Overdue(sum(known) if len(known) == len(numbers) else None, number, things[0] if number == 1 else None)


def _parts(things: Sequence[M], unit: Unit) -> dict[int, Part]:
    """By number of each of `things`, what the units below `unit` answered, by where they stood when they were asked; without
    those that ask nobody there. Three queries."""
    rollups = Rollup.objects.defer("addressed").in_bulk([one.rollup_id for one in things])
    kept = Total.objects.filter(rollup__in=rollups, unit_number=unit.pk, expected__gt=0)
    paths = dict(kept.values_list("rollup_id", "path"))
    parts = parts_in([(rollups[number], [path]) for number, path in paths.items()])
    return {one.pk: parts[one.rollup_id][paths[one.rollup_id]] for one in things if one.rollup_id in paths}


def _late_early(rows: Sequence[Directive], unit: Unit, *, on: date) -> dict[int, int | None]:
    """By number of each of the directives `rows`, how many units below `unit` let an earlier day pass; None: too many to say."""
    rollups = Rollup.objects.in_bulk([one.rollup_id for one in rows])
    for one in rows:
        one.rollup = rollups[one.rollup_id]
    found = late_early_among({one.pk: units_addressed_by(one) for one in rows}, unit, on=on)
    return {pk: late.number_in(unit.pk, has_itself=False) if late else None for pk, late in found.items()}


def _passed(unit: Unit, *, on: date) -> QuerySet[Passing]:
    """The passings of a directive with a day past on `on` that asked units below `unit`."""
    above, end = numbers_of(unit.path), unit.path + AFTER_DESCENDANTS
    meant = Q(unit__in=above, is_subtree=True) | Q(unit__path__gt=unit.path, unit__path__lt=end)
    here = Exists(DirectiveRule.objects.filter(meant, passing=OuterRef("pk")))
    return Passing.objects.filter(
        Q(here, unit__in=above) | Q(unit_path__gt=unit.path, unit_path__lt=end),
        directive=OuterRef("pk"),
        due_on__lt=on,
    )
