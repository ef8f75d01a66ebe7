"""Erasures: the one that waits for somebody."""

from __future__ import annotations

from django.http import Http404

from braid.people.enums import ErasureState
from braid.people.models import Erasure, Person


def waiting_erasure_of(person: Person) -> Erasure | None:
    """The erasure of `person` that was asked for and can still be taken back."""
    rows = Erasure.objects.filter(person=person, state=ErasureState.ASKED).select_related("person")
    return rows.first()


def erasure_for(person: Person) -> Erasure:
    """The same; absent where there is none."""
    found = waiting_erasure_of(person)
    if found is None:
        raise Http404
    return found
