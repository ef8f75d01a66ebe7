"""The public Home of a unit, and finding one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from braid.contact.queries.groups import is_public_group
from braid.home.hot import keep_while
from braid.home.queries.pages import Home, chain_to, home_along, home_of, shown_above
from braid.kernel.opengraph import OpenGraph, opengraph
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.queries.history import unit_by_code
from braid.units.queries.units import root_unit


@require_safe
def root_home(request: HttpRequest) -> HttpResponse:
    """`/`: the Home of the top unit; before there is a tree, what to do first."""
    unit = root_unit()
    if unit is None:
        return HttpResponse(drawn(request, "home/first_run.html", {}))
    return page_of(request, chain_to(unit.code))


@require_safe
def home(request: HttpRequest, code: str) -> HttpResponse:
    """`/u/<code>/`: the Home of any unit; units that have none lead to the one that stands for them."""
    chain = chain_to(code) if code.isprintable() else []
    if not chain or chain[-1].merged_into_id:
        now = unit_by_code(code)
        if now is None:
            raise Http404
        return redirect("home", code=now.code, permanent=True)
    unit = chain[-1]
    if unit.kind == UnitKind.GROUP:
        return _group_card(unit)
    if unit.status == UnitStatus.CLOSED:
        return closed_page(request, unit)
    above = shown_above(unit) if unit.is_placeholder else None
    return redirect("home", code=above.code) if above else page_of(request, chain)


def _group_card(unit: Unit) -> HttpResponse:
    """Groups have no Home: public ones lead to their card, the others are as good as absent."""
    if not is_public_group(unit):
        raise Http404
    return redirect("group", code=unit.code)


def page_of(request: HttpRequest, chain: Sequence[Unit]) -> HttpResponse:
    """The drawn Home of the last unit of `chain`, marked to be kept for as long as nothing on it changes."""
    with translation.override(language_of(request)):
        home = home_along(chain, at=timezone.now())
        response = HttpResponse(drawn(request, "home/home.html", shown(request, home)))
        response["Content-Language"] = translation.get_language()
    return keep_while(response, home.versions)


def closed_page(request: HttpRequest, unit: Unit) -> HttpResponse:
    """A unit that was closed: says so, and where to go now."""
    above = shown_above(unit)
    with translation.override(language_of(request)):
        context = {
            "unit": unit,
            "above": above,
            "help_lines": home_of(above, at=timezone.now()).help_shown if above else [],
        }
        return HttpResponse(drawn(request, "home/closed.html", context), status=410)


def shown(request: HttpRequest, home: Home) -> dict[str, Any]:
    """What the Home's template needs."""
    path = reverse("root_home") if home.unit.depth == 0 else reverse("home", args=[home.unit.code])
    address = request.build_absolute_uri(path)
    return {
        "home": home,
        "unit": home.unit,
        "has_reach": any(home.told[field] for field in ("phone", "email", "address", "hours")),
        "opengraph": _shared(request, home, path),
        "address": address,
        "in_languages": format_html_join(
            "\n  ", _IN_LANGUAGE, ((code, f"{address}?lang={code}") for code in _LANGUAGES)
        ),
        "feeds": {name: reverse(name, args=[home.unit.code]) for name in ("home_atom", "home_rss")},
    }


_LANGUAGES = tuple(dict(settings.LANGUAGES))
_IN_LANGUAGE = '<link rel="alternate" hreflang="{}" href="{}">'


def _shared(request: HttpRequest, home: Home, path: str) -> OpenGraph:
    """What the Home says of itself where it is listed or shared: what the unit itself says it does, else where it stands."""
    told, language = home.told["about"], language_of(request)
    return opengraph(
        request,
        kind="website",
        title=home.unit.display_name,
        text=told.text if told and told.source is None else " · ".join(map(str, [*home.above, home.unit])),
        path=f"{path}?lang={language}" if "lang" in request.GET else path,
        languages=[language, *(code for code in _LANGUAGES if code != language)],
    )


def drawn(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """The template as anybody sees it: drawn for nobody in particular, so that one page serves all."""
    anybody = HttpRequest()
    anybody.method, anybody.path, anybody.path_info = "GET", request.path, request.path_info
    anybody.META = {k: v for k, v in request.META.items() if k in ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT")}
    anybody.user = AnonymousUser()
    anybody.person = None  # type: ignore[attr-defined]
    anybody.resolver_match = request.resolver_match
    return render_to_string(template, context, request=anybody)


def language_of(request: HttpRequest) -> str:
    """The language asked for by `?lang=`, else by this device: never that of her account, as one page serves all."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
