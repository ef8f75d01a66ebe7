"""The routes of the heads' pages."""

from __future__ import annotations

from typing import Any

from .routes import SIGNED_IN, Route, cut, everybody
from .world import World


def here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


OWN = cut(200, member=200, deputy=200, liaison=200)
"""Everybody of the unit, and those above it."""
BELOW = cut(200, member=403, deputy=200, liaison=403)
"""Those whose reach covers everything below; others of the unit are told in words."""
TO_HER_UNIT = everybody(302, stranger=200)

ROUTES = [
    Route("today", SIGNED_IN),
    Route("my_unit_first", TO_HER_UNIT),
    Route("my_unit", OWN, kwargs=here, absent=nowhere),
    Route("record", BELOW, kwargs=here, absent=nowhere),
    Route("subtree", BELOW, kwargs=here, absent=nowhere),
    Route(
        "subtree_without",
        BELOW,
        kwargs=lambda world: here(world) | {"missing": "head"},
        absent=lambda world: nowhere(world) | {"missing": "head"},
    ),
    Route(
        "subtree_sheet",
        BELOW,
        kwargs=lambda world: here(world) | {"form": "csv"},
        absent=lambda world: nowhere(world) | {"form": "csv"},
    ),
    Route("head_first", everybody(302, stranger=404, member=404, liaison=404)),
    Route("head", BELOW, kwargs=here, absent=nowhere),
    Route(
        "head_mail",
        {**BELOW, **{who: 302 for who, said in BELOW.items() if said == 200}},
        method="POST",
        kwargs=here,
        absent=nowhere,
    ),
    Route(
        "head_waiting",
        BELOW,
        kwargs=lambda world: here(world) | {"name": "questions"},
        absent=lambda world: nowhere(world) | {"name": "questions"},
    ),
    Route(
        "head_behind",
        BELOW,
        kwargs=lambda world: here(world) | {"name": "directives"},
        absent=lambda world: nowhere(world) | {"name": "directives"},
    ),
    Route("search", SIGNED_IN, query="q=county"),
]
