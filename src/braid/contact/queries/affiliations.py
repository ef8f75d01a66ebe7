"""Affiliations of a unit, from whichever side it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import Http404

from braid.contact.enums import OPEN_AFFILIATIONS, AffiliationState
from braid.contact.models import Affiliation
from braid.contact.rules import can_run_groups_of, can_see_groups_of
from braid.kernel.access import require
from braid.kernel.keyset import Page, page_of
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit

MOST_SHOWN = 50


@dataclass(frozen=True)
class Joined:
    """An affiliation as one of its two units sees it: the other one, and whether this one has to answer."""

    affiliation: Affiliation
    other: Unit
    waits_for_us: bool


def affiliations_of(unit: Unit, *, states: tuple[str, ...] = OPEN_AFFILIATIONS, cursor: str = "") -> Page[Affiliation]:
    """A page of the affiliations of `unit` in these states, newest first, with both units."""
    rows = Affiliation.objects.filter(Q(unit=unit) | Q(virtual=unit), state__in=states)
    return page_of(rows.select_related("unit", "virtual"), order=("-pk",), cursor=cursor, size=MOST_SHOWN)


def joined_of(unit: Unit, rows: list[Affiliation]) -> list[Joined]:
    """`rows` as `unit` sees them."""
    return [
        Joined(
            row,
            row.virtual if row.unit_id == unit.pk else row.unit,
            row.state == AffiliationState.ASKED and row.asked_by_virtual == (row.unit_id == unit.pk),
        )
        for row in rows
    ]


def public_affiliations(unit: Unit) -> list[Unit]:
    """The units `unit` belongs together with that have a Home, for its own Home. One query."""
    rows = Affiliation.objects.filter(Q(unit=unit) | Q(virtual=unit), state=AffiliationState.CURRENT)
    rows = rows.select_related("unit", "virtual").order_by("-pk")[: 2 * MOST_SHOWN]
    others = [row.virtual if row.unit_id == unit.pk else row.unit for row in rows]
    shown = [other for other in others if other.status == UnitStatus.ACTIVE and other.kind != UnitKind.GROUP]
    return sorted(shown, key=lambda other: (other.kind != UnitKind.VIRTUAL, other.path))[:MOST_SHOWN]


def unit_to_affiliate_for(person: Person, code: str) -> Unit:
    """The active unit with `code` whose affiliations `person` sees by her role; else `Http404`."""
    unit = Unit.objects.active().filter(code=code, is_placeholder=False).first()
    if unit is None or not can_see_groups_of(person, unit):
        raise Http404
    return unit


def affiliation_for(person: Person, pk: int) -> Affiliation:
    """The affiliation `pk` if `person` keeps one of its units right. `Http404` when she sees neither; else `NotAllowed`."""
    row = Affiliation.objects.select_related("unit", "virtual").filter(pk=pk).first()
    if row is None or not any(can_see_groups_of(person, side) for side in (row.unit, row.virtual)):
        raise Http404
    require(any(can_run_groups_of(person, side) for side in (row.unit, row.virtual)))
    return row


def unit_to_ask_for(person: Person, code: str) -> Unit | None:
    """The unit `person` means by `code`: any with a public page, or a group she sees; None when there is none."""
    unit = Unit.objects.shown().filter(code=code.strip()).select_related("group").first()
    if unit is None or unit.kind != UnitKind.GROUP:
        return unit
    is_public = hasattr(unit, "group") and unit.group.is_public
    return unit if is_public or can_see_groups_of(person, unit) else None


def affiliations_waiting_for(person: Person, *, on: date) -> list[Affiliation]:
    """What waits for an answer of units she holds an office in herself and answers for. Two queries."""
    offices = (Office.HEAD, Office.DEPUTY, Office.LIAISON)
    own = Membership.objects.current(on).filter(person=person, office__in=offices).values("unit")
    asked = Affiliation.objects.filter(state=AffiliationState.ASKED)
    mine = Q(asked_by_virtual=True, unit__in=own) | Q(asked_by_virtual=False, virtual__in=own)
    rows = asked.filter(mine).select_related("unit", "virtual").order_by("pk")[:MOST_SHOWN]
    return list(rows)
