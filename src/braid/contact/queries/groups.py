"""Groups: the one somebody may open, hers, those of a body's public page, and those somebody is responsible for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from braid.contact.enums import GROUP_SEARCH_KIND, REMIND_BEFORE, RequestState
from braid.contact.models import Group, JoinRequest
from braid.contact.rules import VIEW_GROUPS, can_run_groups_of, can_see_groups_of
from braid.kernel import search
from braid.kernel.access import Actor, Scope, require, scope
from braid.kernel.errors import BadInput
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.people.rules import VIEW_PEOPLE
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit

MOST_PUBLIC = 50
"""Public groups a Home lists."""
MOST_FOUND = 20


@dataclass(frozen=True)
class Place:
    """How somebody stands to a group. Who stands in none of these ways sees it only when it is public."""

    offices: frozenset[int]
    """What she is in it."""
    is_of_body: bool
    """Whether she is somebody in the body it belongs to."""
    sees_inside: bool
    """Whether she is in it, or sees the groups of its body by her role."""

    @property
    def is_member(self) -> bool:
        return bool(self.offices)

    @property
    def is_head(self) -> bool:
        return Office.HEAD in self.offices


NOWHERE = Place(frozenset(), is_of_body=False, sees_inside=False)


def group_for(person: Person | None, code: str, *, on: date, key: str = "") -> tuple[Group, Place]:
    """The group with `code` and how `person` (None: anybody) stands to it on the day `on`; else `Http404`.

    Public groups are open to everybody while they are active; the others to their people, the people of their body, those
    whose role sees the groups there, and to whoever holds the `key` of the invitation. Three queries.
    """
    group = groups().filter(unit__code=code).first()
    if group is None:
        raise Http404
    place = place_of(person, group, on=on) if person else NOWHERE
    is_active = group.unit.status == UnitStatus.ACTIVE
    invited = bool(key) and constant_time_compare(key, group.invite_key)
    if place.sees_inside or (is_active and (place.is_of_body or (group.is_public and not key) or invited)):
        return group, place
    raise Http404


def group_to_run_for(person: Person, code: str, *, on: date) -> Group:
    """The group with `code` if `person` keeps it right. `Http404` when she may not open it; else `NotAllowed`."""
    group, _place = group_for(person, code, on=on)
    require(can_run_groups_of(person, group.unit))
    return group


def place_of(person: Person, group: Group, *, on: date) -> Place:
    """How `person` stands to `group` on the day `on`."""
    units = [group.unit_id, group.unit.parent_id]
    held = list(Membership.objects.current(on).filter(person=person, unit__in=units).values_list("unit", "office"))
    offices = frozenset(office for unit, office in held if unit == group.unit_id)
    return Place(
        offices,
        is_of_body=any(unit == group.unit.parent_id for unit, _office in held),
        sees_inside=bool(offices) or can_see_groups_of(person, group.unit),
    )


def groups() -> QuerySet[Group]:
    """Groups with their units and bodies."""
    return Group.objects.select_related("unit__parent")


def active_groups() -> QuerySet[Group]:
    """Those that go on."""
    return groups().filter(unit__status=UnitStatus.ACTIVE)


def seen_by(actor: Actor, within: str = "") -> Q:
    """The condition that keeps the groups `actor` sees by her role, below the unit at the path `within`."""
    reach = scope(actor, VIEW_GROUPS).within(within)
    of_units = Q(unit__parent__path__in=reach.units)  # a reach of one unit includes its groups
    return (reach.where() & reach.where("unit__path")) | of_units


def groups_of(person: Person, *, on: date) -> list[Membership]:
    """The groups `person` is in on the day `on`, as memberships with unit and body, the newest last. One query."""
    held = Membership.objects.current(on).filter(person=person, unit__group__isnull=False)
    rows = held.filter(unit__status=UnitStatus.ACTIVE).select_related("unit__group", "unit__parent")
    return list({row.unit_id: row for row in rows.order_by("-office", "since", "pk")}.values())


def requests_of(person: Person) -> list[JoinRequest]:
    """The latest requests of `person` to join groups, with what was answered. One query."""
    rows = JoinRequest.objects.filter(person=person, unit__status=UnitStatus.ACTIVE).select_related("unit__parent")
    return list(rows.exclude(state__in=(RequestState.ACCEPTED, RequestState.TAKEN_BACK)).order_by("-pk")[:20])


def requests_at(group: Group) -> list[JoinRequest]:
    """Who waits to come into `group`, first come first; at most 100. One query."""
    rows = JoinRequest.objects.filter(unit=group.unit_id, state=RequestState.WAITING).select_related("person", "unit")
    return list(rows.order_by("pk")[:100])


def own_request(person: Person, group: Group) -> JoinRequest | None:
    """The latest request of `person` to come into `group`."""
    return JoinRequest.objects.filter(person=person, unit=group.unit_id).order_by("-pk").first()


def request_for(person: Person, pk: int, *, on: date) -> JoinRequest:
    """The request `pk` if it is her own or she keeps its group right. `Http404` where she does not see the group's inside."""
    request = JoinRequest.objects.select_related("unit", "person").filter(pk=pk).first()
    if request is None:
        raise Http404
    if request.person_id != person.pk:
        group, place = group_for(person, request.unit.code, on=on)
        if not place.sees_inside:
            raise Http404
        require(can_run_groups_of(person, group.unit))
    return request


def public_groups(unit: Unit) -> list[Group]:
    """The public groups of the body `unit`, for its Home, in tree order. One query."""
    return list(active_groups().filter(unit__parent=unit, is_public=True).order_by("unit_path")[:MOST_PUBLIC])


def is_public_group(unit: Unit) -> bool:
    """Whether everybody may see the card of the group `unit`."""
    return active_groups().filter(unit=unit, is_public=True).exists()


def groups_led_by(person: Person, *, on: date) -> list[Group]:
    """The groups `person` is responsible for on the day `on`, the one that ends first first. One query."""
    led = Membership.objects.current(on).filter(person=person, office=Office.HEAD, unit__kind=UnitKind.GROUP)
    return list(active_groups().filter(unit__in=led.values("unit")).order_by("ends_on", "pk"))


def groups_ending_for(person: Person, *, on: date) -> list[Group]:
    """Those of them whose end date is near or past on the day `on`."""
    return [group for group in groups_led_by(person, on=on) if group.ends_on <= on + REMIND_BEFORE]


def waiting_at(units: Iterable[int]) -> dict[int, int]:
    """How many wait to come into each of the groups with these unit numbers. One query."""
    waiting = JoinRequest.objects.filter(unit__in=list(units), state=RequestState.WAITING)
    counted: dict[int, int] = {}
    for unit in waiting.values_list("unit", flat=True):
        counted[unit] = counted.get(unit, 0) + 1
    return counted


def groups_found(person: Person, text: str, *, on: date) -> list[Group]:
    """Groups with these words in name or purpose that `person` may open: public ones, hers, her bodies', and by her role."""
    matching = search.keys_matching(GROUP_SEARCH_KIND, text)
    if matching is None:
        return []
    own = Membership.objects.current(on).filter(person=person).values("unit")
    seen = Q(is_public=True) | Q(unit__in=own) | Q(unit__parent__in=own) | seen_by(person)
    keys = f"contact_group.id IN ({matching[0]})"
    return list(active_groups().extra(where=[keys], params=matching[1]).filter(seen).order_by("unit_path")[:MOST_FOUND])  # noqa: S610 (made by kernel.search)


def people_called(text: str, by: Actor, unit: Unit, *, on: date) -> Person:
    """Who is meant by a name (with ` #number` where there are several of it): somebody in or below `unit` whom `by` sees.

    Raises `BadInput` in words when nobody or several are meant.
    """
    name, _sign, number = text.strip().partition("#")
    reach = scope(by, VIEW_PEOPLE).within(unit.path)
    found = list(_people_in(reach, unit, on).filter(name=name.strip()).order_by("pk")[:10])
    if number.strip().isdigit():
        found = [person for person in found if person.pk == int(number)]
    if not found:
        raise BadInput(_("Nobody of the name %(name)s is here.") % {"name": name.strip()})
    if len(found) > 1:
        choices = ", ".join(f"{person.name} #{person.pk}" for person in found)
        raise BadInput(_("Several people have this name. Write one of these: %(choices)s") % {"choices": choices})
    return found[0]


def names_in(unit: Unit, *, on: date, most: int = 100) -> list[str]:
    """Names to choose from in a form: who holds offices in `unit` first, then its newest people. One query."""
    held = Membership.objects.current(on).filter(unit=unit).select_related("person")
    return list(dict.fromkeys(row.person.name for row in held.order_by("office", "-since", "pk")[:most]))


def _people_in(reach: Scope, unit: Unit, on: date) -> QuerySet[Person]:
    """People within `reach`, and those of `unit` itself, whoever asks: what she runs she may name people of."""
    there = Membership.objects.current(on).filter(Q(unit=unit) | reach.where("unit__path"))
    return Person.objects.filter(pk__in=there.values("person"))
