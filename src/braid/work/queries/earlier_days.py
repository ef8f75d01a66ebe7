"""Earlier days that units set when they passed a directive on: whom they hold for, and who let them pass.

A unit's day is the earliest of the directive's and of those of the passings that asked the unit itself. Once the directive's
own day is past, everybody's is; earlier days matter until then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db.models import Q
from pyroaring import BitMap

from braid.contact.queries.audience import units_of_all
from braid.kernel.access import AFTER_DESCENDANTS
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import OPEN_HANDLINGS
from braid.work.models import Directive, DirectiveRule, Handling, Passing
from braid.work.rules import is_past_due

MOST_RULES = 500
"""Rules of passings that are looked at for one page: a subtree with more is too large to say who is late before the day."""
MOST_UNITS = 20_000
"""Units with an earlier day that are looked at for one page: 5,500 of them made it 0.1 s slower (SQLite, a busy machine)."""
LOOKED_AT = 10_000
"""Units asked about in one query."""


@dataclass(frozen=True)
class LateEarly:
    """The units that let an earlier day pass, in the tree as it stands now."""

    tree: snapshot.Snapshot
    mask: npt.NDArray[np.bool_]
    is_any_past: bool
    """Whether a unit there has an earlier day that is past at all."""

    def number_in(self, unit: int, *, has_itself: bool) -> int:
        """How many they are in the subtree of the unit numbered `unit`."""
        start, end = self.tree.span(unit)
        return int(self.mask[start + (not has_itself) : end].sum())

    def by_level(self, unit: int) -> dict[int, int]:
        """How many they are of each level strictly below it."""
        start, end = self.tree.span(unit)
        found = np.bincount(self.tree.levels[start + 1 : end][self.mask[start + 1 : end]], minlength=1)
        return {level: int(n) for level, n in enumerate(found) if n}


def units_past_earlier_day(directive: Directive, unit: Unit, *, on: date) -> BitMap | None:
    """The units in the subtree of `unit` whose earlier day is past on the day `on`; None where there are too many to look at.

    One query.
    """
    return _past_within([directive.pk], unit, snapshot.current(), on=on)[directive.pk]


def late_early_below(directive: Directive, unit: Unit, asked: BitMap, *, on: date) -> LateEarly | None:
    """Which units in the subtree of `unit`, of those `asked`, let an earlier day pass on the day `on` without a word.

    None where that is too much to look at. One query, and one for each `LOOKED_AT` units with an earlier day.
    """
    return late_early_among({directive.pk: asked}, unit, on=on)[directive.pk]


def late_early_among(asked: Mapping[int, BitMap], unit: Unit, *, on: date) -> dict[int, LateEarly | None]:
    """The same of several directives, by number of each; `asked` says whom they ask. As many queries as for one."""
    tree = snapshot.current()
    start, end = tree.span(unit.pk)
    past = _past_within(asked, unit, tree, on=on)
    places = {
        directive: np.flatnonzero(tree.mask_of(units & asked[directive])[start:end]) + start
        for directive, units in past.items()
        if units is not None
    }
    settled = _settled({directive: tree.numbers[found].tolist() for directive, found in places.items()})
    late: dict[int, LateEarly | None] = dict.fromkeys(asked)
    for directive, found in places.items():
        mask = np.zeros(len(tree.numbers), dtype=np.bool_)
        mask[found] = ~np.isin(tree.numbers[found], settled[directive])
        late[directive] = LateEarly(tree, mask, len(found) > 0)
    return late


def past_earlier_day_among(directives: Collection[Directive], above: Collection[int], *, on: date) -> dict[int, BitMap]:
    """By number of a directive, the units whose earlier day is past on `on`, as far as a unit numbered in `above` set it.

    One query, none where the own day of all `directives` is past.
    """
    early = [one.pk for one in directives if not is_past_due(one, on)]
    if not early:
        return {}
    rules = DirectiveRule.objects.filter(directive__in=early, passing__unit__in=above, passing__due_on__lt=on)
    found: dict[int, list[DirectiveRule]] = {}
    for rule in rules:
        found.setdefault(rule.directive_id, []).append(rule)
    return {directive: units_of_all(some) for directive, some in found.items()}


def units_with_earlier_day(directive: Directive, than: date, *, before: Passing | None = None) -> BitMap:
    """The units that a passing gave a day earlier than `than`, or the same day before the passing `before`. One query."""
    earlier = Q(passing__due_on__lt=than)
    if before:
        earlier |= Q(passing__due_on=than, passing__lt=before.pk)
    return units_of_all(DirectiveRule.objects.filter(earlier, directive=directive))


def _past_within(
    directives: Collection[int], unit: Unit, tree: snapshot.Snapshot, *, on: date
) -> dict[int, BitMap | None]:
    """By number of a directive, the units that `units_past_earlier_day` finds. One query for all."""
    above, below = Q(unit__in=numbers_of(unit.path)), Q(unit_path__gte=unit.path)
    below &= Q(unit_path__lt=unit.path + AFTER_DESCENDANTS)
    passings = Passing.objects.filter(above | below, directive__in=directives, due_on__lt=on).order_by()
    most = MOST_RULES * len(directives)
    rules: dict[int, list[DirectiveRule]] = {directive: [] for directive in directives}
    read = list(DirectiveRule.objects.filter(passing__in=passings)[: most + 1])
    for rule in read:
        rules[rule.directive_id].append(rule)
    if len(read) > most:
        return dict.fromkeys(directives)
    return {directive: _units_meant(some, unit, tree) for directive, some in rules.items()}


def _units_meant(rules: list[DirectiveRule], unit: Unit, tree: snapshot.Snapshot) -> BitMap | None:
    if len(rules) > MOST_RULES:
        return None
    units = units_of_all(rules, tree=tree)
    return None if len(units) > MOST_UNITS and _number_within(units, unit, tree) > MOST_UNITS else units


def _number_within(units: BitMap, unit: Unit, tree: snapshot.Snapshot) -> int:
    start, end = tree.span(unit.pk)
    return int(tree.mask_of(units)[start:end].sum())


def _settled(units: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """By number of a directive, which of its `units` have settled it, and perhaps others."""
    found: dict[int, list[int]] = {directive: [] for directive in units}
    numbers = sorted({number for some in units.values() for number in some})
    for begin in range(0, len(numbers), LOOKED_AT):
        rows = Handling.objects.filter(directive__in=units, unit__in=numbers[begin : begin + LOOKED_AT])
        for directive, number in rows.exclude(state__in=OPEN_HANDLINGS).values_list("directive_id", "unit_id"):
            found[directive].append(number)
    return found
