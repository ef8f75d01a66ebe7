"""What the database knows of the units and people that a file of officers names: a few questions for each slice of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple, TypeVar

from braid.kernel.access import Actor, scope
from braid.people.enums import CameBy, Office
from braid.people.models import Membership, Person, Term
from braid.people.rules import VIEW_PEOPLE
from braid.units.models import Unit

from .rows import Row

SLICE = 200
T = TypeVar("T")


class Head(NamedTuple):
    """Who is head of a unit now."""

    membership: int
    person: int
    name: str
    is_acting: bool


@dataclass
class Known:
    """By unit code the unit; by unit number, name and phone the people; by unit number, person and office what is held."""

    units: dict[str, Unit] = field(default_factory=dict)
    in_unit: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    """Unit and name: the people of that name there."""
    by_phone: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    """Phone: number and name of the people with it whom the importer may see."""
    phones: dict[int, str] = field(default_factory=dict)
    """Person: her phone."""
    held: set[tuple[int, int, int]] = field(default_factory=set)
    heads: dict[int, Head] = field(default_factory=dict)
    terms: dict[int, list[Term]] = field(default_factory=dict)
    """Unit: its terms, the latest first."""


def known_about(rows: list[Row], *, by: Actor, on: date, locks: bool = False) -> Known:
    """What `rows` are about, as far as `by` sees it on the day `on`; `locks` holds the units until the transaction ends."""
    known = Known()
    _read_units(known, {row.unit_code for row in rows}, by=by, locks=locks)
    names: dict[int, set[str]] = {}
    for row in rows:
        if unit := known.units.get(row.unit_code):
            names.setdefault(unit.pk, set()).add(row.name)
    _read_phones(known, {row.phone for row in rows if row.phone}, by=by, on=on)
    for numbers in _slices(sorted(names)):
        _read_people(known, numbers, set().union(*(names[number] for number in numbers)), on=on)
    return known


def _read_units(known: Known, codes: set[str], *, by: Actor, locks: bool) -> None:
    units = Unit.objects.active().filter(scope(by, VIEW_PEOPLE).where("path")).order_by("pk")
    if locks:
        units = units.select_for_update()
    for some in _slices(sorted(codes)):
        known.units.update({unit.code: unit for unit in units.filter(code__in=some)})


def _read_phones(known: Known, phones: set[str], *, by: Actor, on: date) -> None:
    """Only people the importer may see: a phone number in a file must not tell who has it elsewhere."""
    seen = scope(by, VIEW_PEOPLE)
    for some in _slices(sorted(phones)):
        people = list(Person.objects.filter(phone__in=some).exclude(phone="").order_by("pk"))
        there = Membership.objects.current(on).filter(seen.where("unit__path"), person__in=people)
        within = set(there.values_list("person", flat=True))
        for person in people:
            if person.pk in within:
                known.by_phone.setdefault(person.phone, set()).add((person.pk, str(person.name)))
        rows = Membership.objects.current(on).filter(person__in=within)
        known.held.update(rows.values_list("unit", "person", "office"))


def _read_people(known: Known, numbers: list[int], names: set[str], *, on: date) -> None:
    current = Membership.objects.current(on).filter(unit__in=numbers)
    named = current.filter(person__name__in=names).values_list(
        "unit", "person", "office", "person__name", "person__phone"
    )
    for unit, person, office, name, phone in named:
        known.in_unit.setdefault((unit, name), set()).add(person)
        known.phones[person] = phone
        known.held.add((unit, person, office))
    heads = current.filter(office=Office.HEAD).values_list("unit", "pk", "person", "person__name", "came_by")
    for unit, pk, person, name, came_by in heads:
        known.heads[unit] = Head(pk, person, name, came_by == CameBy.ACTING)
    for term in Term.objects.filter(unit__in=numbers).order_by("-number"):
        known.terms.setdefault(term.unit_id, []).append(term)


def _slices(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while some := list(islice(iterator, SLICE)):
        yield some
