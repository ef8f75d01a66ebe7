"""The routes of second readers: the rule is set by who leads the unit; reading is for others who may send there."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from braid.contact.actions import ask_review
from braid.contact.queries.reviews import seal_of
from tests import factories

from .routes import Route, cut
from .routes_contact import WRITE, WRITTEN, none, of
from .world import World


def extend(world: World) -> None:
    draft = factories.notice(world.unit, sent_at=None)
    world.things["read_twice"] = draft
    ask_review(draft, by=world.people["deputy"], at=timezone.now())


def here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


LEADS = cut(200, deputy=404, liaison=404, member=404)
LED = cut(302, deputy=404, liaison=404, member=404)
READS = {**WRITE, "deputy": 403}
READ = {**WRITTEN, "deputy": 403}

ROUTES = [
    Route("review_rule", LEADS, kwargs=here, absent=nowhere),
    Route("review_rule", LED, method="POST", kwargs=here, absent=nowhere, data=lambda world: {"which": "all"}),
    Route("notice_review_ask", WRITTEN, method="POST", kwargs=of("read_twice"), absent=none()),
    Route("notice_review", READS, kwargs=of("read_twice"), absent=none()),
    Route(
        "notice_review",
        READ,
        method="POST",
        kwargs=of("read_twice"),
        absent=none(),
        data=lambda world: {"why": "The date is wrong."},
    ),
    Route(
        "notice_review_agree",
        READ,
        method="POST",
        kwargs=of("read_twice"),
        absent=none(),
        data=lambda world: {"seal": seal_of(world.things["read_twice"])},
    ),
]
