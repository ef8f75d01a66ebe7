"""The routes of the public Home: open to everybody, and editing, for those who may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from braid.home.actions.help import check_help_line
from braid.home.actions.texts import change_home_text
from braid.kernel.access import OPERATOR

from .routes import OPEN, Route, cut
from .world import World

AT = datetime(2026, 1, 1, tzinfo=UTC)
LINE = {"number": "12348", "name": "Legal aid", "is_checked": "on"}
SAID = {"about": "", "phone": "", "email": "", "address": "", "hours": "", "country": "zh-CN", "publish": "1"}


def extend(world: World) -> None:
    change_home_text(world.units["nation"], {"country": "zh-CN"}, by=OPERATOR, at=AT)
    check_help_line(world.unit, {"number": "555", "name": "Ours"}, key="ours", by=OPERATOR, at=AT)


def here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def line_here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code, "key": "ours"}


def line_nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere", "key": "ours"}


EDITORS = cut(200, deputy=200, liaison=403, member=404)
WRITERS = cut(302, deputy=302, liaison=403, member=404)

ROUTES = [
    Route("root_home", OPEN),
    Route("home", OPEN, kwargs=here),
    Route("home_atom", OPEN, kwargs=here),
    Route("home_rss", OPEN, kwargs=here),
    Route("find", OPEN, query="q=county"),
    Route("robots", OPEN),
    Route("sitemap", OPEN),
    Route("sitemap_part", OPEN, kwargs=lambda world: {"number": 1}),
    Route("home_edit", EDITORS, kwargs=here, absent=nowhere),
    Route("home_edit", WRITERS, method="POST", kwargs=here, absent=nowhere, data=lambda world: SAID),
    Route("home_help", EDITORS, kwargs=here, absent=nowhere),
    Route("home_help_new", EDITORS, kwargs=here, absent=nowhere),
    Route("home_help_new", WRITERS, method="POST", kwargs=here, absent=nowhere, data=lambda world: LINE),
    Route("home_help_line", EDITORS, kwargs=line_here, absent=line_nowhere),
    Route("home_help_line", WRITERS, method="POST", kwargs=line_here, absent=line_nowhere, data=lambda world: LINE),
    Route("home_help_hide", WRITERS, method="POST", kwargs=line_here, absent=line_nowhere),
    Route("home_help_drop", WRITERS, method="POST", kwargs=line_here, absent=line_nowhere),
]
