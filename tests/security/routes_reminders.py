"""The routes of quiet hours, reminders, phone lists and proof."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import freeze_audience, remind_silent
from braid.contact.enums import Fact
from braid.contact.models import PhoneList
from braid.kernel.access import OPERATOR
from tests import factories

from .routes import Route, cut
from .routes_contact import OWN, OWN_WRITTEN, SEES, none, of
from .routes_reviews import here, nowhere
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    for name in ("silent", "to_call"):
        made = factories.notice(world.unit, sent_at=at - timedelta(days=9))
        freeze_audience(made, at=at - timedelta(days=9))
        world.things[name] = made
    remind_silent(world.things["to_call"], Fact.SEEN, by=OPERATOR, at=at - timedelta(days=5))
    called = factories.notice(world.unit, sent_at=at - timedelta(days=9))
    freeze_audience(called, at=at - timedelta(days=9))
    world.things["called"] = called
    PhoneList.objects.create(notice=called, asked_at=at)


def at_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["silent"].pk, "code": world.unit.code}


def at_no_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["silent"].pk, "code": "nowhere"}


def list_of_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["called"].pk, "code": world.unit.code}


def list_of_no_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["called"].pk, "code": "nowhere"}


def seen(world: World) -> dict[str, Any]:
    return {"awaits": "1"}


CALLS = cut(200, deputy=200, liaison=200, member=404)
CALLED = cut(302, deputy=302, liaison=302, member=404)
MANAGES = cut(200, deputy=200, liaison=404, member=404)
MANAGED = cut(302, deputy=302, liaison=404, member=404)

ROUTES = [
    Route("quiet_hours", MANAGES, kwargs=here, absent=nowhere),
    Route("quiet_hours", MANAGED, method="POST", kwargs=here, absent=nowhere, data=lambda world: {"which": "none"}),
    Route("notice_remind", OWN, kwargs=of("silent"), absent=none()),
    Route("notice_remind", OWN_WRITTEN, method="POST", kwargs=of("silent"), absent=none(), data=seen),
    Route("notice_call_ask", OWN_WRITTEN, method="POST", kwargs=of("to_call"), absent=none(), data=seen),
    Route("notice_phone_list", CALLS, kwargs=list_of_unit, absent=list_of_no_unit),
    Route(
        "notice_phone_list",
        CALLED,
        method="POST",
        kwargs=list_of_unit,
        absent=list_of_no_unit,
        data=lambda world: {"person": world.member.pk, "outcome": "away"},
    ),
    Route("notice_proofs", SEES, kwargs=at_unit, absent=at_no_unit),
    Route("notice_proof", SEES, kwargs=at_unit, absent=at_no_unit),
    Route("notice_proofs_file", SEES, kwargs=at_unit, absent=at_no_unit),
]
