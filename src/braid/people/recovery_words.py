"""What a recovery says to the person whose account it is, at each step, and the link in it that stops it."""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.addresses import address_of

from .enums import RecoveryState
from .models import Recovery
from .telling import tell

_SALT = "braid.people.recovery.stop"

SAYINGS = {
    RecoveryState.ASKED: gettext_lazy(
        "%(asked)s (%(unit)s) says that you cannot sign in and asks to recover your account. If a second officer agrees, "
        "it takes one more day."
    ),
    RecoveryState.WAITING: gettext_lazy(
        "%(asked)s and %(agreed)s (%(unit)s) want to recover your account. From %(when)s they can give you a link to set "
        "a new password."
    ),
    RecoveryState.READY: gettext_lazy(
        "%(asked)s and %(agreed)s (%(unit)s) can now give you a link to set a new password for your account."
    ),
    RecoveryState.DONE: gettext_lazy(
        "A new password was set for your account with the link of %(asked)s and %(agreed)s (%(unit)s). All your devices "
        "were signed out. If that was not you, tell your unit at once."
    ),
    RecoveryState.STOPPED: gettext_lazy("The recovery of your account was stopped. Nothing has changed."),
    RecoveryState.WITHDRAWN: gettext_lazy("The recovery of your account was taken back. Nothing has changed."),
    RecoveryState.LAPSED: gettext_lazy("The recovery of your account has run out. Nothing has changed."),
}


def announce(recovery: Recovery, *, at: datetime) -> None:
    """Tell her on every channel how it stands, and how to stop it while that is possible; part of the transaction."""

    def words() -> tuple[str, str]:
        body = said(recovery)
        if recovery.is_open:
            link = address_of(reverse("recovery_refuse", kwargs={"token": stop_token(recovery)}))
            body = f"{body} {_('You did not ask for this? Stop it here: %(link)s') % {'link': link}}"
        return _("Recovery of your account"), body

    tell(recovery.account, words, at=at)


def said(recovery: Recovery) -> str:
    """How it stands, as a sentence to her."""
    values = {
        "asked": recovery.asked_by or "–",
        "agreed": recovery.agreed_by or "–",
        "unit": recovery.unit,
        "when": _moment(recovery.opens_at) if recovery.opens_at else "",
    }
    return SAYINGS[RecoveryState(recovery.state)] % values


def stop_token(recovery: Recovery) -> str:
    """What the link that stops `recovery` carries: it can do nothing else, so it needs no end of its own."""
    return signing.Signer(salt=_SALT).sign(str(recovery.pk))


def recovery_to_stop(token: str) -> Recovery | None:
    """The recovery that `token` stops, in whatever state; None when the token is none of ours."""
    try:
        number = int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Recovery.objects.select_related("account__person", "unit", "asked_by", "agreed_by").filter(pk=number).first()


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
