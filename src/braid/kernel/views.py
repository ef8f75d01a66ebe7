"""Pages that belong to no app: the style guide, the language switch, theme and icons, jumping to a unit, errors."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .styleguide import samples
from .theme import theme_css


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the reader's language in a cookie and go back to the page she came from."""
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        raise Http404
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.BEHIND_TLS,
        httponly=True,
    )
    return answer


PAGES_OF_UNITS = ("home", "my_unit", "subtree", "people", "groups")
"""Pages that exist for every unit, among which the unit switcher keeps the one it is used on."""


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """Go to the page `page` of the unit with the code `code`: what the unit switcher sends."""
    page, code = request.GET.get("page", "home"), request.GET.get("code", "").strip()
    if page not in PAGES_OF_UNITS or not code:
        raise Http404
    try:
        return redirect(reverse(page, args=[code]))
    except NoReverseMatch as error:
        raise Http404 from error


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only where debugging is on."""
    if not settings.STYLEGUIDE:
        raise Http404
    return render(request, "kernel/styleguide.html", samples())


@require_safe
@cache_control(max_age=3600, public=True)
def theme(request: HttpRequest) -> HttpResponse:
    """The federation's own accent colour as a style sheet."""
    return HttpResponse(theme_css(settings.FEDERATION_ACCENT), content_type="text/css; charset=utf-8")


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to install Braid."""
    icons = [{"src": static("kernel/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}]
    words = {
        "name": settings.FEDERATION_NAME,
        "short_name": settings.FEDERATION_NAME[:12],
        "start_url": "/",
        "display": "standalone",
        "background_color": "#faf6f0",
        "theme_color": "#faf6f0",
        "icons": icons,
    }
    return JsonResponse(words, content_type="application/manifest+json")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same body for what is absent and for what is out of scope, so it forgets what was asked for."""
    request.resolver_match = None
    return render(request, "kernel/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 that no action gave."""
    return render(request, "kernel/403.html", status=403)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose token is missing or old."""
    return render(request, "kernel/expired_form.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: an address or form nobody here made."""
    return render(request, "kernel/400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: asks no database and no session, since they may be what is broken."""
    return HttpResponse(render_to_string("kernel/500.html"), status=500)
