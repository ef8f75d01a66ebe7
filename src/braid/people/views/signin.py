"""Pages: signing in, the code that was sent to me, the ways I sign in, the devices on which I am signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LoginView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.people.actions import end_all_sessions
from braid.people.decorators import PersonRequest, signed_in
from braid.people.devices import named
from braid.people.models import Account
from braid.people.oidc import connection_of, provider_name


@require_safe
@signed_in
def ways(request: PersonRequest) -> HttpResponse:
    """Every way I can sign in, and what I can add."""
    account = _account(request)
    kept = list(Authenticator.objects.filter(user=account).order_by("created_at", "pk"))
    apps = [one for one in kept if one.type == Authenticator.Type.TOTP]
    codes = [one for one in kept if one.type == Authenticator.Type.RECOVERY_CODES]
    context = {
        "account": account,
        "passkeys": [one for one in kept if one.type == Authenticator.Type.WEBAUTHN],
        "app": apps[0] if apps else None,
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "can_make_codes": bool(apps) or any(one.type == Authenticator.Type.WEBAUTHN for one in kept),
        "oidc_name": provider_name(),
        "oidc": connection_of(account),
    }
    return render(request, "people/signin.html", context)


@require_safe
@signed_in
def devices(request: PersonRequest) -> HttpResponse:
    """Where I am signed in."""
    sessions = UserSession.objects.purge_and_list(_account(request))
    newest_first = sorted(sessions, key=lambda one: one.created_at, reverse=True)
    here = request.session.session_key
    rows = [(named(one.user_agent), one.created_at, one.session_key == here) for one in newest_first]
    return render(request, "people/devices.html", {"rows": rows})


@require_POST
@signed_in
def devices_end(request: PersonRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    account = end_all_sessions(_account(request))
    update_session_auth_hash(request, account)
    UserSession.objects.create_from_request(request)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("devices")


class _Login(LoginView):  # type: ignore[misc]
    """allauth's page, with the other ways in beside the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        code_url = reverse("account_request_login_code")
        others = {
            "oidc_name": provider_name(),
            "code_url": passthrough_next_redirect_url(self.request, code_url, self.redirect_field_name),
        }
        return {**super().get_context_data(**kwargs), **others}


login = _Login.as_view()


class _ConfirmCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """allauth's page, filled in when she comes by the link of the message; the button is still hers to press, so that
    nothing that opens links in messages signs in. The code belongs to the browser that asked for it."""

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.request.GET.get("code", "")[:20]}


confirm_code = _ConfirmCode.as_view()


def _account(request: PersonRequest) -> Account:
    assert isinstance(request.user, Account)
    return request.user
