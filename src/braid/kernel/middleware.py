"""The one place where a refusal becomes an answer, for pages, htmx parts and the API alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from .errors import Refused

Respond = Callable[[HttpRequest], HttpResponse]

HEADINGS: dict[int, Any] = {
    403: _("You may not do this"),
    409: _("This is not possible now"),
    422: _("Something is not right yet"),
    429: _("Too many tries"),
}


class RefusalMiddleware:
    """Answers `Refused` in words: a page or a part of one to people, problem details (RFC 9457) to the API and to devices
    that send a form by themselves."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        if request.path.startswith("/api/") or "X-Offline" in request.headers:
            return problem(error)
        if getattr(request, "htmx", False):
            return _part(request, error)
        words = {"error": error, "heading": HEADINGS.get(error.status, HEADINGS[409]), "back": _back(request)}
        return render(request, "kernel/refused.html", words, status=error.status)


def problem(error: Refused) -> JsonResponse:
    """The refusal as RFC 9457 problem details."""
    body = {"type": "about:blank", "title": str(error.message), "status": error.status}
    if error.fields:
        body["errors"] = [{"field": name, "detail": str(words)} for name, words in error.fields.items()]
    return JsonResponse(body, status=error.status, content_type="application/problem+json")


def _part(request: HttpRequest, error: Refused) -> HttpResponse:
    """The refusal where the page shows its messages, whatever part of the page htmx asked for."""
    answer = render(request, "kernel/refused_part.html", {"error": error}, status=error.status)
    answer["HX-Retarget"] = "#messages"
    answer["HX-Reswap"] = "innerHTML show:top"
    return answer


def _back(request: HttpRequest) -> str:
    """The page of ours she came from, if the browser says so."""
    referrer = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(
        referrer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referrer if ours else ""
