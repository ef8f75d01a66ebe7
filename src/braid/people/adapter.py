"""How allauth meets our accounts: closed sign-up, phone numbers to sign in with, limits that spare the neighbours."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.delivery import send_later
from braid.kernel.errors import BadInput

from .models import Account
from .phones import clean_phone
from .sealing import seal, unseal
from .telling import CHANGES, EMAIL, SMS, tell_of_change

WORDS = {"incorrect_code": gettext_lazy("This code does not fit, or it is too old.")}
"""What we say otherwise than allauth."""


class PhoneField(forms.CharField):
    """A phone number as people type it: with or without country code, with spaces."""

    def clean(self, value: Any) -> str:
        try:
            return clean_phone(super().clean(value))
        except BadInput as error:
            raise forms.ValidationError(str(error.message)) from error


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts belong to people the federation knows: officers open them, nobody signs up from outside."""

    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed attempts are counted per account *and* address.

        Counted per address alone a village behind one address would be locked out by one forgetful neighbour; counted
        per account alone anybody could lock anybody out.
        """
        return f"{_named(credentials)} {ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """As allauth does, and a wide limit per account over all addresses against patient guessing."""
        super().pre_authenticate(request, **credentials)
        usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_account", key=_named(credentials)
        )
        if not usage:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += usage.usage

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The worker sends it: whether there was anything to send cannot be told from how long the page took."""
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        body = render_to_string(f"{template_prefix}_message.txt", {**context, "email": email})
        send_later(EMAIL, email, subject=subject, body=body.strip(), at=timezone.now())

    def send_verification_code_sms(self, user: Account, phone: str, code: str, **kwargs: Any) -> None:
        """Its last line lets the phone's browser fill the code in, on our pages only (the WICG's "Origin-bound codes")."""
        words = _("%(code)s is your code to sign in to %(name)s. It works for 10 minutes. Give it to nobody.")
        host = context.request.get_host().partition(":")[0]
        text = words % {"code": code, "name": settings.FEDERATION_NAME}
        send_later(SMS, phone, body=f"{text}\n\n@{host} #{code}", at=timezone.now())

    def send_notification_mail(self, template_prefix: str, user: Account, *args: Any, **kwargs: Any) -> None:
        """What changed about signing in is told on every channel there is."""
        tell_of_change(user, CHANGES[template_prefix.rpartition("/")[2]], at=timezone.now())

    def phone_form_field(self, **options: Any) -> forms.CharField:
        return PhoneField(**options)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Account, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Account | None:
        try:
            number = clean_phone(phone)
        except BadInput:
            return None
        return Account.objects.filter(phone=number).first() if number else None


def _named(credentials: dict[str, Any]) -> str:
    """The account an attempt is for, as it was typed."""
    typed = credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""
    return str(typed).strip().lower()


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets sealed, the federation's name on them."""

    error_messages = DefaultMFAAdapter.error_messages | WORDS

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What cannot be opened any more becomes a secret nobody knows, never an empty one: no code fits it."""
        return unseal(encrypted_text) or base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        return _("Passkey of %(day)s") % {"day": date_format(timezone.localdate(), "SHORT_DATE_FORMAT")}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.person.name}

    def _get_site_name(self) -> str:
        return str(settings.FEDERATION_NAME)


class OidcAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts elsewhere, by OpenID Connect: they lead to an account here, and never make one."""

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("mfa_index")
