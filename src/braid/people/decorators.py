"""Marks on views: who may come in at all. What she sees inside is cut by the gate, never here."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from braid.kernel.errors import Refused
from braid.kernel.middleware import problem

from .models import Person

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class PersonRequest(HttpRequest):
    """A request behind `signed_in`: there is a person."""

    person: Person


class SignInFirst(Refused):
    """Nobody is signed in: 401, for the API only; a page sends people to the sign-in form."""

    status = 401


page = require_http_methods(["GET", "HEAD", "POST"])
"""A page with a form on it: it is read and sent."""


def signed_in(view: View) -> View:
    """Let only signed-in people in. Others are sent to sign in and come back; the API answers 401. Never cached."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "person", None) is None:
            if request.path.startswith("/api/"):
                return problem(SignInFirst(_("Sign in first.")))
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast("View", checked)


def fresh(view: View) -> View:
    """For what changes how somebody signs in: let her in only if she has just shown that it is she.

    allauth asks again for the password, a passkey or a code where she has one of them. Who has none (she signs in by a code
    sent to her, or elsewhere) must have signed in within the last minutes, else she is asked to do so: an open telephone
    on a table is not enough to add a passkey to it.
    """

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not _can_be_asked(request) and not _just_signed_in(request):
            path = request.get_full_path()
            logout(request)
            messages.info(request, _("For safety, sign in once more, then go on."))
            return redirect_to_login(path)
        return view(request, *args, **kwargs)

    return cast("View", checked)


def shown_again(view: View) -> View:
    """For our own pages of that kind: she shows again that it is she, in the way she has, or has just signed in."""
    return cast("View", signed_in(fresh(reauthentication_required(view))))


def _can_be_asked(request: HttpRequest) -> bool:
    return bool(get_adapter().get_reauthentication_methods(request.user))


def _just_signed_in(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < REAUTHENTICATION_TIMEOUT
