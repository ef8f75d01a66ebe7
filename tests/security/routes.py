"""The table of every route: who asks (actor x relation), how (method), and what must be answered.

It is collected from the files `tests/security/routes_<app>.py` beside this one. Each holds `ROUTES`, and may hold
`extend(world)` to put things of its app into the standard world. `test_routes.py` asks every line with a real client, and
fails for any address of the product that has no line here.

    # tests/security/routes_contact.py
    from .routes import OPEN, Route, cut
    from .world import World

    def extend(world: World) -> None:
        world.things["notice"] = factories.notice(world.unit)          # belongs to county_a, as everything asked for

    ROUTES = [
        Route("notice", cut(), kwargs=lambda w: {"pk": w.things["notice"].pk}, absent=lambda w: {"pk": 999_999}),
        Route("notice_new", cut(child=200, ...)),                       # GET; relations can be set one by one
        Route("notice_send", cut(302, member=403), method="POST", kwargs=..., data=lambda w: {"why": "x"}, absent=...),
        Route("live", OPEN),
    ]

- `cut(inside)`: what `self` and `ancestor` get; everybody else signed in gets 404 and anonymous is sent to sign in (302).
  `API` tables: `cut(200, anonymous=401)`.
- `kwargs` builds the address from the world; `absent` builds the address of a thing that does not exist. Where a line has
  both, everybody who gets 404 must get it with exactly the same body for both: out of scope looks like absent.
- Methods without a line must not succeed for anybody: they answer 4xx (or send anonymous to sign in).
- Extra relations of the world (`member`, `deputy`, `liaison`, all of county_a) may be named too.
- `query` is the query string (with `absent_query` where a key stands in it); `json` a body for the API; `headers` as the
  Django client takes them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import tests.security

from .world import EXTRA_RELATIONS, RELATIONS, Extension, World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Build = Callable[[World], dict[str, Any]]


def _nothing(world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Route:
    """One line of the table: one route, one method, and the status each relation is answered."""

    name: str
    """The URL name, with its namespace: `people`, `api:units`. An unnamed pattern is listed as its pattern."""
    expect: Mapping[str, int]
    method: str = "GET"
    kwargs: Build = _nothing
    absent: Build | None = None
    data: Build | None = None
    json: Build | None = None
    query: str | Callable[[World], str] = ""
    absent_query: str = ""
    """Where the key stands in the query string: one of a thing that does not exist."""
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    """Tells two lines of one route and method apart in the test's name."""

    def __post_init__(self) -> None:
        missing = set(RELATIONS) - set(self.expect)
        unknown = set(self.expect) - set(RELATIONS) - set(EXTRA_RELATIONS)
        if missing or unknown or self.method not in METHODS:
            raise ValueError(f"route {self.name}: missing {missing}, unknown {unknown}, method {self.method}")

    @property
    def names_a_thing(self) -> bool:
        """Whether the address holds a key, in its path or in its query string."""
        return self.kwargs is not _nothing or bool(self.query)

    @property
    def is_cut(self) -> bool:
        """Whether some are answered and others get 404."""
        return 404 in self.expect.values() and set(self.expect.values()) - {404} != set()

    def __str__(self) -> str:
        return f"{self.method} {self.name}{' ' + self.note if self.note else ''}"


def everybody(status: int, **others: int) -> dict[str, int]:
    """The same answer for all, but for those named."""
    return {**dict.fromkeys(RELATIONS, status), **others}


def cut(inside: int = 200, outside: int = 404, anonymous: int = 302, **others: int) -> dict[str, int]:
    """Cut by scope: the head of the unit and those above get `inside`, other people `outside`, but for those named."""
    answers = {**dict.fromkeys(RELATIONS, outside), "self": inside, "ancestor": inside, "anonymous": anonymous}
    return {**answers, **others}


OPEN = everybody(200)
"""Public: the same page for everybody."""

SIGNED_IN = everybody(200, anonymous=302)
"""For every person with an account, about herself; anonymous is sent to sign in."""


def collect() -> tuple[list[Route], list[Extension]]:
    """All lines and all extensions of the world, from the files of the apps in alphabetical order."""
    routes: list[Route] = []
    extensions: list[Extension] = []
    for module in sorted(pkgutil.iter_modules(tests.security.__path__), key=lambda found: found.name):
        if module.name.startswith("routes_"):
            loaded = importlib.import_module(f"tests.security.{module.name}")
            routes += loaded.ROUTES
            if hasattr(loaded, "extend"):
                extensions.append(loaded.extend)
    return routes, extensions
