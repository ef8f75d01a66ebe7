"""Persons: who the federation knows, and what it knows of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.people.queries.guardians import looks_after
from braid.people.queries.persons import paths_of
from braid.people.rules import can_change_person, can_fill_office
from braid.units.models import Unit

from .memberships import lock_unit, take_office


@transaction.atomic
def add_person(
    unit: Unit,
    *,
    name: str,
    by: Actor,
    at: datetime,
    phone: str = "",
    email: str = "",
    office: Office = Office.MEMBER,
    is_synthetic: bool = False,
) -> Person:
    """Enter somebody new and make her a member, or holder of `office`, in `unit`.

    Refused when `by` may not fill that office, when the name is empty, and when somebody of that name is in the unit
    already and the phone number does not tell them apart.
    """
    unit = lock_unit(unit)
    require(can_fill_office(by, unit, office))
    name, phone, email = _clean(name, phone, email)
    _refuse_known(unit, name, phone, at=at)
    person = Person.objects.create(name=name, phone=phone, email=email, is_synthetic=is_synthetic, created_at=at)
    take_office(person, unit, office, by=by, at=at)
    return person


@transaction.atomic
def change_person(
    person: Person, *, name: str, by: Actor, at: datetime, phone: str = "", email: str = "", language: str | None = None
) -> Person:
    """Write name, phone and e-mail of `person`, and her `language` where given.

    Refused when `by` is neither she herself, nor a child's guardian, nor looks after people in one of her units, or when she
    holds more than `by`.
    """
    on = timezone.localdate(at)
    require(looks_after(by, person, on=on) or can_change_person(by, person, paths_of(person, on=on)))
    person.name, person.phone, person.email = _clean(name, phone, email)
    if language is not None:
        person.language = language
    person.save(update_fields=["name", "phone", "email", "language"])
    return person


def _clean(name: str, phone: str, email: str) -> tuple[str, str, str]:
    name = " ".join(name.split())
    if not name:
        raise BadInput(_("Enter her name."), fields={"name": _("missing")})
    return name, phone.strip(), email.strip()


def _refuse_known(unit: Unit, name: str, phone: str, *, at: datetime) -> None:
    """One row per person: the same name in one unit is somebody else only with a phone number of her own."""
    namesakes = Membership.objects.current(timezone.localdate(at)).filter(unit=unit, person__name=name)
    if phone:
        namesakes = namesakes.filter(Q(person__phone="") | Q(person__phone=phone))
    if namesakes.exists():
        raise WrongState(
            _("%(name)s is in this unit already. If this is somebody else, enter a phone number for both.")
            % {"name": name}
        )
