"""Invitations by a short code: read out, or printed on a slip; the owner sets her password with it, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.codes import hash_of_code, new_code
from braid.people.models import Account, Invitation, Person
from braid.people.queries.guardians import must_say_age
from braid.people.queries.invitations import invitation_of
from braid.people.rules import can_open_account

from .accounts import journal_at_home, open_account, paths_at, refuse_used

LASTS = timedelta(days=14)


@transaction.atomic
def invite(person: Person, *, by: Actor, at: datetime) -> tuple[Account, str]:
    """A code with which `person` sets her password, good once and for `LASTS`; her account is opened if she has none.

    A code she was given before and did not use is worth nothing from now on. The code itself is kept nowhere. Refused when
    `by` may not open accounts for her, when hers is locked, and once she has signed in: the way back in is `recoveries`.
    """
    account = Account.objects.filter(person=person).first() or open_account(person, by=by, at=at)
    was_used = account.last_login is not None
    require(can_open_account(by, person, paths_at(person, at), was_used=was_used))
    refuse_used(account)
    if not account.is_active:
        raise WrongState(_("The account is locked."))
    code = new_code()
    Invitation.objects.filter(account=account, used_at=None).delete()
    Invitation.objects.create(
        account=account, code_hash=hash_of_code(code), made_at=at, until=at + LASTS, by_number=by.pk
    )
    journal_at_home(person, "account.invited", by=by, at=at)
    return account, code


@transaction.atomic
def accept_invitation(code: str, *, password: str, is_grown: bool, at: datetime) -> Account:
    """Set the password of the account that `code` is for; returns the account.

    The code is what allows it: nobody is signed in yet. Refused when it was used or has run out, when the account
    is locked, once she has signed in, and unless she says that she is 14 or older (`is_grown`) or her guardian has agreed.
    """
    found = invitation_of(code, at=at)
    if found and not is_grown and must_say_age(found.account, on=timezone.localdate(at)):
        raise BadInput(_("Say whether you are 14 or older."), fields={"is_grown": _("missing")})
    if found is None or not Invitation.objects.filter(pk=found.pk, used_at=None).update(used_at=at):
        raise WrongState(_("This code does not work any more. Ask your officer for a new one."))
    account = found.account
    account.set_password(password)
    account.save(update_fields=["password"])
    return account


def forget_invitations(at: datetime) -> int:
    """Delete codes that have run out; returns how many."""
    return Invitation.objects.filter(until__lt=at).delete()[0]
