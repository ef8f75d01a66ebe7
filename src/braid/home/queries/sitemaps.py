"""The list of all public Homes for search engines, cut into ranges of unit numbers: no part ever shifts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from braid.home.models import HomeText
from braid.units.models import Unit

PART = 25_000
"""Unit numbers in one part; a sitemap may hold 50,000 addresses."""


def parts() -> list[tuple[int, datetime | None]]:
    """Each part's number, from 1, and when a Home in it was last changed (None: never since the tree was loaded)."""
    highest = Unit.objects.aggregate(highest=Max("number"))["highest"] or 0
    changed: dict[int, datetime] = {}
    for number, at in HomeText.objects.values_list("unit_id", "changed_at").iterator(chunk_size=10_000):
        part = (number - 1) // PART + 1
        changed[part] = max(at, changed.get(part, at))
    return [(part, changed.get(part)) for part in range(1, (highest - 1) // PART + 2)] if highest else []


def homes_in(part: int) -> Iterator[tuple[str, datetime | None]]:
    """Code and time of the last change of every Home in this part."""
    first = (part - 1) * PART + 1
    rows = Unit.objects.homes().filter(number__gte=first, number__lt=first + PART).order_by("number")
    yield from rows.values_list("code", "home_text__changed_at").iterator(chunk_size=5_000)
