"""Erasing: asked for, told, taken back or carried out, and the holdings of every app gone through until nothing is left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import OPERATOR, require
from braid.kernel.errors import WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.outbox import owe, task
from braid.kernel.personal import HOLDINGS, SLICE, Traces
from braid.people.enums import ERASURE_DELAY, ERASURE_FLOW, OPEN_ERASURE, ErasureState
from braid.people.erasure_words import announce
from braid.people.models import Account, Erasure, Membership, Person
from braid.people.phones import clean_or_empty
from braid.people.queries.guardians import looks_after

from .memberships import finish_office

SHORTEST_USER_NAME = 5
"""A shorter user name may be a word; texts are not searched for it."""


@transaction.atomic
def ask_erasure(person: Person, *, by: Person, at: datetime) -> Erasure:
    """Ask that all that says who `person` is be erased after `ERASURE_DELAY`; she is told on every channel she has.

    Refused unless `by` is she herself or her guardian, and while it is asked for already.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    require(looks_after(by, person, on=timezone.localdate(at)))
    if person.erased_at or Erasure.objects.filter(person=person, state__in=OPEN_ERASURE).exists():
        raise WrongState(_("This has been done already."))
    erasure = Erasure.objects.create(person=person, asked_at=at, asked_by=by, due_at=at + ERASURE_DELAY)
    Account.objects.filter(person=person).update(erased_on=timezone.localdate(erasure.due_at))
    owe(carry_out_erasure, erasure.pk, due=erasure.due_at)
    announce(erasure, at=at)
    return erasure


@transaction.atomic
def take_back_erasure(erasure: Erasure, *, by: Person, at: datetime) -> Erasure:
    """Keep everything as it is. Refused unless `by` is she herself or her guardian, and once the erasing has begun."""
    require(looks_after(by, erasure.person, on=timezone.localdate(at)))
    ERASURE_FLOW.move(erasure, ErasureState.TAKEN_BACK, ended_at=at)
    Account.objects.filter(person=erasure.person_id).update(erased_on=None)
    announce(erasure, at=at)
    return erasure


@task
@transaction.atomic
def carry_out_erasure(pk: int, *, at: datetime) -> None:
    """Erase a slice; what is left is owed again. Killed in between it goes on, since what is erased is found no more."""
    erasure = Erasure.objects.select_for_update().select_related("person").filter(pk=pk).first()
    if erasure is None or erasure.state not in OPEN_ERASURE:
        return
    if erasure.state == ErasureState.ASKED:
        _begin(erasure, at=at)
    if _erase_slice(traces_of(erasure.person, at=at)):
        owe(carry_out_erasure, pk, due=at)
        return
    ERASURE_FLOW.move(erasure, ErasureState.DONE, ended_at=at)


def _begin(erasure: Erasure, *, at: datetime) -> None:
    """Nobody signs in any more; what she was ends, and is counted, as if she had left."""
    ERASURE_FLOW.move(erasure, ErasureState.ERASING)
    Account.objects.filter(person=erasure.person_id).update(is_active=False)
    today = timezone.localdate(at)
    held = Membership.objects.current(today).filter(person=erasure.person_id).select_related("unit", "person")
    current = list(held.order_by("pk"))
    if current:
        record(current[0].unit, Strand.CONTACT, "person.erased", at=at)
    for one in current:
        finish_office(one, until=today, by=OPERATOR, at=at)


def _erase_slice(traces: Traces) -> bool:
    """Go through the holdings; stop at the first that may have more than was erased. Returns whether it stopped."""
    for holding in sorted(HOLDINGS, key=lambda one: one.is_last):
        if holding.erase(holding.rows_of(traces.number), traces) >= SLICE:
            return True
    return False


def traces_of(person: Person, *, at: datetime) -> Traces:
    """What leads to `person`: her number, and her name, addresses and numbers in every way they are written."""
    account = Account.objects.filter(person=person).first()
    texts = {person.name, person.phone, person.email, person.email.lower(), clean_or_empty(person.phone)}
    if account:
        texts |= {account.email, account.phone or ""}
        if len(account.username) >= SHORTEST_USER_NAME:
            texts.add(account.username)
    return Traces(person.pk, tuple(sorted(filter(None, texts))), at)
