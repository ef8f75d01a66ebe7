"""The routes of relays: asking is for who sends, carrying for who looks after a chat group, short links for everybody."""

from __future__ import annotations

from typing import Any

from braid.contact.models import ChatGroup
from braid.contact.relay_links import Link, code_of
from tests import factories

from .routes import Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    call = world.things["call"] = factories.notice(world.unit)
    factories.relay(call)
    factories.relay(factories.notice(world.unit, is_public=True))
    world.things["chat_of_call"] = factories.chat(world.unit, world.member, name="Call")
    world.things["link"] = code_of(Link(call.pk, world.things["chat_of_call"].pk))


def call(world: World) -> dict[str, Any]:
    return {"pk": world.things["call"].pk}


def no_call(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def at_unit(world: World) -> dict[str, Any]:
    return {**call(world), "code": world.unit.code}


def at_no_unit(world: World) -> dict[str, Any]:
    return {**call(world), "code": "nowhere"}


def said(answer: str) -> Build:
    return lambda world: {"chat": str(ChatGroup.objects.get(name="Call").pk), "answer": answer}


ASKS = cut(200, child=200, deputy=200, liaison=403, member=403)
ASKED = cut(302, child=302, deputy=302, liaison=403, member=403)
CARRIES = cut(404, member=302, liaison=302)

ROUTES = [
    Route("notice_relay", ASKS, kwargs=call, absent=no_call),
    Route("notice_relay", ASKED, method="POST", kwargs=call, absent=no_call, data=lambda world: {"words": "Come"}),
    Route("notice_carry", CARRIES, method="POST", kwargs=call, absent=no_call, data=said("carried")),
    Route("notice_pyramid", cut(302, child=302, deputy=302, liaison=404, member=404), kwargs=call, absent=no_call),
    Route("notice_pyramid_unit", cut(200, deputy=200, liaison=404, member=404), kwargs=at_unit, absent=at_no_unit),
    Route("relay_link", everybody(302), kwargs=lambda world: {"code": world.things["link"]}),
    Route("relay_link", everybody(404), kwargs=lambda world: {"code": "nowhere"}, note="no link"),
]
