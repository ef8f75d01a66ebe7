"""The routes of the kernel: language, theme, manifest, jumping to a unit's page, the style guide (shut unless debugging)."""

from __future__ import annotations

from .routes import OPEN, Route, everybody
from .world import World


def nothing(world: World) -> dict[str, str]:
    return {}


ROUTES = [
    Route("language", everybody(302), kwargs=lambda w: {"code": "zh-hant"}),
    Route("language", everybody(404), kwargs=lambda w: {"code": "xx"}, absent=lambda w: {"code": "yy"}, note="unknown"),
    Route("go", everybody(404), absent=nothing, query="page=admin&code=x", note="page that is not of a unit"),
    Route("theme", OPEN),
    Route("manifest", OPEN),
    Route("service_worker", OPEN),
    Route("offline", OPEN),
    Route("offline_pass", OPEN),
    Route("styleguide", everybody(404), absent=nothing),
]
