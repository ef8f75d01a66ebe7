"""Guardians: who answers for the account of somebody under 14, from being named to the child's birthday."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, Operator, require
from braid.kernel.addresses import address_of
from braid.kernel.errors import BadInput, WrongState
from braid.people.consents import CHILD_ACCOUNT
from braid.people.enums import CHILD_YEARS
from braid.people.models import Account, Consent, Guardianship, Person
from braid.people.queries.guardians import has_agreed_guardian, is_child
from braid.people.queries.persons import paths_of
from braid.people.rules import can_change_person
from braid.people.telling import tell

SLICE = 200


@transaction.atomic
def mark_child(person: Person, *, under_14_until: date | None, by: Actor, at: datetime) -> Person:
    """Record that `person` turns 14 on a day to come: until then her account needs a guardian. None: she is older.

    No birthday is kept. Refused when `by` may not change her data, for a day that is past or too far away, and, since a
    guardian sees and erases for the child, once she has signed in by herself; then only the operator does it.
    """
    today = timezone.localdate(at)
    require(can_change_person(by, person, paths_of(person, on=today)) and by.pk != person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.under_14_until == under_14_until:
        return person
    if under_14_until and not today < under_14_until <= _years_after(today, CHILD_YEARS):
        raise BadInput(_("Enter the day on which she turns 14."), fields={"under_14_until": _("out of range")})
    if not isinstance(by, Operator) and Account.objects.filter(person=person).exclude(last_login=None).exists():
        raise WrongState(_("She has signed in already. Ask the operator to change this."))
    person.under_14_until = under_14_until
    person.save(update_fields=["under_14_until"])
    if under_14_until and not has_agreed_guardian(person):
        Account.objects.filter(person=person).update(is_active=False)
    return person


@transaction.atomic
def name_guardian(child: Person, guardian: Person, *, by: Actor, at: datetime) -> Guardianship:
    """Name `guardian` for `child`; who was it before is it no more. It counts once she agrees (`give_consent`).

    Refused when `by` may not change the child's data, when the child is none, and when the guardian is a child herself
    or has no account in which she could agree.
    """
    today = timezone.localdate(at)
    require(can_change_person(by, child, paths_of(child, on=today)) and by.pk != child.pk)
    child = Person.objects.select_for_update().get(pk=child.pk)
    if not is_child(child, on=today):
        raise WrongState(_("She is not under 14."))
    if guardian.pk == child.pk or is_child(guardian, on=today):
        raise BadInput(_("A guardian is somebody grown up."), fields={"guardian": _("not allowed")})
    account = Account.objects.select_related("person").filter(person=guardian, is_active=True).first()
    if account is None:
        raise WrongState(_("%(person)s has no account. Invite her first.") % {"person": guardian.name})
    end_guardianships(Guardianship.objects.filter(child=child, ended_at=None), at=at)
    named_by = by if isinstance(by, Person) else None
    tell(account, lambda: _asked_to_agree(child), at=at)
    return Guardianship.objects.create(child=child, guardian=guardian, named_at=at, named_by=named_by)


def _asked_to_agree(child: Person) -> tuple[str, str]:
    link = address_of(reverse("consents", args=[child.pk]))
    words = _(
        "Your unit named you as guardian of %(child)s, who is under 14 (%(name)s). Read what it means, and agree or not: %(link)s"
    )
    return _("Guardian of a child"), words % {"child": child.name, "name": settings.FEDERATION_NAME, "link": link}


def end_guardianships(rows: QuerySet[Guardianship], *, at: datetime) -> None:
    """End `rows`: what the guardians agreed to for the children ends, and the children's accounts are locked."""
    for one in list(rows):
        Consent.objects.filter(person=one.child_id, purpose=CHILD_ACCOUNT.key, withdrawn_at=None).update(
            withdrawn_at=at
        )
        lock_child(one.child_id)
        Guardianship.objects.filter(pk=one.pk).update(ended_at=at)


def lock_child(number: int) -> None:
    """Shut the account of the child `number`, with its open pages."""
    Account.objects.filter(person=number).update(is_active=False, session_round=F("session_round") + 1)


def forget_birthdays(at: datetime) -> int:
    """The sweep: who has turned 14 needs no guardian, and no day of hers is kept any longer. Returns how many those were."""
    grown = Person.objects.filter(under_14_until__lte=timezone.localdate(at)).order_by("pk")
    numbers = list(grown.values_list("pk", flat=True)[:SLICE])
    with transaction.atomic():
        Consent.objects.filter(person__in=numbers, purpose=CHILD_ACCOUNT.key).delete()
        Guardianship.objects.filter(child__in=numbers).delete()
        return Person.objects.filter(pk__in=numbers).update(under_14_until=None)


def refuse_without_guardian(person: Person, *, at: datetime) -> None:
    """An account of somebody under 14 is opened only once her guardian has agreed."""
    if is_child(person, on=timezone.localdate(at)) and not has_agreed_guardian(person):
        raise WrongState(
            _("%(person)s is under 14: her guardian must agree first. Name one on her page.") % {"person": person.name}
        )


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
