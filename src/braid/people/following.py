"""What becomes of people and grants when the tree changes: filled into the hooks of `units`."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import ngettext

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.ledger import Strand, record
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .enums import Office
from .models import Grant, Membership


def preview_of_move(unit: Unit, parent: Unit | None) -> list[str]:
    """How many grants change reach when `unit` moves below `parent`, or closes.

    Those given in its subtree go with it; those given above it, on the way it leaves or joins, begin or cease to cover it.
    """
    given = Grant.objects.valid(timezone.now())
    inside = given.filter(unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS).count()
    left = _numbers_above(unit.path)
    joined = _numbers_above(parent.path) | {parent.pk} if parent else set()
    around = given.filter(unit__in=left ^ joined, reach="subtree").count()
    changing = inside + around
    if not changing:
        return []
    words = ngettext("%(n)s grant changes reach.", "%(n)s grants change reach.", changing)
    return [words % {"n": changing}]


def _numbers_above(path: str) -> set[int]:
    return set(numbers_of(path)[:-1])


def hand_over(unit: Unit, into: Unit, at: datetime) -> None:
    """In a merge people become members of the surviving unit; offices of the closed one end, and so do its grants' effects."""
    today = timezone.localdate(at)
    leaving = Membership.objects.current(today).filter(unit=unit)
    persons = set(leaving.values_list("person", flat=True))
    staying = (
        Membership.objects.current(today)
        .filter(unit=into, person__in=leaving.values("person"))
        .values_list("person", flat=True)
    )
    newcomers = persons - set(staying)
    leaving.update(until=today)
    Membership.objects.bulk_create(
        [
            Membership(person_id=person, unit=into, unit_path=into.path, office=Office.MEMBER, since=today)
            for person in sorted(newcomers)
        ],
        batch_size=500,
    )
    if persons:
        record(unit, Strand.CONTACT, "person.left", len(persons), at=at)
    if newcomers:
        record(into, Strand.CONTACT, "person.joined", len(newcomers), at=at)
