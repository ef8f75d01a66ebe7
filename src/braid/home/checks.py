"""What a finished demo must be true of, as far as public pages go."""

from __future__ import annotations

from django.test import Client

from braid.kernel.checks import Demo, Outcome, demo_check
from braid.units.models import Unit

PER_LEVEL = 5


@demo_check("home.pages")
def homes_answer(demo: Demo) -> Outcome:
    """Homes from every level answer, in three languages, with their unit's name; none is empty."""
    visitor = Client(raise_request_exception=False, headers={"host": "localhost"})
    wrong, count = [], 0
    for unit in _some_units():
        for language in ("zh-hans", "zh-hant", "en"):
            answer = visitor.get(f"/u/{unit.code}/", headers={"accept-language": language})
            count += 1
            if answer.status_code != 200 or unit.code.encode() not in answer.content:
                wrong.append(f"{unit.code} {answer.status_code}")
    words = f"{count} pages of {count // 3} Homes"
    return Outcome(not wrong and count > 0, f"{words}; wrong: {', '.join(wrong[:5])}" if wrong else words)


def _some_units() -> list[Unit]:
    shown = Unit.objects.homes().order_by("path")
    levels = list(shown.order_by("level").values_list("level", flat=True).distinct())
    return [unit for level in levels for unit in shown.filter(level=level)[:PER_LEVEL]]
