"""The routes of contact: inboxes for everybody, notices for those they address, writing and sending within reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from tests import factories

from .routes import SIGNED_IN, Build, Route, cut
from .world import World

SENT = datetime(2026, 1, 15, tzinfo=UTC)


def extend(world: World) -> None:
    world.things["notice"] = factories.notice(world.unit, sent_at=SENT, asks_acknowledgement=True)
    world.things["draft"] = factories.notice(world.unit, sent_at=None)
    world.things["rule"] = world.things["draft"].audience.get()
    world.things["leaving"] = factories.notice(world.unit, sent_at=timezone.now() + timedelta(hours=1))


def of(name: str, **more: Any) -> Build:
    return lambda world: {"pk": world.things[name].pk, **more}


def none(**more: Any) -> Build:
    return lambda world: {"pk": 999_999, **more}


def at_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["notice"].pk, "code": world.unit.code}


def at_no_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["notice"].pk, "code": "nowhere"}


READERS = cut(200, child=200, member=200, deputy=200, liaison=200)
ANSWERS = cut(302, child=302, ancestor=403, member=302, deputy=302, liaison=302)
WRITE = cut(200, deputy=200, liaison=404, member=404)
WRITTEN = cut(302, deputy=302, liaison=404, member=404)
OWN = cut(200, child=403, deputy=200, liaison=403, member=403)
OWN_WRITTEN = cut(302, child=403, deputy=302, liaison=403, member=403)
SEES = cut(200, deputy=200, liaison=404, member=404)

ROUTES = [
    Route("inbox", SIGNED_IN),
    Route("notices_sent", SIGNED_IN),
    Route(
        "notice_new",
        {**SIGNED_IN, "stranger": 403, "member": 403, "liaison": 403, "deputy": 200},
    ),
    Route(
        "notice_new",
        cut(200, child=404, deputy=200, liaison=404, member=404),
        query=lambda world: f"unit={world.unit.code}",
        absent=lambda world: {},
        note="for the unit",
    ),
    Route(
        "notice_new",
        {**cut(302, outside=422), "stranger": 403, "deputy": 302, "liaison": 403, "member": 403},
        method="POST",
        data=lambda world: {"unit": world.unit.code, "title": "Hello"},
    ),
    Route("notice_preview", SIGNED_IN, method="POST", data=lambda world: {"body": "*x*"}),
    Route("notice", READERS, kwargs=of("notice"), absent=none()),
    Route("notice", WRITE, kwargs=of("draft"), absent=none(), note="draft"),
    Route("notice", WRITE, kwargs=of("leaving"), absent=none(), note="not out yet"),
    Route(
        "notice_answer", ANSWERS, method="POST", kwargs=of("notice"), absent=none(), data=lambda world: {"fact": "2"}
    ),
    Route("notice_edit", WRITE, kwargs=of("draft"), absent=none()),
    Route(
        "notice_edit",
        WRITTEN,
        method="POST",
        kwargs=of("draft"),
        absent=none(),
        data=lambda world: {"title": "Changed", "based_on": world.things["draft"].changed_at.isoformat()},
    ),
    Route("notice_delete", WRITTEN, method="POST", kwargs=of("draft"), absent=none()),
    Route("notice_audience", WRITE, kwargs=of("draft"), absent=none()),
    Route(
        "notice_audience",
        WRITTEN,
        method="POST",
        kwargs=of("draft"),
        absent=none(),
        data=lambda world: {"unit": world.unit.code, "reach": "unit"},
    ),
    Route("notice_size", WRITE, kwargs=of("draft"), absent=none()),
    Route(
        "notice_audience_remove",
        WRITTEN,
        method="POST",
        kwargs=lambda world: {"pk": world.things["draft"].pk, "rule": world.things["rule"].pk},
        absent=none(rule=999_999),
    ),
    Route("notice_send", WRITE, kwargs=of("draft"), absent=none()),
    Route("notice_send", WRITTEN, method="POST", kwargs=of("draft"), absent=none()),
    Route("notice_undo", WRITTEN, method="POST", kwargs=of("leaving"), absent=none()),
    Route("notice_withdraw", OWN, kwargs=of("notice"), absent=none()),
    Route(
        "notice_withdraw",
        OWN_WRITTEN,
        method="POST",
        kwargs=of("notice"),
        absent=none(),
        data=lambda world: {"why": "wrong"},
    ),
    Route("notice_correct", OWN, kwargs=of("notice"), absent=none()),
    Route(
        "notice_correct",
        OWN_WRITTEN,
        method="POST",
        kwargs=of("notice"),
        absent=none(),
        data=lambda world: {"title": "New", "why": "typo", "based_on": world.things["notice"].changed_at.isoformat()},
    ),
    Route("notice_reach", cut(302, child=302, deputy=302, liaison=404, member=404), kwargs=of("notice"), absent=none()),
    Route("notice_reach_unit", SEES, kwargs=at_unit, absent=at_no_unit),
    Route("notice_missing", SEES, kwargs=at_unit, absent=at_no_unit),
]
