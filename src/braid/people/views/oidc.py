"""Pages: signing in with an OpenID Connect provider, connecting it, disconnecting it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.internal.flows.connect import disconnect as disconnect_account
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.errors import WrongState
from braid.people.decorators import PersonRequest, fresh, signed_in
from braid.people.models import Account
from braid.people.oidc import VerifyingAdapter, ask_again, connection_of, provider_for


@require_POST
@fresh
def start(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """On to the provider: to sign in, or, for somebody who is signed in, to connect it to her account.

    The way on is a page, not a redirect: our pages may send forms to nobody but us (Content Security Policy).
    """
    provider = provider_for(request, provider_id)
    if provider is None:
        raise Http404
    process = AuthProcess.LOGIN
    if request.user.is_authenticated:
        ask_again(request)
        process = AuthProcess.CONNECT
    answer: HttpResponse = provider.redirect(request, process)
    if answer.status_code != 302:
        return answer
    return render(request, "people/oidc_on.html", {"name": provider.name, "link": answer["Location"]})


@require_safe
@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider."""
    if provider_for(request, provider_id) is None:
        raise Http404
    view: Any = OAuth2CallbackView.adapter_view(VerifyingAdapter(request, provider_id))
    answer: HttpResponseBase = view(request)
    return answer


@require_POST
@signed_in
def disconnect(request: PersonRequest) -> HttpResponse:
    """End the connection; refused when nothing else leads into the account."""
    account = request.user
    assert isinstance(account, Account)
    connection = connection_of(account)
    if connection is None:
        raise Http404
    if not (account.has_usable_password() or account.email or account.phone):
        raise WrongState(_("Set a password first: nothing else leads into your account."))
    ask_again(request)
    disconnect_account(request, connection)
    return redirect("mfa_index")
