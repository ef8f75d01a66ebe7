"""Units a person may open on these pages, and the units that are her own."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone

from braid.contact.rules import VIEW_GROUPS
from braid.insight.rules import VIEW_SUBTREE
from braid.kernel.access import require, scope
from braid.people.middleware import reader_of
from braid.people.models import Grant, Membership, Person
from braid.people.rules import VIEW_PEOPLE
from braid.units import snapshot
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries import unit_by_code
from braid.units.rules import visible

OF_PERMISSION = {"people": VIEW_PEOPLE, "groups": VIEW_GROUPS}
"""Pages of units that open to whoever holds one permission there."""


def subtree_for(person: Person, code: str, *, at: datetime) -> Unit:
    """The unit with `code` whose subtree the person may look into: with a reach over all below it, or nothing below it.

    Absent and out of scope are the same 404. Her own unit refuses in words (`NotAllowed`).
    """
    unit = own_unit_for(person, code, at=at)
    require(can_look_below(person, unit))
    return unit


def own_unit_for(person: Person, code: str, *, at: datetime) -> Unit:
    """The unit with `code` (a merged one's survivor) where she has a place of any kind, or may look; else 404."""
    unit = unit_by_code(code)
    if unit and (scope(person, VIEW_SUBTREE).covers(unit.path) or unit in own_units(person, at=at)):
        return unit
    raise Http404


def can_look_below(person: Person, unit: Unit) -> bool:
    """Whether she may see the numbers of `unit` and all below it."""
    reach = scope(person, VIEW_SUBTREE)
    return reach.covers_below(unit.path) or (reach.covers(unit.path) and _is_leaf(unit))


def _is_leaf(unit: Unit) -> bool:
    """Whether no body stands below it; groups do not count."""
    tree = snapshot.current()
    start, end = tree.span(unit.number)
    return not tree.bodies[start + 1 : end].any()


def own_units(person: Person, *, at: datetime) -> list[Unit]:
    """The units she has an office, a membership or a grant in, bodies before groups, the weightiest office first; no closed one.

    Two queries, once per instance of `person`: a request loads its own.
    """
    own: list[Unit] | None = person.__dict__.get("_own_units")
    if own is None:
        hers = Q(person=person, unit__status=UnitStatus.ACTIVE)
        held = Membership.objects.current(timezone.localdate(at)).filter(hers).select_related("unit")
        given = Grant.objects.valid(at).filter(hers).select_related("unit")
        rows = [*held.order_by("unit__kind", "office", "since", "pk"), *given.order_by("since", "pk")]
        own = person.__dict__["_own_units"] = list({row.unit_id: row.unit for row in rows}.values())
    return own


def code_of_own_unit(request: HttpRequest) -> str:
    """The code of the unit that is hers first, "" when she has none; read once per request. Fills the shell."""
    person = reader_of(request)
    if person is None:
        return ""
    units = own_units(person, at=timezone.now())
    return units[0].code if units else ""


def levels_of_own_unit(request: HttpRequest) -> list[Unit]:
    """The unit that is hers first and those above it, root first; empty when she has none. Fills the shell."""
    person = reader_of(request)
    units = own_units(person, at=timezone.now()) if person else []
    return [*ancestors_of(units[0]), units[0]] if units else []


def looks_below(request: HttpRequest) -> bool:
    """Whether the signed-in person may see numbers of any of her units: only then the shell offers the Subtree."""
    person = reader_of(request)
    return person is not None and any(can_look_below(person, unit) for unit in own_units(person, at=timezone.now()))


def may_open(request: HttpRequest, page: str, unit: Unit) -> bool:
    """Whether she may open `page` (a page of units) of a unit above one she looks at. Fills the shell; no query of its own."""
    person = reader_of(request)
    if person is None:
        return False
    if page in OF_PERMISSION:
        return scope(person, OF_PERMISSION[page]).covers(unit.path)
    if page == "unit":
        return visible(person).covers(unit.path)
    reach = scope(person, VIEW_SUBTREE)
    if page == "my_unit":
        return reach.covers(unit.path) or unit in own_units(person, at=timezone.now())
    return reach.covers_below(unit.path)


def ancestors_of(unit: Unit) -> list[Unit]:
    """The units above `unit` that people see, root first."""
    return list(Unit.objects.filter(pk__in=numbers_of(unit.path)[:-1], is_placeholder=False).order_by("depth"))
