"""Gives each request the person behind it, read anew, so that a revoked right is gone at the next request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from braid.kernel.offline import forget_on_device, mark_reader

from .models import Account, Person


class PersonMiddleware:
    """Sets `request.person`: the signed-in person, or None. Her language holds where this device has not chosen one.

    On the way out a page says whose it is, and where somebody signed out her device forgets her.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.person = person_of(request)  # type: ignore[attr-defined]
        if person and person.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        if person and person_of(request) is None:
            return forget_on_device(response)
        return mark_reader(request, response)


def person_of(request: HttpRequest) -> Person | None:
    """The person of the signed-in account."""
    user = request.user
    return user.person if isinstance(user, Account) else None


def reader_of(request: HttpRequest) -> Person | None:
    """Who reads a page that anybody may open; None: somebody who is not signed in."""
    person: Person | None = getattr(request, "person", None)
    return person
