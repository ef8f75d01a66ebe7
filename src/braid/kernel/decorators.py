"""Marks on views that the lowest floors need; whoever stands above `people` uses its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from .access import Actor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class ActorRequest(HttpRequest):
    """A request behind `for_actors`: somebody is signed in."""

    person: Actor


def for_actors(view: View) -> View:
    """Let only signed-in people in; others are sent to sign in and come back. Never cached."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "person", None) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast("View", checked)
