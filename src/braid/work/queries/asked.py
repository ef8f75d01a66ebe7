"""Who is asked: which units a period or a directive means, and what is open for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from braid.contact.models import AudienceRule
from braid.contact.queries.seats import EVERY_OFFICE, Seat, addresses
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import paths_at
from braid.work.models import Period, Rollup, Total


def units_asked(period: Period, units: Sequence[Unit]) -> set[int]:
    """Those of `units` (their numbers) that `period` asks, by where they stood when each of its rules was made: with the period,
    or later by a unit that passed its directive on. One query, and one for each such moment since which one of them was moved."""
    return units_meant_by(((rule, rule.opened_at) for rule in period.audience.all()), units)


def units_meant_by(rules: Iterable[tuple[AudienceRule, datetime]], units: Sequence[Unit]) -> set[int]:
    """Those of `units` (their numbers) that one of `rules` means, each by where they stood at the moment beside it."""
    by_moment: dict[datetime, list[AudienceRule]] = {}
    for rule, at in rules:
        by_moment.setdefault(at, []).append(rule)
    found: set[int] = set()
    for at, made in by_moment.items():
        paths = paths_at(units, at)
        found.update(unit.pk for unit in units if is_meant(made, unit, paths[unit.pk]))
    return found


def is_meant(rules: Iterable[AudienceRule], unit: Unit, path: str) -> bool:
    """Whether one of `rules` means `unit`, which stood at `path`; what a rule says of offices is for its inbox alone."""
    seat = Seat(unit.pk, path, unit.level, unit.kind, EVERY_OFFICE)
    return any(addresses(rule, seat, seat.since) for rule in rules)


def asks_below(units: Iterable[int]) -> Q:
    """The condition on directives and periods that they ask units strictly below one of `units` (numbers). Their roll-ups know,
    by where everybody stood when it was asked; so it holds for none that the worker has not counted."""
    counted = Total.objects.filter(rollup=OuterRef("rollup"), unit_number__in=list(units), expected__gt=0)
    return Q(Exists(counted))


def asks_on_line(rules: QuerySet[Any], what: str, paths: Iterable[str]) -> Q:
    """The condition on directives or periods (`what` of their `rules`) that they may ask the unit at one of `paths` itself, and
    below it what was not counted yet: one of the rules hangs on the line down to it."""
    line = {number for path in paths for number in numbers_of(path)}
    return Q(pk__in=rules.filter(unit__in=line).values(what))


def counts_below(rollup: Rollup | None, units: Iterable[int]) -> bool:
    """The same as `asks_below` of one roll-up. One query."""
    return Total.objects.filter(rollup=rollup, unit_number__in=list(units), expected__gt=0).exists()
