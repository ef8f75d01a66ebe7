"""The one access gate: what somebody's offices and grants let her do, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from braid.kernel.access import OPERATOR, Actor, Permission, Scope
from braid.kernel.prepared import one_of, prepared
from braid.units.enums import UnitStatus

from .enums import OFFICE_GRANTS, Reach, Role
from .models import Person
from .roles import HOLDERS

Held = tuple[Role, Reach, str]
"""One thing somebody holds: role, reach, unit path."""


def scope_of(actor: Actor, permission: Permission) -> Scope:
    """Where `actor` holds `permission` now; nobody but a person with a current office or grant holds anything."""
    if not isinstance(actor, Person) or not is_within_limits(actor, permission):
        return Scope()
    holders = HOLDERS.get(permission, frozenset())
    held = _scope((reach, path) for role, reach, path in held_by(actor) if role in holders)
    limits = _limits_of(actor)
    return held.within(limits.top) if limits else held


@dataclass(frozen=True)
class _Limits:
    """What an access key was made for: keys of `API_PERMISSIONS`, and the path of the unit it is for ("": every unit)."""

    names: frozenset[str]
    top: str


def limit(person: Person, names: Iterable[str], *, top: str = "") -> None:
    """For this instance, which lives for one request made with an access key: whatever she holds, only `names` count, and
    only in the subtree of the unit whose path is `top`. What is about her herself, as her notices, has no unit."""
    person.__dict__["_limits"] = _Limits(frozenset(names), top)


def is_within_limits(person: Person, name: str) -> bool:
    """Whether what `person` acts with here covers `name`: always, unless it is an access key made without it."""
    limits = _limits_of(person)
    return limits is None or name in limits.names


def _limits_of(person: Person) -> _Limits | None:
    return person.__dict__.get("_limits")


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
        held = person.__dict__["_held"] = tuple(one for _number, one in _read([person], also=_UNLOCKED))
    return held


def carried_by(person: Person) -> tuple[Held, ...]:
    """What she would hold if her account were not locked: what others are measured by who act on her account."""
    return carried_by_each([person])[person.pk]


def carried_by_each(persons: Sequence[Person]) -> dict[int, tuple[Held, ...]]:
    """As `carried_by`, for many persons in one query, by their numbers."""
    found: dict[int, list[Held]] = {person.pk: [] for person in persons}
    for number, held in _read(persons):
        found[number].append(held)
    return {number: tuple(held) for number, held in found.items()}


def forget_held(person: Person) -> None:
    """Read anew at the next question: called by what changes the rights of the very person it holds in hand."""
    person.__dict__.pop("_held", None)


def _read(persons: Sequence[Person], *, also: str = "") -> Iterable[tuple[int, Held]]:
    """What `persons` hold under the condition `also`, each with the number of the person. One query."""
    if not persons:
        return
    is_one, numbers = one_of("person_id", (person.pk for person in persons))
    sql = _HELD_SQL.format(is_one=is_one, offices=", ".join(str(int(office)) for office in OFFICE_GRANTS), also=also)
    day = connection.ops.adapt_datefield_value(timezone.localdate())
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with prepared(), connection.cursor() as cursor:
        cursor.execute(sql, [*numbers, day, day, *numbers, now, now])
        for number, office, name, how_far, path in cursor.fetchall():
            role, reach = OFFICE_GRANTS[office] if office else (Role(name), Reach(how_far))
            yield number, (role, reach, path)


_HELD_SQL = f"""
    SELECT person_id, office, role, reach, unit.path FROM (
        SELECT person_id, unit_id, office, '' AS role, '' AS reach FROM people_membership
        WHERE {{is_one}} AND office IN ({{offices}}) AND since <= %s AND (until IS NULL OR until > %s)
        UNION ALL SELECT person_id, unit_id, NULL, role, reach FROM people_grant
        WHERE {{is_one}} AND since <= %s AND (until IS NULL OR until > %s) AND revoked_at IS NULL
    ) AS held JOIN units_unit AS unit ON unit.number = unit_id WHERE unit.status = '{UnitStatus.ACTIVE.value}'{{also}}
"""  # noqa: S608 (own names and marks)
"""`MembershipQuerySet.current` and `GrantQuerySet.valid` by hand: every page of somebody signed in asks it."""
_UNLOCKED = " AND NOT EXISTS (SELECT 1 FROM people_account WHERE person_id = held.person_id AND NOT is_active)"


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
