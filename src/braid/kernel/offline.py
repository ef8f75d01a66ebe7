"""Working without a connection: the service worker, whose copies a device keeps, and forms that are sent again later.

A page says whose it is (`X-Reader`) and whether its last copy may be kept (`X-Keep`, from `keep_offline`). A form that may wait
carries a key the device made; `once` does what it asks once, however often it arrives.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from .decorators import ActorRequest
from .models import SentOnce

View = TypeVar("View", bound=Callable[..., HttpResponse])

ASSETS = (
    *("kernel/tokens.css", "kernel/braid.css", "kernel/plain.css", "kernel/favicon.svg", "kernel/queue.js"),
    *("kernel/waiting.js", "kernel/waiting-page.js", "kernel/exit.js"),
)
"""Files the page without a connection is made of."""
SCRIPTS = ("kernel/queue.js", "kernel/sw-push.js")
"""What the service worker takes in, as far as it is there."""
WARM = ("today", "inbox")
"""Pages whose first copy is fetched before she opens them."""
KEPT_FOR = timedelta(days=60)
"""So long a form that was done is known, should it come again."""
KEY_LETTERS = range(16, 65)
"""How long a key of a form may be."""


def reader_key(request: HttpRequest) -> str:
    """Whose copies a device keeps: other for each account and each round of its sessions; empty when nobody is signed in."""
    user = request.user
    if not user.is_authenticated:
        return ""
    said = f"{user.pk} {user.get_session_auth_hash()}"
    return hmac.digest(_key(settings.SECRET_KEY), said.encode(), "sha256")[:12].hex()


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"braid.kernel.offline" + secret.encode()).digest()


def mark_reader(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say whose page `response` is, where it is one person's: pages for everybody are kept in no one's name."""
    if "private" in response.get("Cache-Control", ""):
        response["X-Reader"] = reader_key(request)
    return response


def forget_on_device(response: HttpResponse) -> HttpResponse:
    """Tell the browser of somebody who signed out to throw away all it keeps of this site but its cookies."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def keep_offline(view: View) -> View:
    """Let a device keep the last copy of the page for when there is no connection: pages that are no secret to her phone."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.method == "GET":
            response["X-Keep"] = "1"
        return response

    return cast("View", kept)


def once(view: View) -> View:
    """Do what a form with a key (`_key`) asks once; sent again, it is answered as it was then. Inside `signed_in`.

    The key is written in the transaction of the act, so that the form is either done and known or neither. A view that redirects
    has done it. One that answers anything else (its page again, with what is wrong) has not: the key is taken back, and what it
    wrote all the same stands, like a file that came along. An exception takes back everything. A form that a device sends by
    itself (`X-Offline`) gets 204 in place of a page to go to.
    """

    @wraps(view)
    def checked(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.POST.get("_key", "") if request.method == "POST" else ""
        if len(key) not in KEY_LETTERS:
            return view(request, *args, **kwargs)
        who = request.person.pk
        assert who is not None  # the operator sends no forms
        answer = _done_before(who, key) or _done_now(lambda: view(request, *args, **kwargs), who, key)
        is_sent_later = "X-Offline" in request.headers and answer.status_code in (301, 302, 303)
        return HttpResponse(status=204) if is_sent_later else answer

    return cast("View", checked)


def _done_before(who: int, key: str) -> HttpResponse | None:
    row = SentOnce.objects.filter(who=who, key=key).first()
    return HttpResponseRedirect(row.location) if row else None


def _done_now(act: Callable[[], HttpResponse], who: int, key: str) -> HttpResponse:
    """Act and write the key down together; when the same form is being done at this moment, it is that one's answer."""
    try:
        with transaction.atomic():
            row = SentOnce.objects.create(who=who, key=key, at=timezone.now())
            answer = act()
            if answer.status_code in (301, 302, 303):
                SentOnce.objects.filter(pk=row.pk).update(location=answer.headers["Location"])
            else:
                row.delete()
        return answer
    except IntegrityError:
        before = _done_before(who, key)
        if before is None:
            raise
        return before


def forget_sent(at: datetime) -> int:
    """Forget keys of forms that were done long before `at`; a sweep of the worker. Returns how many."""
    return SentOnce.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for the site on a device, with the addresses of this version before it."""
    assets = [static(name) for name in ASSETS]
    words = {
        "version": hashlib.sha256(" ".join(assets).encode()).hexdigest()[:12],
        "assets": assets,
        "scripts": [static(name) for name in SCRIPTS if finders.find(name)],
        "static": settings.STATIC_URL,
        "offline": f"{reverse('offline')}?lang={translation.get_language()}",
        "pass": reverse("offline_pass"),
        "signIn": reverse(settings.LOGIN_URL),
        "warm": [address for name in WARM if (address := _address(name))],
    }
    text = f"const BRAID = {json.dumps(words)};\n{_source()}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@cache
def _source() -> str:
    found = finders.find("kernel/sw.js")
    assert isinstance(found, str)
    return Path(found).read_text(encoding="utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """The page without a connection: what waits to be sent. The same for everybody; her own device fills it in."""
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
        return render(request, "kernel/offline.html")


@never_cache
@require_safe
def offline_pass(request: HttpRequest) -> JsonResponse:
    """Who is signed in now, and a fresh token for the forms her device sends."""
    return JsonResponse({"who": reader_key(request), "token": get_token(request)})
