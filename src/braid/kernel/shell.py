"""The signed-in shell: the places in its navigation, and what higher floors tell it (`fill_shell`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

PLACES: tuple[tuple[str, str, Any], ...] = (
    ("today", "sun", _("Today")),
    ("my_unit", "house", _("My unit")),
    ("subtree", "network", _("Subtree")),
    ("inbox", "bell", _("Notices")),
    ("profile", "circle-user-round", _("Me")),
)
"""URL name, icon and words of every place; the pages of `OF_A_UNIT` take a unit's code."""
OF_A_UNIT = ("my_unit", "subtree", "people", "groups", "unit")

own_unit: list[Callable[[HttpRequest], str]] = []
"""Filled by a higher floor: the code of the unit the signed-in person sees as hers, "" when she has none."""
own_levels: list[Callable[[HttpRequest], Sequence[Any]]] = []
"""Filled by a higher floor: the person's own unit and those above it, root first, for pages that are about no other unit."""
offered: dict[str, Callable[[HttpRequest], bool]] = {}
"""Filled by higher floors: by URL name, whether the signed-in person has a use for that place; it is hidden when not."""
may_open: list[Callable[[HttpRequest, str, Any], bool]] = []
"""Filled by a higher floor: whether this person may open the page of that URL name for that unit."""
waiting: dict[str, Callable[[HttpRequest], int]] = {}
"""Filled by higher floors: by URL name, how many things wait in that place."""

banners: list[Callable[[HttpRequest], Banner | None]] = []
"""Filled by higher floors: what must be said on every page of the signed-in person, above everything else, or None."""


@dataclass(frozen=True)
class Banner:
    """Something about herself that cannot wait, and the page where she can do something about it."""

    words: str
    href: str
    action: str


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    name: str
    icon: str
    words: Any
    href: str
    current: bool
    count: int


def places(request: HttpRequest) -> list[Place]:
    """The places this person can go to now; walking from one page of a unit to another keeps the unit."""
    match = request.resolver_match
    here = match.url_name if match else ""
    code = unit_in_sight(request)
    found = []
    for name, icon, words in PLACES:
        href = _address(name, code)
        if href and (name not in offered or offered[name](request)):
            count = waiting[name](request) if name in waiting else 0
            found.append(Place(name, icon, words, href, name == here, count))
    return found


def banners_for(request: HttpRequest) -> list[Banner]:
    """What must be said to the signed-in person now."""
    return [found for banner in banners if (found := banner(request))]


def unit_in_sight(request: HttpRequest) -> str:
    """The code of the unit this page is about, else of the person's own unit."""
    match = request.resolver_match
    if match and match.url_name in OF_A_UNIT and "code" in match.kwargs:
        return str(match.kwargs["code"])
    return own_unit[0](request) if own_unit else ""


def levels_of_own_unit(request: HttpRequest) -> Sequence[Any]:
    """The levels down to the person's own unit: what the breadcrumb shows on Today, among notices, on her own page."""
    return own_levels[0](request) if own_levels else ()


def address_of(request: HttpRequest, page: str, unit: Any) -> str:
    """Where a level of the breadcrumb leads: the same page of that unit if she may open it, else its public Home."""
    if page != "home" and not (may_open and may_open[0](request, page, unit)):
        page = "home"
    try:
        return reverse(page, args=[unit.code])
    except NoReverseMatch:
        return ""


def _address(name: str, code: str) -> str:
    """Where the place is; empty while it does not exist for this person."""
    try:
        if name not in OF_A_UNIT:
            return reverse(name)
        return reverse(name, args=[code]) if code else ""
    except NoReverseMatch:
        return ""
