"""The e-mail address and the number somebody signs in with: changed by proving the new one, and told to the old one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.access import require
from braid.kernel.delivery import send_later
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Account, Person
from braid.people.phones import clean_phone
from braid.people.telling import EMAIL, SMS, tell_of_change

LASTS = timedelta(minutes=10)
MOST_TRIES = 3
DIGITS = 8

CHANGED = {
    EMAIL: gettext_lazy("The e-mail address you sign in with was changed"),
    SMS: gettext_lazy("The phone number you sign in with was changed"),
}
"""What the old address is told."""


@dataclass(frozen=True)
class Proof:
    """A code that was sent to a new address: kept in the session that asked, as a keyed hash only."""

    account: int
    channel: str
    address: str
    digest: str
    until: float
    tries: int = 0

    @property
    def as_kept(self) -> dict[str, Any]:
        """For the session."""
        return asdict(self)

    @property
    def after_a_try(self) -> Proof:
        """The same with one try less to come."""
        return Proof(**{**asdict(self), "tries": self.tries + 1})

    def holds(self, at: datetime) -> bool:
        """Whether a code can still be tried."""
        return at.timestamp() < self.until and self.tries < MOST_TRIES

    def fits(self, code: str) -> bool:
        """Whether `code` is the one that was sent. None fits an address that belongs to another account."""
        return bool(self.digest) and constant_time_compare(self.digest, _digest(self, _digits(code)))


@transaction.atomic
def ask_address(account: Account, channel: str, typed: str, *, by: Person, at: datetime) -> Proof:
    """Send a code to the address she wants to sign in with; with it she confirms that it is hers.

    An address of another account gets a warning and no code, and she is answered the same: nobody learns from this who
    has an account. Refused for anybody but herself, for what is no address, and for the one she has.
    """
    require(by.pk == account.person_id)
    address = _clean(channel, typed)
    if address in (account.email, account.phone):
        raise BadInput(_("You sign in with this already."), fields={"address": _("not new")})
    proof = Proof(account.pk, channel, address, "", (at + LASTS).timestamp())
    if _is_taken(address, account):
        _send(
            proof,
            _("Somebody wanted to sign in to %(name)s with this address. It belongs to your account and stays so."),
            at,
        )
        return proof
    code = get_random_string(DIGITS, "0123456789")
    words = _("%(code)s is your code to confirm this address for %(name)s. It works for 10 minutes. Give it to nobody.")
    _send(proof, words, at, code=f"{code[:4]}-{code[4:]}")
    return Proof(**{**asdict(proof), "digest": _digest(proof, code)})


@transaction.atomic
def confirm_address(account: Account, proof: Proof, code: str, *, by: Person, at: datetime) -> Account:
    """Make the proved address the one she signs in with; every address she has until now is told of it.

    Refused for anybody but herself, for a wrong code, when it is too old or was tried too often, and when the address came to
    another account meanwhile.
    """
    require(by.pk == account.person_id and proof.account == account.pk)
    if not proof.holds(at) or not proof.fits(code):
        raise BadInput(_("This code does not fit, or it is too old."), fields={"code": _("does not fit")})
    account = Account.objects.select_related("person").select_for_update(of=("self",)).get(pk=account.pk)
    if _is_taken(proof.address, account):
        raise WrongState(_("This code does not fit, or it is too old."))
    tell_of_change(account, CHANGED[proof.channel], at=at)
    if proof.channel == SMS:
        account.phone, account.phone_verified = proof.address, True
    else:
        EmailAddress.objects.filter(user=account).delete()
        EmailAddress.objects.create(user=account, email=proof.address, verified=True, primary=True)
        account.email = proof.address
    account.save(update_fields=["email", "phone", "phone_verified"])
    return account


def _clean(channel: str, typed: str) -> str:
    return clean_phone(typed) if channel == SMS else typed.strip().lower()


def _is_taken(address: str, account: Account) -> bool:
    same = Q(phone=address) | Q(email__iexact=address)
    proved = EmailAddress.objects.filter(email__iexact=address).exclude(user=account)
    return Account.objects.filter(same).exclude(pk=account.pk).exists() or proved.exists()


def _send(proof: Proof, words: str, at: datetime, *, code: str = "") -> None:
    body = words % {"code": code, "name": settings.FEDERATION_NAME}
    send_later(proof.channel, proof.address, subject=_("Confirm this address"), body=body, at=at)


def _digest(proof: Proof, code: str) -> str:
    seen = f"{proof.account} {proof.channel} {proof.address} {proof.until} {code}"
    return salted_hmac("braid.people.addresses", seen, algorithm="sha256").hexdigest()


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())
