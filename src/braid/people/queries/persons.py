"""One person, what she is, and who holds what at a unit: cut by what the reader may see.

Single rows are asked for the path their unit has now: their own `unit_path` follows a big move only a moment later.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from braid.kernel.access import Actor, Permission, scope
from braid.people.enums import OFFICE_GRANTS, Office, Reach
from braid.people.models import Grant, Membership, Person
from braid.people.roles import HOLDERS
from braid.people.rules import VIEW_GRANTS, VIEW_PEOPLE
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.paths import ancestor_paths

UNIT_PATH = "unit__path"


def person_for(reader: Actor, pk: int, *, on: date) -> Person:
    """The person `pk`, if she is the reader herself or is, on the day `on`, in a unit the reader sees people of; else 404."""
    if reader.pk != pk:
        seen = Membership.objects.current(on).filter(scope(reader, VIEW_PEOPLE).where(UNIT_PATH), person=pk)
        if not seen.exists():
            raise Http404
    found = Person.objects.select_related("account").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def memberships_of(person: Person, *, on: date) -> QuerySet[Membership]:
    """What `person` is on the day `on`, with the units, those nearest the root first."""
    return person.memberships.current(on).select_related("unit").order_by("unit__depth", "office", "pk")


def memberships_seen(reader: Actor, person: Person, *, on: date) -> QuerySet[Membership]:
    """What `person` is, as far as `reader` sees: her own all, of others only in units within reach."""
    rows = memberships_of(person, on=on)
    return rows if reader.pk == person.pk else rows.filter(scope(reader, VIEW_PEOPLE).where(UNIT_PATH))


def holders_at(unit: Unit, *, on: date) -> QuerySet[Membership]:
    """Who holds the offices of `unit` on the day `on`, head first; plain members are not among them."""
    rows = Membership.objects.current(on).filter(unit=unit, office__lt=Office.MEMBER)
    return rows.select_related("person", "term").order_by("office", "since", "pk")


def grants_at(unit: Unit, *, at: datetime) -> QuerySet[Grant]:
    """The grants given at `unit` that hold at the moment `at`, with person and giver, newest first."""
    return (
        Grant.objects.valid(at).filter(unit=unit).select_related("person", "unit", "given_by").order_by("-since", "-pk")
    )


def grants_of(person: Person, *, at: datetime) -> QuerySet[Grant]:
    """What `person` was granted and holds at the moment `at`."""
    return person.grants.valid(at).select_related("unit", "given_by").order_by("-since", "-pk")


def paths_of(person: Person, *, on: date) -> list[str]:
    """The paths of the units `person` is in on the day `on`."""
    return list(person.memberships.current(on).values_list(UNIT_PATH, flat=True).order_by("pk"))


def last_moment_of(person: Person, permission: Permission, path: str, *, reach: Reach, at: datetime) -> datetime | None:
    """Until when `person`, as things stand at `at`, holds `permission` at `path` as far as `reach`.

    None: without an end, or not at all. What she holds for one unit alone does not count below it or for what is below.
    """
    roles = HOLDERS[permission]
    covering = Q(unit__path__in=[*ancestor_paths(path), path], unit__status=UnitStatus.ACTIVE)
    here = Q(unit__path=path) if reach == Reach.UNIT else Q(pk__in=())
    wide = [office for office, (role, far) in OFFICE_GRANTS.items() if role in roles and far == Reach.SUBTREE]
    narrow = [office for office, (role, far) in OFFICE_GRANTS.items() if role in roles and far == Reach.UNIT]
    offices = person.memberships.current(timezone.localdate(at)).filter(
        Q(office__in=wide) | here & Q(office__in=narrow)
    )
    grants = person.grants.valid(at).filter(Q(reach=Reach.SUBTREE) | here & Q(reach=Reach.UNIT), role__in=roles)
    ends: list[datetime | None] = [
        _midnight(until) for until in offices.filter(covering).values_list("until", flat=True)
    ]
    ends += grants.filter(covering).values_list("until", flat=True)
    return None if None in ends else max((end for end in ends if end), default=None)


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) if day else None


def membership_for(reader: Actor, pk: int, *, on: date) -> Membership:
    """The membership `pk` that holds on the day `on`, if it is the reader's own or of a unit she sees people of; else 404."""
    own = Q(person=reader.pk) if reader.pk else Q(pk__in=())
    rows = Membership.objects.current(on).filter(own | scope(reader, VIEW_PEOPLE).where(UNIT_PATH), pk=pk)
    found = rows.select_related("unit", "person").first()
    if found is None:
        raise Http404
    return found


def grant_for(reader: Actor, pk: int) -> Grant:
    """The grant `pk`, if it is the reader's own or of a unit whose grants she sees; else 404."""
    own = Q(person=reader.pk) if reader.pk else Q(pk__in=())
    found = (
        Grant.objects.filter(own | scope(reader, VIEW_GRANTS).where(UNIT_PATH), pk=pk)
        .select_related("unit", "person")
        .first()
    )
    if found is None:
        raise Http404
    return found
