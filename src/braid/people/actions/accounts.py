"""Accounts: opened by officers, put to use by their owners with a link, locked and unlocked."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, Operator, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Account, Membership, Person
from braid.people.phones import clean_phone
from braid.people.queries.persons import paths_of
from braid.people.rules import can_open_account

from .guardians import refuse_without_guardian


@transaction.atomic
def open_account(
    person: Person, *, by: Actor, at: datetime, username: str = "", phone: str = "", email: str = ""
) -> Account:
    """Give `person` an account without a password; `invitation_path` leads her to setting one.

    Without `username` she gets one from her number. Refused when `by` may not, when she has an account, and when
    user name, phone or e-mail are taken or of the wrong form.
    """
    require(can_open_account(by, person, paths_at(person, at), was_used=False))
    if Account.objects.filter(person=person).exists():
        raise WrongState(_("%(person)s has an account already.") % {"person": person.name})
    refuse_without_guardian(person, at=at)
    account = Account(
        person=person,
        username=username.strip().lower() or f"p{person.pk}",
        phone=clean_phone(phone) or None,
        email=email.strip().lower(),
        date_joined=at,
    )
    _refuse_taken(account)
    account.set_unusable_password()
    account.save()
    journal_at_home(person, "account.opened", by=by, at=at)
    return account


def invitation_path(account: Account, *, by: Actor, at: datetime) -> str:
    """The address, good once and for a few days, at which the owner of `account` sets her first password.

    Refused when `by` may not open accounts for her, and once she has signed in: from then on no single officer can let
    anybody into her account (see `recoveries`), only the operator.
    """
    was_used = account.last_login is not None
    require(can_open_account(by, account.person, paths_at(account.person, at), was_used=was_used))
    if not isinstance(by, Operator):
        refuse_used(account)
    journal_at_home(account.person, "account.invited", by=by, at=at)
    key = default_token_generator.make_token(account)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": key})


def refuse_used(account: Account) -> None:
    """An account whose owner has signed in is opened to nobody by a single officer."""
    if account.last_login is not None:
        raise WrongState(_("She has signed in before. To let her in again, two officers recover her account."))


def lock_account(account: Account, *, by: Actor, at: datetime) -> Account:
    """Shut the account: its sessions end at their next request, queued work in its name is refused."""
    return _set_active(account, False, by=by, at=at)


def unlock_account(account: Account, *, by: Actor, at: datetime) -> Account:
    """Open a locked account again."""
    return _set_active(account, True, by=by, at=at)


@transaction.atomic
def _set_active(account: Account, is_active: bool, *, by: Actor, at: datetime) -> Account:
    require(can_open_account(by, account.person, paths_at(account.person, at), was_used=True))
    if is_active:
        refuse_without_guardian(account.person, at=at)
    moved = Account.objects.filter(pk=account.pk, is_active=not is_active).update(is_active=is_active)
    if not moved:
        raise WrongState(_("This has been done already."))
    account.is_active = is_active
    journal_at_home(account.person, "account.unlocked" if is_active else "account.locked", by=by, at=at)
    return account


def _refuse_taken(account: Account) -> None:
    """What one signs in with belongs to one account."""
    if "@" in account.username or account.username.startswith("+"):
        raise BadInput(_("A user name has no @ and does not begin with +."), fields={"username": _("not allowed")})
    same = Q(username__iexact=account.username)
    if account.phone:
        same |= Q(phone=account.phone)
    if account.email:
        same |= Q(email__iexact=account.email)
    if Account.objects.filter(same).exists():
        raise WrongState(_("This user name, phone number or e-mail address already signs in to another account."))


def paths_at(person: Person, at: datetime) -> list[str]:
    """The paths of the units she is in at the moment `at`."""
    return paths_of(person, on=timezone.localdate(at))


def journal_at_home(person: Person, kind: str, *, by: Actor, at: datetime) -> None:
    """In the journal it stands at the first unit she is in."""
    home = Membership.objects.current(timezone.localdate(at)).filter(person=person).select_related("unit")
    first = home.order_by("pk").first()
    if first:
        record(first.unit, Strand.CONTACT, kind, by=by, at=at)
