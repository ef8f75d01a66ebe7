"""The one access gate: what somebody's offices and grants let her do, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from braid.kernel.access import OPERATOR, Actor, Permission, Scope
from braid.units.enums import UnitStatus

from .enums import OFFICE_GRANTS, Reach, Role
from .models import Grant, Membership, Person
from .roles import HOLDERS

Held = tuple[Role, Reach, str]
"""One thing somebody holds: role, reach, unit path."""


def scope_of(actor: Actor, permission: Permission) -> Scope:
    """Where `actor` holds `permission` now; nobody but a person with a current office or grant holds anything."""
    if not isinstance(actor, Person) or not is_within_limits(actor, permission):
        return Scope()
    holders = HOLDERS.get(permission, frozenset())
    return _scope((reach, path) for role, reach, path in held_by(actor) if role in holders)


def limit(person: Person, names: Iterable[str]) -> None:
    """For this instance, which lives for one request made with an access key: whatever she holds, only these count."""
    person.__dict__["_limited_to"] = frozenset(names)


def is_within_limits(person: Person, name: str) -> bool:
    """Whether what `person` acts with here covers `name`: always, unless it is an access key made without it."""
    limited: frozenset[str] | None = person.__dict__.get("_limited_to")
    return limited is None or name in limited


def actor_of(number: int | None) -> Actor:
    """Who a kept `by_number` is, read anew, so that a job has the rights of now; None is the operator."""
    return OPERATOR if number is None else Person.objects.get(pk=number)


def held_by(person: Person) -> tuple[Held, ...]:
    """What `person` holds now, read once per instance: a request and a job each load their own, so nothing lingers.

    Paths are the units' own: the `unit_path` of a row follows a big move only a moment later. What is held at a closed
    unit gives nothing, and neither does anything while her account is locked.
    """
    held: tuple[Held, ...] | None = person.__dict__.get("_held")
    if held is None:
        unlocked = Q(person__account=None) | Q(person__account__is_active=True)
        held = person.__dict__["_held"] = tuple(one for _number, one in _read(unlocked & Q(person=person)))
    return held


def carried_by(person: Person) -> tuple[Held, ...]:
    """What she would hold if her account were not locked: what others are measured by who act on her account."""
    return carried_by_each([person])[person.pk]


def carried_by_each(persons: Sequence[Person]) -> dict[int, tuple[Held, ...]]:
    """As `carried_by`, for many persons in two queries, by their numbers."""
    found: dict[int, list[Held]] = {person.pk: [] for person in persons}
    for number, held in _read(Q(person__in=persons)):
        found[number].append(held)
    return {number: tuple(held) for number, held in found.items()}


def forget_held(person: Person) -> None:
    """Read anew at the next question: called by what changes the rights of the very person it holds in hand."""
    person.__dict__.pop("_held", None)


def _read(condition: Q) -> Iterable[tuple[int, Held]]:
    """What the persons that fit `condition` hold, each with the number of the person."""
    open_units = Q(unit__status=UnitStatus.ACTIVE)
    offices = Membership.objects.filter(condition, open_units, office__in=OFFICE_GRANTS)
    for number, office, path in offices.current(timezone.localdate()).values_list("person", "office", "unit__path"):
        role, reach = OFFICE_GRANTS[office]
        yield number, (role, reach, path)
    granted = Grant.objects.filter(condition, open_units).valid(timezone.now())
    for number, name, how_far, path in granted.values_list("person", "role", "reach", "unit__path"):
        yield number, (Role(name), Reach(how_far), path)


def _scope(reaches: Iterable[tuple[Reach, str]]) -> Scope:
    """The smallest scope that says the same: subtrees within subtrees and units within them are left out.

    A grant for one case (`Reach.CASE`) reaches no unit at all.
    """
    subtrees: list[str] = []
    units: set[str] = set()
    for reach, path in sorted(reaches, key=lambda held: held[1]):
        if reach == Reach.UNIT:
            units.add(path)
        elif reach == Reach.SUBTREE and not any(path.startswith(top) for top in subtrees):
            subtrees.append(path)
    alone = sorted(path for path in units if not any(path.startswith(top) for top in subtrees))
    return Scope(subtrees=tuple(subtrees), units=tuple(alone))
