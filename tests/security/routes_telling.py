"""The routes of how somebody is told: hers alone, whatever office the others hold."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from braid.people.actions import choose_channel
from tests.kernel.test_webpush import BROWSER

from .routes import SIGNED_IN, Route, everybody
from .world import World


def extend(world: World) -> None:
    world.things["chosen"] = choose_channel(world.member, channel="email", by=world.member, at=timezone.now())


def chosen(world: World) -> dict[str, Any]:
    return {"pk": world.things["chosen"].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def wish(world: World) -> dict[str, Any]:
    return {"pace": "daily", "hour": "8", "weekday": "0"}


def browser(world: World) -> dict[str, Any]:
    return dict(json.loads(BROWSER.text))


HERS = everybody(404, member=302, anonymous=302)
CHANGED = everybody(302)
POSTED = everybody(204, anonymous=302)

ROUTES = [
    Route("telling", SIGNED_IN),
    Route("telling", CHANGED, method="POST", data=wish),
    Route("channel_choose", CHANGED, method="POST", data=lambda world: {"channel": "email"}),
    Route("channel_drop", HERS, method="POST", kwargs=chosen, absent=no_pk),
    Route("push_key", SIGNED_IN),
    Route("push_subscribe", POSTED, method="POST", data=browser),
    Route("push_unsubscribe", POSTED, method="POST", data=browser),
]
