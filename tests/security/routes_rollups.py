"""The routes of roll-ups and approvals: of a period that asks the whole tree, looked at from county_a."""

from __future__ import annotations

from typing import Any

from braid.kernel.access import OPERATOR
from braid.work.actions import approve_part, file_report
from braid.work.actions.reports import Filled
from braid.work.queries.approvals import seal_of
from tests.factories.reports import OPENED, period, report, report_form

from .routes import Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    asked = world.things["rollup_period"] = period(report_form(world.units["nation"]))
    report(asked, world.units["village"], f1=1)
    report(asked, world.unit, f1=1)
    approved = world.things["rollup_approved"] = period(report_form(world.units["nation"]))
    file_report(approved, world.units["township"], Filled({"f1": 1}), by=OPERATOR, at=OPENED)
    approve_part(approved, world.unit, seal=seal_of(approved, world.unit.path), by=OPERATOR, at=OPENED)


def at(period: str) -> Build:
    return lambda world: {"pk": world.things[period].pk, "code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"pk": world.things["rollup_period"].pk, "code": "nowhere"}


def only_pk(world: World) -> dict[str, Any]:
    return {"pk": world.things["rollup_period"].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def seal(world: World) -> dict[str, Any]:
    asked = world.things["rollup_period"]
    return {"seal": seal_of(asked, world.unit.path)}


def why(world: World) -> dict[str, Any]:
    return {"why": "Count again."}


LOOKS = cut(200, deputy=200, liaison=404, member=404)
READS = cut(200, anonymous=401, deputy=200, liaison=404, member=404)
WAITS = cut(409, deputy=409, liaison=404, member=404)
"""The township has reports of its own below it and has not approved its part."""

ROUTES = [
    Route("rollups", everybody(200, anonymous=302)),
    Route(
        "rollup",
        everybody(302, stranger=404, deputy=302, liaison=404, member=404),
        kwargs=only_pk,
        absent=no_pk,
    ),
    *(
        Route(name, LOOKS, kwargs=at("rollup_period"), absent=nowhere)
        for name in (
            "rollup_unit",
            "rollup_series",
            "rollup_missing",
            "rollup_unusual",
            "rollup_reports",
            "rollup_file",
            "report_seen",
            "approval",
        )
    ),
    Route("approval", LOOKS, kwargs=at("rollup_approved"), absent=nowhere, note="approved"),
    Route("approval_give", WAITS, method="POST", kwargs=at("rollup_period"), absent=nowhere, data=seal),
    Route("approval_reopen", LOOKS, kwargs=at("rollup_approved"), absent=nowhere),
    Route(
        "approval_reopen",
        cut(302, deputy=302, liaison=404, member=404),
        method="POST",
        kwargs=at("rollup_approved"),
        absent=nowhere,
        data=why,
    ),
    Route(
        "report_send_back",
        cut(403, ancestor=200, deputy=403, liaison=404, member=404),
        kwargs=at("rollup_period"),
        absent=nowhere,
    ),
    Route(
        "report_send_back",
        cut(403, ancestor=302, deputy=403, liaison=404, member=404),
        method="POST",
        kwargs=at("rollup_period"),
        absent=nowhere,
        data=why,
    ),
    Route("api:forms", everybody(200, anonymous=401)),
    Route("api:periods", everybody(200, anonymous=401)),
    Route(
        "api:period",
        everybody(200, stranger=404, anonymous=401, member=404),
        kwargs=only_pk,
        absent=no_pk,
    ),
    Route("api:period_table", READS, kwargs=only_pk, query="unit=county_a", absent_query="unit=county_x"),
    Route("api:period_reports", READS, kwargs=only_pk, query="unit=county_a", absent_query="unit=county_x"),
    Route("api:period_report", {**READS, "liaison": 200}, kwargs=at("rollup_period"), absent=nowhere),
    Route(
        "api:period_reports",
        everybody(401),
        method="POST",
        kwargs=only_pk,
        json=lambda world: {"rows": [{"key": "1", "unit": world.unit.code, "values": {"f1": 1}}]},
    ),
]
