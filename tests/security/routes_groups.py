"""The routes of groups: cards for everybody where a group chose so, its inside for its people and its body's officers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import ChatPlan, answer_affiliation, ask_affiliation, ask_to_join, register_chat
from braid.contact.enums import Basis, JoinRule
from braid.contact.models import Affiliation
from braid.kernel.access import OPERATOR
from braid.units.enums import UnitKind
from braid.units.models import Unit
from tests import factories

from .routes import OPEN, SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    group = world.things["group"] = factories.group(world.unit)
    world.things["open_group"] = factories.group(world.unit, name="Open", join_rule=JoinRule.OPEN)
    world.things["public_group"] = factories.group(world.unit, name="Public", is_public=True)
    world.things["reader"] = factories.member(group.unit, who=factories.person("Reader"))
    world.things["asked"] = ask_to_join(group, words="", by=factories.person(), at=at)
    world.things["asked_by_member"] = ask_to_join(group, words="", by=world.member, at=at)
    world.things["chat"] = register_chat(world.unit, ChatPlan("WeChat", "Officers"), by=OPERATOR, at=at)
    online, other = (
        factories.unit(world.units["sibling_province"], code=code, name=code, kind=UnitKind.VIRTUAL)
        for code in ("weavers", "singers")
    )
    world.things["affiliation_asked"] = affiliation(online, world.unit, accepted=False)
    world.things["affiliation"] = affiliation(other, world.unit, accepted=True)
    world.things["third"] = factories.unit(world.units["sibling_province"], code="dancers", kind=UnitKind.VIRTUAL)


def affiliation(online: Unit, unit: Unit, *, accepted: bool) -> Affiliation:
    at = timezone.now()
    asked = ask_affiliation(online, unit, virtual=online, basis=Basis.TRADE, why="x", by=OPERATOR, at=at)
    return answer_affiliation(asked, accepts=True, by=OPERATOR, at=at) if accepted else asked


def at_unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def of(name: str) -> Build:
    return lambda world: {"code": world.things[name].unit.code}


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def invited(key: str = "") -> Build:
    return lambda world: {
        "code": world.things["group"].unit.code,
        "key": key or world.things["group"].invite_key,
    }


def invited_nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere", "key": "x"}


def planned(world: World) -> dict[str, Any]:
    ends_on = (timezone.localdate() + timedelta(days=90)).isoformat()
    return {"name": "New", "purpose": "Sing", "join_rule": "open", "ends_on": ends_on}


SEES = cut(200, deputy=200, liaison=200, member=200)
COMES = cut(302, deputy=302, liaison=302, member=302)
RUNS = cut(200, deputy=200, liaison=200, member=403)
RUN = cut(302, deputy=302, liaison=302, member=403)
LEADS = cut(200, deputy=403, liaison=403, member=403)
LED = cut(302, deputy=403, liaison=403, member=403)
OFFICERS = cut(200, deputy=200, liaison=200, member=404)
ANSWERED = cut(302, deputy=302, liaison=302, member=404)

ROUTES = [
    Route("groups_mine", SIGNED_IN),
    Route("groups", OFFICERS, kwargs=at_unit, absent=nowhere),
    Route("group_new", cut(200, deputy=403, liaison=403, member=404), kwargs=at_unit, absent=nowhere),
    Route(
        "group_new",
        cut(302, deputy=403, liaison=403, member=404),
        method="POST",
        kwargs=at_unit,
        absent=nowhere,
        data=planned,
    ),
    Route("group", SEES, kwargs=of("group"), absent=nowhere),
    Route("group", OPEN, kwargs=of("public_group"), note="public"),
    Route("group_invited", OPEN, kwargs=invited()),
    Route(
        "group_invited",
        {**SEES, "anonymous": 404},
        kwargs=invited("x"),
        absent=invited_nowhere,
        note="wrong key",
    ),
    Route("group_join", COMES, method="POST", kwargs=of("open_group"), absent=nowhere),
    Route(
        "group_join",
        cut(403, deputy=403, liaison=403, member=403),
        method="POST",
        kwargs=of("group"),
        absent=nowhere,
        note="asked",
    ),
    Route(
        "group_join",
        everybody(302),
        method="POST",
        kwargs=of("group"),
        data=lambda world: {"key": world.things["group"].invite_key},
        note="invited",
    ),
    Route("group_ask", {**COMES, "member": 409}, method="POST", kwargs=of("group"), absent=nowhere),
    Route("group_ask", everybody(302), method="POST", kwargs=of("public_group"), note="public"),
    Route(
        "group_leave",
        cut(409, deputy=409, liaison=409, member=409),
        method="POST",
        kwargs=of("group"),
        absent=nowhere,
    ),
    Route("group_change", RUNS, kwargs=of("group"), absent=nowhere),
    Route("group_change", RUN, method="POST", kwargs=of("group"), absent=nowhere, data=planned),
    Route(
        "group_change", everybody(403, self=200, ancestor=200, anonymous=302), kwargs=of("public_group"), note="public"
    ),
    Route("group_extend", RUN, method="POST", kwargs=of("group"), absent=nowhere),
    Route("group_invite", RUNS, kwargs=of("group"), absent=nowhere),
    Route("group_invite", RUN, method="POST", kwargs=of("group"), absent=nowhere),
    Route("group_close", LEADS, kwargs=of("group"), absent=nowhere),
    Route("group_close", LED, method="POST", kwargs=of("group"), absent=nowhere, data=lambda world: {"planned": "1"}),
    Route("group_hand_over", LEADS, kwargs=of("group"), absent=nowhere),
    Route(
        "group_hand_over",
        LED,
        method="POST",
        kwargs=of("group"),
        absent=nowhere,
        data=lambda world: {"person": "Reader"},
    ),
    Route(
        "join_answer",
        ANSWERED,
        method="POST",
        kwargs=pk("asked"),
        absent=no_pk,
        data=lambda world: {"accept": "1"},
    ),
    Route(
        "join_take_back",
        cut(403, deputy=403, liaison=403, member=302),
        method="POST",
        kwargs=pk("asked_by_member"),
        absent=no_pk,
    ),
    Route("chats", SEES, kwargs=at_unit, absent=nowhere),
    Route("chats", cut(200, deputy=200, liaison=200, member=404), kwargs=of("group"), absent=nowhere, note="group"),
    Route("chat_new", RUNS, kwargs=at_unit, absent=nowhere),
    Route(
        "chat_new",
        RUN,
        method="POST",
        kwargs=at_unit,
        absent=nowhere,
        data=lambda world: {"platform": "QQ", "name": "New"},
    ),
    Route("chat_change", RUNS, kwargs=pk("chat"), absent=no_pk),
    Route(
        "chat_change",
        RUN,
        method="POST",
        kwargs=pk("chat"),
        absent=no_pk,
        data=lambda world: {"platform": "QQ", "name": "New"},
    ),
    Route("chat_drop", RUN, method="POST", kwargs=pk("chat"), absent=no_pk),
    Route("affiliations", OFFICERS, kwargs=at_unit, absent=nowhere),
    Route(
        "affiliations",
        ANSWERED,
        method="POST",
        kwargs=at_unit,
        absent=nowhere,
        data=lambda world: {"other": "dancers", "basis": "trade", "why": "x"},
    ),
    Route(
        "affiliation_answer",
        ANSWERED,
        method="POST",
        kwargs=pk("affiliation_asked"),
        absent=no_pk,
        data=lambda world: {"accept": "1"},
    ),
    Route("affiliation_end", ANSWERED, method="POST", kwargs=pk("affiliation"), absent=no_pk),
    Route("home", everybody(404), kwargs=of("group"), absent=nowhere, note="internal group"),
    Route("home", everybody(302), kwargs=of("public_group"), note="public group"),
    Route("home_atom", everybody(404), kwargs=of("public_group"), absent=nowhere, note="group"),
]
