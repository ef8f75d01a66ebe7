"""Guardians: whose data somebody looks after besides her own."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from braid.kernel.access import Actor
from braid.people.consents import CHILD_ACCOUNT
from braid.people.models import Account, Consent, Guardianship, Person


def is_child(person: Person, *, on: date) -> bool:
    """Whether `person` is under 14 on the day `on`, as far as is known."""
    return person.under_14_until is not None and person.under_14_until > on


def must_say_age(account: Account, *, on: date) -> bool:
    """Whether whoever sets the password of `account` has to say first that she is no child: before it was ever used.

    Of a known child her guardian has agreed, or the account would be locked.
    """
    return account.last_login is None and not is_child(account.person, on=on)


def guardianship_of(child: Person) -> Guardianship | None:
    """Who is named as guardian of `child` now, with the guardian."""
    return Guardianship.objects.filter(child=child, ended_at=None).select_related("guardian").first()


def has_agreed_guardian(child: Person) -> bool:
    """Whether `child` has a guardian who agreed."""
    named = Guardianship.objects.filter(child=child, ended_at=None)
    return named.filter(_agreed()).exists()


def is_guardian(by: Actor, child: Person, *, on: date) -> bool:
    """Whether `by` is named as guardian of `child`, who is under 14 on the day `on`; she may not have agreed yet."""
    if by.pk is None or not is_child(child, on=on):
        return False
    return Guardianship.objects.filter(child=child, guardian=by.pk, ended_at=None).exists()


def looks_after(by: Actor, person: Person, *, on: date) -> bool:
    """Whether the data of `person` is in the hands of `by`: she herself, or the guardian of a child who has agreed."""
    return by.pk == person.pk or (is_guardian(by, person, on=on) and has_agreed_guardian(person))


def wards_of(person: Person, *, on: date) -> QuerySet[Guardianship]:
    """The children under 14 she is named as guardian of, whether or not she has agreed yet, with the child."""
    rows = Guardianship.objects.filter(guardian=person, ended_at=None, child__under_14_until__gt=on)
    return rows.select_related("child").annotate(is_agreed=Exists(_consents())).order_by("pk")


def subject_for(reader: Person, pk: int, *, on: date) -> Person:
    """Whose data the reader looks after: her own, or that of a child whose guardian she is and has agreed to be; else 404."""
    if reader.pk == pk:
        return reader
    row = wards_of(reader, on=on).filter(_agreed(), child=pk).first()
    if row is None:
        raise Http404
    return row.child


def ward_for(reader: Person, pk: int, *, on: date) -> Guardianship:
    """The guardianship of the child `pk`, if the reader is named for her; else 404."""
    row = wards_of(reader, on=on).filter(child=pk).first()
    if row is None:
        raise Http404
    return row


def _agreed() -> Exists:
    return Exists(_consents())


def _consents() -> QuerySet[Consent]:
    """What the guardian of a row agreed to for its child."""
    return Consent.objects.filter(
        person=OuterRef("child"), given_by=OuterRef("guardian"), purpose=CHILD_ACCOUNT.key, withdrawn_at=None
    )
