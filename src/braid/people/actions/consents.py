"""Consents: given with the words that were read, and withdrawn as easily."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from braid.kernel.access import require
from braid.kernel.errors import WrongState
from braid.kernel.personal import Purpose
from braid.people.consents import CHILD_ACCOUNT
from braid.people.models import Consent, Person
from braid.people.queries.guardians import is_child, is_guardian, looks_after

from .guardians import lock_child


@transaction.atomic
def give_consent(person: Person, purpose: Purpose, *, by: Person, at: datetime) -> Consent:
    """Record that `person` agrees to `purpose`, with its text in the language it is read in now.

    `by` is she herself, or her guardian while she is under 14. Refused for others, and when she agrees already.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    require(_may_answer(by, person, purpose, at=at))
    if Consent.objects.filter(person=person, purpose=purpose.key, withdrawn_at=None).exists():
        raise WrongState(_("This has been done already."))
    language = translation.get_language() or ""
    return Consent.objects.create(
        person=person, purpose=purpose.key, text=str(purpose.text), language=language, given_at=at, given_by=by
    )


@transaction.atomic
def withdraw_consent(person: Person, purpose: Purpose, *, by: Person, at: datetime) -> None:
    """Record that `person` agrees no more; as easily as she agreed. Refused as `give_consent` is."""
    require(_may_answer(by, person, purpose, at=at))
    held = Consent.objects.filter(person=person, purpose=purpose.key, withdrawn_at=None)
    if not held.update(withdrawn_at=at):
        raise WrongState(_("This has been done already."))
    if purpose.key == CHILD_ACCOUNT.key:
        lock_child(person.pk)


def _may_answer(by: Person, person: Person, purpose: Purpose, *, at: datetime) -> bool:
    """For a child her guardian answers, and first of all whether she agrees to be it; everybody else answers for herself."""
    on = timezone.localdate(at)
    if purpose.for_children:
        return is_guardian(by, person, on=on)
    return looks_after(by, person, on=on) and not (by.pk == person.pk and is_child(person, on=on))
