"""The routes of the JSON API, asked with a browser's session: reading is cut by the gate, changing needs a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from braid.people.actions import make_token
from tests import factories

from .routes import OPEN, SIGNED_IN, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    world.things["api_notice"] = factories.notice(world.unit).pk
    person = world.people["self"]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    token, _secret = make_token(person, name="x", permissions=["units.view"], days=90, by=person, at=at)
    world.things["token"] = token.pk


def here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def notice(world: World) -> dict[str, Any]:
    return {"pk": world.things["api_notice"]}


def no_notice(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def counted_survey(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_counted"].pk}


def open_survey(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_open"].pk}


NEEDS_A_KEY = everybody(401)
READS = cut(200, anonymous=401)
OWN_KEY = everybody(404, self=302, anonymous=302)

ROUTES = [
    Route("api_reference", OPEN),
    Route("api:openapi-json", OPEN),
    Route("api:api-root", everybody(404)),
    Route("api:units", everybody(200, anonymous=401)),
    Route("api:unit", READS, kwargs=here, absent=nowhere),
    Route("api:children", READS, kwargs=here, absent=nowhere),
    Route("api:people", READS, query="unit=county_a", absent_query="unit=county_x"),
    Route("api:notices", everybody(200, anonymous=401)),
    Route("api:notice", {**READS, "child": 200}, kwargs=notice, absent=no_notice),
    Route("api:reach", {**READS, "child": 404}, kwargs=notice, absent=no_notice, query="unit=county_a"),
    Route("api:notices", NEEDS_A_KEY, method="POST", json=lambda world: {"unit": "county_a", "title": "x"}),
    Route("api:notice_send", NEEDS_A_KEY, method="POST", kwargs=notice, json=lambda world: {}),
    Route("api:notice_withdraw", NEEDS_A_KEY, method="POST", kwargs=notice, json=lambda world: {"why": "x"}),
    Route("api:notice_attach", NEEDS_A_KEY, method="POST", kwargs=notice, json=lambda world: {}),
    Route(
        "api:notice_plan",
        NEEDS_A_KEY,
        method="POST",
        kwargs=notice,
        json=lambda world: {"send_at": "2027-01-01T00:00Z"},
    ),
    Route("api:notice_plan", NEEDS_A_KEY, method="DELETE", kwargs=notice),
    Route("api:receipts", NEEDS_A_KEY, method="POST", json=lambda world: {"facts": []}),
    Route("api:surveys", everybody(200, anonymous=401)),
    Route(
        "api:survey_results",
        {**READS, "child": 404, "deputy": 200, "liaison": 404, "member": 404},
        kwargs=counted_survey,
        absent=no_notice,
        query="unit=county_a",
        absent_query="unit=county_a",
    ),
    Route(
        "api:survey_results",
        {**READS, "self": 409, "ancestor": 409, "child": 409, "deputy": 409, "liaison": 404, "member": 404},
        kwargs=open_survey,
        absent=no_notice,
        note="open",
    ),
    Route("tokens", SIGNED_IN),
    Route(
        "tokens",
        SIGNED_IN,
        method="POST",
        data=lambda world: {"name": "x", "permissions": ["units.view"], "days": "1"},
    ),
    Route(
        "token_revoke",
        OWN_KEY,
        method="POST",
        kwargs=lambda world: {"pk": world.things["token"]},
        absent=no_notice,
    ),
]
