"""Input of the ways to sign in, where allauth's own forms ask too much or limit too widely."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, ResetPasswordKeyForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import SetPasswordForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.kernel.errors import BadInput

from .adapter import PhoneField
from .models import Account
from .phones import clean_phone
from .queries.guardians import must_say_age
from .telling import EMAIL, SMS


class CodeRequestForm(forms.Form):
    """Where a code is sent to. What is answered does not depend on whether somebody signs in with it."""

    login = forms.CharField(
        label=_("E-mail or phone number"), max_length=254, widget=forms.TextInput({"autocomplete": "username"})
    )

    _user: Account | None = None

    def clean(self) -> dict[str, Any]:
        """As allauth's view wants it: `email` or `phone`, and whose it is."""
        typed = self.cleaned_data.get("login", "").strip()
        if not typed:
            return self.cleaned_data
        kind, address = _address(typed)
        self._limit(address)
        self._user = get_adapter().get_user_by_phone(address) if kind == "phone" else _by_email(address)
        return {**self.cleaned_data, kind: address}

    def _limit(self, address: str) -> None:
        """By account and place together, as failed tries are; and a wide one for the account alone."""
        keys = {
            "request_login_code": f"{address} {ratelimit.get_ip(context.request)}",
            "request_login_code_account": address,
        }
        for action, key in keys.items():
            if not ratelimit.consume(context.request, app="allauth.account", action=action, key=key):
                raise get_adapter().validation_error("too_many_login_attempts")


class AsksForCode(forms.Form):
    """A form of allauth's that asks for a code, in our words: "code" alone is what a unit has."""

    asks_for = _("The code you were sent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.asks_for


class SentCodeForm(AsksForCode, ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that was sent by e-mail or SMS."""


class AppCodeForm(AsksForCode, AuthenticateForm):  # type: ignore[misc]
    """The second proof."""

    asks_for = _("Code from your app, or a recovery code")


class AppCodeAgainForm(AsksForCode, ReauthenticateForm):  # type: ignore[misc]
    """The same, before something that needs it once more."""

    asks_for = _("Code from your app, or a recovery code")


class AsksAge(forms.Form):
    """The first password of an account: whoever is not known as a child says that she is 14 or older. It is not kept."""

    is_grown = forms.BooleanField(
        label=_("I am 14 or older"),
        help_text=_("Younger? Then stop here and tell your officer: your guardian has to agree first."),
        error_messages={"required": _("Say whether you are 14 or older.")},
    )

    user: Any
    """Her account, or None; the form that asks for the password sets it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.user is None or not must_say_age(self.user, on=timezone.localdate()):
            del self.fields["is_grown"]


class JoinForm(AsksAge, SetPasswordForm):  # type: ignore[type-arg]
    """The password of somebody who comes in with a code."""


class LinkForm(AsksAge, ResetPasswordKeyForm):  # type: ignore[misc]
    """The password of somebody who comes in with a link, the first time or because she forgot it."""


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey: always one that signs in by itself, so the device must have asked for finger, face or PIN."""

    name = forms.CharField(
        label=_("What you call it"), max_length=80, required=False, help_text=_("For example: my phone.")
    )
    passwordless = forms.BooleanField(widget=forms.HiddenInput, required=False, initial=True)

    def clean_passwordless(self) -> bool:
        return True


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Three or four words that do not belong together are good."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("This is not the same as above."))
        return again


class EmailAddressForm(forms.Form):
    """Another e-mail address to sign in with."""

    address = forms.EmailField(label=_("New e-mail address"), widget=forms.EmailInput({"autocomplete": "email"}))


class PhoneAddressForm(forms.Form):
    """Another number to sign in with."""

    address = PhoneField(
        label=_("New phone number"), max_length=24, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )


FORM_OF_ADDRESS: dict[str, type[forms.Form]] = {EMAIL: EmailAddressForm, SMS: PhoneAddressForm}


class AddressCodeForm(forms.Form):
    """The code that was sent to the new address."""

    code = forms.CharField(
        label=_("The code you were sent"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ReasonForm(forms.Form):
    """Why, in her own words."""

    why = forms.CharField(
        label=_("How do you know that it is she?"),
        max_length=500,
        help_text=_("For example: she came to the office with her identity card. The second officer reads this."),
    )


def _address(typed: str) -> tuple[str, str]:
    if "@" in typed:
        return "email", forms.EmailField().clean(typed).lower()
    try:
        return "phone", clean_phone(typed)
    except BadInput as error:
        raise forms.ValidationError(_("Enter an e-mail address or a phone number.")) from error


def _by_email(email: str) -> Account | None:
    found = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    return found[0] if found else None
