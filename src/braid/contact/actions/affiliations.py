"""Affiliations: a unit belongs to an online-only body elsewhere in the tree, once both sides have agreed."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.enums import AFFILIATION_FLOW, AffiliationState, Basis
from braid.contact.models import Affiliation
from braid.contact.rules import can_run_groups_of
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit

from .groups import renew_pages


@transaction.atomic
def ask_affiliation(
    side: Unit, other: Unit, *, virtual: Unit, basis: Basis, why: str, by: Actor, at: datetime
) -> Affiliation:
    """Ask, for `side`, that it and `other` belong together; `virtual` is the one of the two that gathers the other.

    Refused when `by` does not run groups at `side`, when `virtual` is no online-only body, for a unit and itself or a part
    of it, for closed units, without a reason, and when they belong together already or one has asked.
    """
    require(can_run_groups_of(by, side))
    unit = other if virtual == side else side
    _check(virtual, unit, why)
    try:
        with transaction.atomic():
            return Affiliation.objects.create(
                virtual=virtual,
                unit=unit,
                unit_path=unit.path,
                basis=basis,
                asked_by_virtual=virtual == side,
                asked_at=at,
                asked_by=by if isinstance(by, Person) else None,
                why=why.strip(),
            )
    except IntegrityError as error:
        raise WrongState(_("These two belong together already, or one of them has asked.")) from error


@transaction.atomic
def answer_affiliation(affiliation: Affiliation, *, accepts: bool, by: Actor, at: datetime) -> Affiliation:
    """Accept or decline, for the side that was asked; the side that asked may take it back, which declines it too.

    Refused for anybody else, and when it was answered already.
    """
    sides = {affiliation.unit, affiliation.virtual} if not accepts else {side_to_answer(affiliation)}
    require(any(can_run_groups_of(by, side) for side in sides))
    if not accepts:
        AFFILIATION_FLOW.move(affiliation, AffiliationState.DECLINED)
        return affiliation
    AFFILIATION_FLOW.move(affiliation, AffiliationState.CURRENT, since=timezone.localdate(at))
    _tell(affiliation, "affiliation.begun", by=by, at=at)
    return affiliation


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: Actor, at: datetime) -> Affiliation:
    """End it, from either side. Refused for others, and unless it is in force."""
    require(can_run_groups_of(by, affiliation.unit) or can_run_groups_of(by, affiliation.virtual))
    AFFILIATION_FLOW.move(affiliation, AffiliationState.ENDED, until=timezone.localdate(at))
    _tell(affiliation, "affiliation.ended", by=by, at=at)
    return affiliation


def side_to_answer(affiliation: Affiliation) -> Unit:
    """The side that was asked."""
    return affiliation.unit if affiliation.asked_by_virtual else affiliation.virtual


def _tell(affiliation: Affiliation, kind: str, *, by: Actor, at: datetime) -> None:
    record(affiliation.unit, Strand.CONTACT, kind, by=by, at=at)
    renew_pages(affiliation.unit_id, affiliation.virtual_id)


def _check(virtual: Unit, unit: Unit, why: str) -> None:
    if virtual.kind != UnitKind.VIRTUAL:
        raise BadInput(_("Only an online-only body gathers units across the tree."))
    if virtual.path.startswith(unit.path) or unit.path.startswith(virtual.path):
        raise BadInput(_("One of these two is part of the other already."))
    if UnitStatus.CLOSED in (virtual.status, unit.status):
        raise WrongState(_("This unit is closed."))
    if not why.strip():
        raise BadInput(_("Say why they belong together."), fields={"why": _("Write a reason.")})
