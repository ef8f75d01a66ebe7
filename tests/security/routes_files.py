"""The routes of kept files: one that belongs to nothing yet is its bringer's alone."""

from __future__ import annotations

from typing import Any

from tests.factories import stored_file

from .routes import Route, everybody
from .world import World


def extend(world: World) -> None:
    world.things["file"] = stored_file(by=world.people["self"])


def file(world: World) -> dict[str, Any]:
    return {"pk": world.things["file"].pk}


def no_file(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


HERS = everybody(404, self=200, anonymous=302)

ROUTES = [
    Route("stored_file", HERS, kwargs=file, absent=no_file),
    Route("stored_file_small", HERS, kwargs=file, absent=no_file),
]
