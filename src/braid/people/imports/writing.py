"""Carrying out the plan of a file of officers: a few statements for thousands of rows, inside the import's transaction."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from braid.kernel.access import Actor
from braid.kernel.imports.staging import Progress
from braid.kernel.ledger import Happened, Strand, record_all
from braid.people.enums import Office
from braid.people.models import Membership, Person, Term

from .known import Known
from .rows import Deed, Newcomer, Plan

BATCH = 1_000


def carry_out(plan: Plan, known: Known, *, by: Actor, at: datetime, on: date, progress: Progress) -> None:
    """End who was acting, enter the new people, give the offices, and journal all of it."""
    ended = Membership.objects.filter(pk__in=plan.ends)
    happened = Counter((number, "office.ended") for number in ended.values_list("unit", flat=True))
    ended.update(until=on)
    people = _enter(plan.deeds, at=at)
    for start in range(0, len(plan.deeds), BATCH):
        some = plan.deeds[start : start + BATCH]
        Membership.objects.bulk_create([_membership(deed, people, known, on) for deed in some])
        progress("write", start + len(some), len(plan.deeds))
    happened.update((deed.unit.pk, _kind(deed)) for deed in plan.deeds)
    record_all(
        [Happened(number, Strand.CONTACT, kind, amount) for (number, kind), amount in happened.items()], by=by, at=at
    )


def _enter(deeds: list[Deed], *, at: datetime) -> dict[Newcomer, int]:
    """One person for each newcomer, however many offices she takes."""
    new: dict[Newcomer, str] = {}
    for deed in deeds:
        if not isinstance(deed.person, int):
            new[deed.person] = new.get(deed.person) or deed.row.email
    people = Person.objects.bulk_create(
        [Person(name=name, phone=phone, email=email, created_at=at) for (phone, name, _unit), email in new.items()],
        batch_size=BATCH,
    )
    return {newcomer: person.pk for newcomer, person in zip(new, people, strict=True)}


def _membership(deed: Deed, people: dict[Newcomer, int], known: Known, on: date) -> Membership:
    row, unit, since = deed.row, deed.unit, deed.row.since or on
    return Membership(
        person_id=deed.person if isinstance(deed.person, int) else people[deed.person],
        unit=unit,
        unit_path=unit.path,
        office=row.office,
        since=since,
        came_by=row.came_by,
        term=None if row.office == Office.MEMBER else _term_at(known.terms.get(unit.pk, []), since),
    )


def _term_at(terms: list[Term], day: date) -> Term | None:
    return next((term for term in terms if term.begins_on <= day), None)


def _kind(deed: Deed) -> str:
    return "person.joined" if deed.row.office == Office.MEMBER else "office.taken"
