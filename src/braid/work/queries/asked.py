"""Who is asked: which units a period or a directive means, and what is open for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from braid.contact.models import AudienceRule
from braid.contact.queries.seats import EVERY_OFFICE, Seat, addresses
from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import paths_at
from braid.work.models import Period


def units_asked(period: Period, units: Sequence[Unit]) -> set[int]:
    """Those of `units` (their numbers) that `period` asks, by where they stood when it opened. At most two queries."""
    paths = paths_at(units, period.opened_at)
    rules = list(period.audience.all())
    return {unit.pk for unit in units if is_meant(rules, unit, paths[unit.pk])}


def is_meant(rules: Iterable[AudienceRule], unit: Unit, path: str) -> bool:
    """Whether one of `rules` means `unit`, which stood at `path`; what a rule says of offices is for its inbox alone."""
    seat = Seat(unit.pk, path, unit.level, unit.kind, EVERY_OFFICE)
    return any(addresses(rule, seat, seat.since) for rule in rules)


def asks_around(rules: QuerySet[Any], what: str, units: Iterable[Unit]) -> Q:
    """The condition on directives or periods (`what` of their `rules`) that they may ask one of `units` or units below it: one of
    the open rules hangs on the line down to the unit, or below it."""
    line, below = set[int](), Q(pk__in=())
    for unit in units:
        line.update(numbers_of(unit.path))
        below |= Q(unit__path__gt=unit.path, unit__path__lt=unit.path + AFTER_DESCENDANTS)
    in_force = rules.filter(is_open=True)
    return Q(pk__in=in_force.filter(unit__in=line).values(what)) | Q(pk__in=in_force.filter(below).values(what))
