"""The OpenID Connect provider people may sign in with, if the operator named one."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

from .models import Account


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Believes only an ID token whose signature fits the provider's keys, and user info that is about the same subject.

    OpenID Connect Core 1.0, 3.1.3.7: a client may skip the signature when TLS protected the answer; we do not.
    """

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("no ID token")
        self.did_fetch_access_token = False  # so that the signature is verified
        claims = self._decode_id_token(app, id_token)
        about = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else claims
        if about.get("sub") != claims["sub"]:
            raise OAuth2Error("user info is about somebody else")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": about, "id_token": claims})


def provider_for(request: HttpRequest, provider_id: str) -> OpenIDConnectProvider | None:
    """The provider of that name, if there is one."""
    try:
        return get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        return None


def provider_name() -> str:
    """What the provider is called on buttons; empty when there is none."""
    apps: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return str(apps[0]["name"]) if apps else ""


def connection_of(account: Account) -> SocialAccount | None:
    """The account elsewhere that leads to `account`."""
    return SocialAccount.objects.filter(user=account).order_by("pk").first()


def ask_again(request: HttpRequest) -> None:
    """Have her show that it is she before a connection is made or ended."""
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
