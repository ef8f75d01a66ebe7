"""What every template knows: the federation's name and looks, and what the signed-in shell shows."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from .offline import reader_key
from .shell import banners_for, levels_of_own_unit, places

LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
"""The languages of the product, each in its own words."""


@cache
def offered_languages(prefix: str) -> list[tuple[str, str, str]]:
    """Code, name and address of each language, below the `prefix` that the site is served under."""
    return [(code, name, reverse("language", args=[code])) for code, name in LANGUAGES]


def federation(request: HttpRequest) -> dict[str, Any]:
    """Name, accent colour and logo of the federation, as set by the operator; what is partial is worked out when it is drawn."""
    return {
        "federation_name": settings.FEDERATION_NAME,
        "federation_accent": settings.FEDERATION_ACCENT,
        "federation_logo": settings.FEDERATION_LOGO,
        "offered_languages": offered_languages(get_script_prefix()),
        "exit_url": settings.EXIT_URL,
        "reader": partial(reader_key, request),
        "banners": partial(banners_for, request),
        "places": partial(places, request),
        "levels_of_own_unit": partial(levels_of_own_unit, request),
    }
