"""What somebody may do beyond her offices: given for a time, with a reason, and taken back in one step."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.enums import Reach, Role
from braid.people.gate import forget_held
from braid.people.models import Grant, Person
from braid.people.queries.persons import last_moment_of
from braid.people.rules import GIVE_GRANTS, LONGEST_GRANT, can_give_grant, can_revoke_grant
from braid.units.models import Unit

from .memberships import lock_unit


@transaction.atomic
def give_grant(
    person: Person,
    unit: Unit,
    *,
    role: Role,
    reach: Reach,
    until: datetime | None,
    why: str,
    by: Actor,
    at: datetime,
) -> Grant:
    """Let `person` do at `unit`, as far as `reach`, what `role` may, until the moment `until`.

    Refused when `by` does not lead there or lacks something of the role herself, without a reason, for longer than
    `LONGEST_GRANT` or than she herself leads there (only the operator gives without an end), or when it is given already.
    """
    unit = lock_unit(unit)
    if reach == Reach.CASE:
        raise BadInput(_("A grant for one case is given in the case."), fields={"reach": _("not here")})
    require(can_give_grant(by, unit, role, reach))
    if not why.strip():
        raise BadInput(_("Say why."), fields={"why": _("missing")})
    _refuse_too_long(unit, reach, until, by=by, at=at)
    if Grant.objects.valid(at).filter(person=person, unit=unit, role=role, reach=reach).exists():
        raise WrongState(_("%(person)s has this already. End it first to change it.") % {"person": person.name})
    grant = Grant.objects.create(
        person=person,
        unit=unit,
        unit_path=unit.path,
        role=role,
        reach=reach,
        since=at,
        until=until,
        given_by=by if isinstance(by, Person) else None,
        why=why.strip(),
    )
    record(unit, Strand.CONTACT, "grant.given", by=by, at=at)
    forget_held(person)
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, by: Actor, at: datetime) -> Grant:
    """End `grant` now: it is gone at the holder's next request and in every job that has not run yet.

    Refused when `by` neither leads its unit nor holds it herself, and when it has ended.
    """
    grant = Grant.objects.select_related("unit", "person").select_for_update(of=("self",)).get(pk=grant.pk)
    require(can_revoke_grant(by, grant))
    if grant.revoked_at or (grant.until and grant.until <= at):
        raise WrongState(_("This has ended already."))
    grant.revoked_at = at
    grant.revoked_by = by if isinstance(by, Person) else None
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record(grant.unit, Strand.CONTACT, "grant.revoked", by=by, at=at)
    if isinstance(by, Person):
        forget_held(by)
    return grant


def _refuse_too_long(unit: Unit, reach: Reach, until: datetime | None, *, by: Actor, at: datetime) -> None:
    """It must begin before it ends, last a year at most, and not outlast what the giver has."""
    if by is OPERATOR and until is None:
        return
    if until is None or until <= at or until > at + LONGEST_GRANT:
        raise BadInput(_("Choose a last day within a year."), fields={"until": _("within a year")})
    last = last_moment_of(by, GIVE_GRANTS, unit.path, reach=reach, at=at) if isinstance(by, Person) else None
    if last and until > last:
        raise BadInput(_("You cannot give this for longer than you have it."), fields={"until": _("too long")})
