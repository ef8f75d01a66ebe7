"""Which units a rule addresses, how many that are, and whom it reaches."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db.models import Q
from pyroaring import BitMap

from braid.contact.models import AudienceRule
from braid.people import queries as people
from braid.people.enums import Office
from braid.units import snapshot
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit


def units_of(rule: AudienceRule, *, tree: snapshot.Snapshot | None = None) -> BitMap:
    """The numbers of the units `rule` addresses in the tree as it is now: shown ones only. No query where `tree` is at hand."""
    tree = tree or snapshot.current()
    start, end = tree.span(rule.unit_id)
    if not rule.is_subtree:
        end = start + 1
    keep = tree.shown[start:end]
    if rule.levels:
        keep = keep & _in_mask(tree.levels[start:end], rule.levels)
    if rule.kinds:
        keep = keep & _in_mask(tree.kinds[start:end], rule.kinds)
    else:
        keep = keep & ((tree.kinds[start:end] != UnitKind.GROUP) | (tree.numbers[start:end] == rule.unit_id))
    return _packed_run(np.sort(tree.numbers[start:end][keep]))


def addresses_any(rule: AudienceRule) -> bool:
    """Whether `rule` addresses a unit at all: asked of the database, for which the tree need not be in memory.

    One query; none when it means the unit it hangs from, as most rules do.
    """
    if _means_own_unit(rule):
        return True
    units = Unit.objects.shown()
    units = units.subtree(rule.unit.path) if rule.is_subtree else units.filter(pk=rule.unit_id)
    if rule.levels:
        units = units.filter(level__in=[level for level in range(rule.levels.bit_length()) if rule.levels >> level & 1])
    if rule.kinds:
        units = units.filter(kind__in=[kind for kind in UnitKind if rule.kinds >> kind & 1])
    else:
        units = units.filter(~Q(kind=UnitKind.GROUP) | Q(pk=rule.unit_id))
    return units.exists()


def _means_own_unit(rule: AudienceRule) -> bool:
    unit = rule.unit
    in_masks = (not rule.levels or rule.levels >> unit.level & 1) and (not rule.kinds or rule.kinds >> unit.kind & 1)
    return bool(unit.status == UnitStatus.ACTIVE and not unit.is_placeholder and in_masks)


def units_of_all(rules: Iterable[AudienceRule], *, tree: snapshot.Snapshot | None = None) -> BitMap:
    """The units that at least one of `rules` addresses. One query besides reading `rules`; none where `tree` is at hand."""
    rules = list(rules)
    tree = tree or (snapshot.current() if rules else None)
    return BitMap.union(BitMap(), *(units_of(rule, tree=tree) for rule in rules))


def units_reached_by(rule: AudienceRule, *, on: date) -> BitMap:
    """Of the units `rule` addresses, those where on the day `on` somebody it means has an account to see it with."""
    return units_of(rule) & people.units_with_account(rule.offices, on=on)


@dataclass(frozen=True)
class Size:
    """How many a notice addresses, as said before it is sent."""

    units: int
    people: int
    """About: memberships of the addressed offices; who is in two of the units is counted twice."""
    with_account: int


def size_of(rules: Sequence[AudienceRule], *, on: date) -> Size:
    """How many units and people `rules` address on the day `on`; what several rules address counts once."""
    return size_in([(rule.offices, units_of(rule)) for rule in rules], on=on)


def size_in(meant: Iterable[tuple[int, BitMap]], *, on: date) -> Size:
    """How many there are, on the day `on`, in units and the offices meant in them (a mask; 0: any)."""
    heads = people.headcounts(on=on)
    tree = snapshot.current()
    addressed = np.zeros((len(Office) + 1, len(tree.numbers)), dtype=np.bool_)
    for mask, units in meant:
        offices = [office for office in Office if not mask or mask >> office & 1]
        addressed[offices] |= tree.mask_of(units)
    return Size(
        units=int(addressed.any(axis=0).sum()),
        people=int(heads.people[addressed].sum()),
        with_account=int(heads.with_account[addressed].sum()),
    )


def _in_mask(values: npt.NDArray[np.uint8], mask: int) -> npt.NDArray[np.bool_]:
    table = np.array([bool(mask >> value & 1) for value in range(256)])
    return np.asarray(table[values], dtype=np.bool_)


def _packed_run(numbers: npt.NDArray[np.int32]) -> BitMap:
    """A bitmap of sorted numbers; numbers without a gap, as an imported tree has them, make one range."""
    if len(numbers) and int(numbers[-1]) - int(numbers[0]) + 1 == len(numbers):
        return BitMap(range(int(numbers[0]), int(numbers[-1]) + 1))
    return BitMap(array("I", numbers.astype(np.uint32).tobytes()))
