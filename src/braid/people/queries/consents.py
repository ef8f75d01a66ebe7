"""Consents: whether somebody agreed to a purpose, and how it stands with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from braid.kernel.personal import PURPOSES, Purpose
from braid.people.models import Consent, Person

from .guardians import is_child


@dataclass(frozen=True)
class Asked:
    """One purpose, and what she said to it last."""

    purpose: Purpose
    consent: Consent | None

    @property
    def is_given(self) -> bool:
        return self.consent is not None and self.consent.withdrawn_at is None


def consents_to(person: Person, purpose: Purpose) -> bool:
    """Whether `person` agrees to `purpose` now. Whatever it is about is left undone where she does not."""
    return Consent.objects.filter(person=person, purpose=purpose.key, withdrawn_at=None).exists()


def who_consent(persons: Iterable[Person], purpose: Purpose) -> set[int]:
    """The numbers of those among `persons` who agree to `purpose` now, in one query."""
    rows = Consent.objects.filter(person__in=[one.pk for one in persons], purpose=purpose.key, withdrawn_at=None)
    return set(rows.values_list("person_id", flat=True))


def consents_of(person: Person, *, on: date) -> list[Asked]:
    """Every purpose that is asked of `person`, in the order in which the apps ask, with her latest answer."""
    latest: dict[str, Consent] = {}
    for row in Consent.objects.filter(person=person).order_by("given_at", "pk"):
        latest[row.purpose] = row
    child = is_child(person, on=on)
    return [Asked(one, latest.get(one.key)) for one in PURPOSES.values() if child or not one.for_children]
