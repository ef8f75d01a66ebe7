"""Who is asked: which units a period or a directive means, and what is open for a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from braid.contact.models import AudienceRule
from braid.contact.queries.seats import EVERY_OFFICE, Seat, addresses
from braid.units.models import Unit
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
