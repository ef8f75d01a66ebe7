"""Who may do what with people, offices and grants; and the roles that hold what the floor below only names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, Operator, Permission, may, scope
from braid.units.enums import STEP
from braid.units.models import Unit

from .enums import OFFICE_GRANTS, Office, Reach, Role
from .gate import Held, carried_by
from .models import Grant, Membership, Person, Succession
from .roles import HOLDERS, allow

EVERY_ROLE = tuple(Role)

VIEW_UNITS = allow("units.view", *EVERY_ROLE, words=_("see the units"))
CHANGE_TREE = allow("units.change", Role.LEAD, words=_("add, rename, move and close units"))
IMPORT_UNITS = allow("units.import", Role.LEAD, words=_("load lists of units and save them as a file"))

VIEW_PEOPLE = allow("people.view", *EVERY_ROLE, words=_("see who is in the unit and what office she holds"))
VIEW_CONTACTS = allow(
    "people.contacts", Role.LEAD, Role.MANAGE, Role.LIAISE, words=_("see phone numbers and e-mail addresses")
)
CHANGE_PEOPLE = allow(
    "people.change", Role.LEAD, Role.MANAGE, Role.LIAISE, words=_("enter new people and keep their data right")
)
FILL_OFFICES = allow("people.offices", Role.LEAD, Role.MANAGE, words=_("give offices to people and end them"))
VIEW_GRANTS = allow("people.view_grants", Role.LEAD, Role.MANAGE, words=_("see who may do what"))
GIVE_GRANTS = allow("people.grants", Role.LEAD, words=_("let others do what she may do herself, for a time"))
VIEW_INVENTORY = allow("people.inventory", Role.LEAD, words=_("see the list of all that is kept of people, and why"))

SET_QUIET_HOURS = allow(
    "people.quiet_hours", Role.LEAD, Role.MANAGE, words=_("say when the people of the unit are not disturbed")
)

LONGEST_GRANT = timedelta(days=366)
"""A grant runs out by itself after a year at the latest and is given again if it is still wanted."""


def may_hand_out(by: Actor, role: Role, reach: Reach, path: str) -> bool:
    """Whether `by` holds, as far as `reach` from the unit at `path`, every permission that `role` has.

    Whoever lets others do things passes this first, so nobody can ever hand out what she has not. Hearing complaints nobody
    has who leads, since they are about what leaders ask: whoever leads above names who hears them.
    """
    if role == Role.OVERSEE:
        return _leads_above(by, path)
    needed = [scope(by, permission) for permission, holders in HOLDERS.items() if role in holders]
    return all(own.covers_below(path) if reach == Reach.SUBTREE else own.covers(path) for own in needed)


def _leads_above(by: Actor, path: str) -> bool:
    """Above the unit at `path`; at the top, where nobody is above, she who leads there."""
    return may(by, GIVE_GRANTS, path[:-STEP] or path)


def can_give_grant(by: Actor, unit: Unit, role: Role, reach: Reach) -> bool:
    """Whether `by` may grant `role` at `unit`: she leads there, and has herself what she gives."""
    return may(by, GIVE_GRANTS, unit.path) and may_hand_out(by, role, reach, unit.path)


def can_revoke_grant(by: Actor, grant: Grant) -> bool:
    """Whether `by` may end `grant`: whoever leads its unit, and the holder herself."""
    return by.pk == grant.person_id or may(by, GIVE_GRANTS, grant.unit.path)


def can_fill_office(by: Actor, unit: Unit, office: Office) -> bool:
    """Whether `by` may put somebody into `office` of `unit`; an office that carries a role needs that role."""
    if office == Office.MEMBER:
        return may(by, CHANGE_PEOPLE, unit.path)
    role, reach = OFFICE_GRANTS[office]
    return may(by, FILL_OFFICES, unit.path) and may_hand_out(by, role, reach, unit.path)


def can_cancel_succession(by: Actor, planned: Succession) -> bool:
    """Whether `by` may call off what is planned for an office: whoever could plan it."""
    return can_fill_office(by, planned.unit, Office(planned.held.office))


def can_set_terms(by: Actor, unit: Unit) -> bool:
    """Whether `by` may record congresses of `unit` and plan the next."""
    return may(by, FILL_OFFICES, unit.path)


def can_set_quiet_hours(by: Actor, unit: Unit) -> bool:
    """Whether `by` may say when the people of `unit` and below are not disturbed."""
    return may(by, SET_QUIET_HOURS, unit.path)


def can_end_membership(by: Actor, held: Membership) -> bool:
    """Whether `by` may end what somebody is: whoever could have put her there, and she herself."""
    return by.pk == held.person_id or can_fill_office(by, held.unit, Office(held.office))


def can_see_contacts(by: Actor, person: Person, paths: list[str], *, shows: bool = False) -> bool:
    """Whether `by` may see phone and e-mail of `person`, who is in the units at `paths`: her own, or within reach.

    `shows`: she agreed that everybody who sees her name may see them.
    """
    wanted = VIEW_PEOPLE if shows else VIEW_CONTACTS
    return by.pk == person.pk or any(may(by, wanted, path) for path in paths)


def can_change_person(by: Actor, person: Person, paths: list[str]) -> bool:
    """Whether `by` may change name and contact of `person`, who is in the units at `paths`.

    She herself may; others who look after people in one of her units, unless `person` holds more than they could give.
    """
    return by.pk == person.pk or (_holds_at_one(by, CHANGE_PEOPLE, paths) and stands_above(by, person))


def can_open_account(by: Actor, person: Person, paths: list[str], *, was_used: bool) -> bool:
    """Whether `by` may give `person` the link with which she sets her password.

    As for changing her data; an account that was used before asks for more, since the link replaces the password.
    """
    wanted = FILL_OFFICES if was_used else CHANGE_PEOPLE
    return _holds_at_one(by, wanted, paths) and stands_above(by, person)


def can_help_recover(by: Actor, person: Person, paths: list[str]) -> bool:
    """Whether `by` may be one of the two officers who let `person` back into her account; never for herself."""
    return isinstance(by, Person) and by.pk != person.pk and can_open_account(by, person, paths, was_used=True)


def _holds_at_one(by: Actor, permission: Permission, paths: list[str]) -> bool:
    """The operator also where there is no unit: she looks after those who are in none."""
    return isinstance(by, Operator) or any(may(by, permission, path) for path in paths)


def stands_above(by: Actor, person: Person) -> bool:
    """Whether `person` holds nothing that `by` could not give: so nobody rises by acting in another's name."""
    return isinstance(by, Operator) or could_give(by, carried_by(person))


def could_give(by: Actor, held: Iterable[Held]) -> bool:
    """Whether `by` could give all of what is `held`."""
    return all(may_hand_out(by, role, reach, path) for role, reach, path in held)


def offices_to_fill(by: Actor, unit: Unit) -> list[Office]:
    """The offices of `unit` that `by` may put somebody into."""
    return [office for office in Office if can_fill_office(by, unit, office)]


def roles_to_give(by: Actor, unit: Unit) -> list[Role]:
    """The roles that `by` may grant at `unit` for it and all below it."""
    return [role for role in Role if can_give_grant(by, unit, role, Reach.SUBTREE)]
