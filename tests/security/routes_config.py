"""The routes of the top floor: whether Braid is well."""

from __future__ import annotations

from .routes import OPEN, Route

ROUTES = [Route("live", OPEN), Route("ready", OPEN)]
