"""Recovery by two officers: the way back for somebody who has lost every way to sign in.

One officer alone, or a thief with her session, must not be able to take an account over unseen: two who may fill her
office agree, she is told on every channel at every step, and for a day she can stop it by a button or a link.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from braid.kernel.access import may, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.outbox import owe, task
from braid.people.enums import (
    MOST_RECOVERIES,
    OPEN_RECOVERY,
    RECOVERY_DELAY,
    RECOVERY_FLOW,
    RECOVERY_PATIENCE,
    RecoveryState,
)
from braid.people.models import Account, ApiToken, Person, Recovery
from braid.people.recovery_words import announce
from braid.people.rules import FILL_OFFICES, can_help_recover
from braid.units.models import Unit

from .accounts import paths_at
from .sessions import end_all_sessions
from .tokens import hash_of


@transaction.atomic
def ask_recovery(account: Account, *, why: str, by: Person, at: datetime) -> Recovery:
    """Begin the recovery of `account`: a second officer must agree within `RECOVERY_PATIENCE`.

    Refused when `by` may not help recover it, without a reason, for an account never used (an invitation does), while
    another recovery is open, and when it was asked for `MOST_RECOVERIES` times lately.
    """
    account = _lock(account)
    require(can_help_recover(by, account.person, paths_at(account.person, at)))
    if not why.strip():
        raise BadInput(_("Say how you know that it is she."), fields={"why": _("missing")})
    if account.last_login is None:
        raise WrongState(_("She has never signed in. Give her the link to set her password."))
    _refuse_again(account, at=at)
    unit = _unit_of(account.person, by, at=at)
    recovery = Recovery.objects.create(
        account=account,
        unit=unit,
        unit_path=unit.path,
        why=why.strip(),
        asked_by=by,
        asked_at=at,
        until=at + RECOVERY_PATIENCE,
    )
    Account.objects.filter(pk=account.pk).update(is_being_recovered=True)
    record(unit, Strand.CONTACT, "recovery.asked", by=by, at=at)
    owe(lapse_recovery, recovery.pk, due=recovery.until)
    announce(recovery, at=at)
    return recovery


@transaction.atomic
def agree_recovery(recovery: Recovery, *, by: Person, at: datetime) -> Recovery:
    """Be the second officer: after `RECOVERY_DELAY` the link can be given to her.

    Refused when `by` may not help recover the account or asked for it herself, and unless it waits for that.
    """
    recovery = _read(recovery)
    require(by.pk != recovery.asked_by_id and _may_help(by, recovery, at=at))
    opens_at = at + RECOVERY_DELAY
    RECOVERY_FLOW.move(
        recovery,
        RecoveryState.WAITING,
        agreed_by=by,
        agreed_at=at,
        opens_at=opens_at,
        until=opens_at + RECOVERY_PATIENCE,
    )
    record(recovery.unit, Strand.CONTACT, "recovery.agreed", by=by, at=at)
    owe(open_recovery, recovery.pk, due=opens_at)
    owe(lapse_recovery, recovery.pk, due=recovery.until)
    announce(recovery, at=at)
    return recovery


@task
@transaction.atomic
def open_recovery(pk: int, *, at: datetime) -> None:
    """The day has passed: the link can be given to her, if nobody stopped it and both officers still may help."""
    recovery = _found(pk)
    if recovery is None or recovery.state != RecoveryState.WAITING:
        return
    officers = [recovery.asked_by, recovery.agreed_by]
    if not all(officer and _may_help(officer, recovery, at=at) for officer in officers):
        _end(recovery, RecoveryState.LAPSED, at=at)
        return
    RECOVERY_FLOW.move(recovery, RecoveryState.READY)
    announce(recovery, at=at)


@task
@transaction.atomic
def lapse_recovery(pk: int, *, at: datetime) -> None:
    """Its time is over; one that was agreed meanwhile has a later end, and a task of its own for that."""
    recovery = _found(pk)
    if recovery and recovery.is_open and recovery.until <= at:
        _end(recovery, RecoveryState.LAPSED, at=at)


@transaction.atomic
def hand_over_recovery(recovery: Recovery, *, by: Person, at: datetime) -> str:
    """The path of the link to give to her: shown once, kept as a hash only; asking again makes the one before useless.

    Refused unless `by` is one of the two and still may help, and unless the day has passed.
    """
    recovery = _read(recovery)
    require(by.pk in (recovery.asked_by_id, recovery.agreed_by_id) and _may_help(by, recovery, at=at))
    if recovery.state != RecoveryState.READY or recovery.until <= at:
        raise WrongState(_("There is no link now: %(state)s.") % {"state": recovery.get_state_display()})
    secret = secrets.token_urlsafe(32)
    held = Recovery.objects.filter(pk=recovery.pk, state=RecoveryState.READY)
    if not held.update(secret_hash=hash_of(secret)):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    return reverse("recovery_use", kwargs={"token": secret})


@transaction.atomic
def use_recovery(recovery: Recovery, *, password: str, at: datetime) -> Account:
    """She sets a new password with the link: everything else that led into the account leads nowhere any more.

    Her passkeys, code app, recovery codes, accounts elsewhere, access keys and sessions end. Refused when it was stopped,
    used or has run out, and while the account is locked.
    """
    recovery = _read(recovery)
    account = _lock(recovery.account)
    if recovery.until <= at:
        raise WrongState(_("This link is too old. Ask the officers of your unit for a new one."))
    if not account.is_active:
        raise WrongState(_("This account is locked. The head of your unit knows why and can open it again."))
    _end(recovery, RecoveryState.DONE, at=at)
    account.set_password(password)
    account.save(update_fields=["password"])
    Authenticator.objects.filter(user=account).delete()
    SocialAccount.objects.filter(user=account).delete()
    ApiToken.objects.filter(person=account.person, revoked_at=None).update(revoked_at=at)
    end_all_sessions(account)
    record(recovery.unit, Strand.CONTACT, "recovery.done", by=account.person, at=at)
    return account


@transaction.atomic
def stop_recovery(recovery: Recovery, *, at: datetime) -> Recovery:
    """She says no, by the button on every page or by the link in every message. Refused when it is over already."""
    recovery = _read(recovery)
    _end(recovery, RecoveryState.STOPPED, at=at)
    record(recovery.unit, Strand.CONTACT, "recovery.stopped", by=recovery.account.person, at=at)
    return recovery


@transaction.atomic
def withdraw_recovery(recovery: Recovery, *, by: Person, at: datetime) -> Recovery:
    """An officer takes it back. Refused when `by` could not help recover the account, and when it is over already."""
    recovery = _read(recovery)
    require(_may_help(by, recovery, at=at))
    _end(recovery, RecoveryState.WITHDRAWN, at=at)
    return recovery


def _end(recovery: Recovery, state: RecoveryState, *, at: datetime) -> None:
    RECOVERY_FLOW.move(recovery, state, ended_at=at, secret_hash="")
    Account.objects.filter(pk=recovery.account_id).update(is_being_recovered=False)
    announce(recovery, at=at)


def _refuse_again(account: Account, *, at: datetime) -> None:
    asked = Recovery.objects.filter(account=account)
    if asked.filter(state__in=OPEN_RECOVERY).exists():
        raise WrongState(_("Her account is being recovered already."))
    if asked.filter(asked_at__gt=at - RECOVERY_PATIENCE).count() >= MOST_RECOVERIES:
        raise WrongState(_("This was tried often lately. Wait some days, or ask the operator."))


def _unit_of(person: Person, by: Person, *, at: datetime) -> Unit:
    """The unit of hers at which `by` may help: what the recovery is counted at."""
    path = next(path for path in paths_at(person, at) if may(by, FILL_OFFICES, path))
    return Unit.objects.get(path=path)


def _may_help(by: Person, recovery: Recovery, *, at: datetime) -> bool:
    person = recovery.account.person
    return can_help_recover(by, person, paths_at(person, at))


def _lock(account: Account) -> Account:
    return Account.objects.select_related("person").select_for_update(of=("self",)).get(pk=account.pk)


def _read(recovery: Recovery) -> Recovery:
    """As it stands now; the account's row is the lock of all its recoveries."""
    _lock(recovery.account)
    related = ("account__person", "unit", "asked_by", "agreed_by")
    return Recovery.objects.select_related(*related).get(pk=recovery.pk)


def _found(pk: int) -> Recovery | None:
    found = Recovery.objects.select_related("account").filter(pk=pk).first()
    return _read(found) if found else None
