"""The routes of series and templates: for who may send for their unit; a template is begun from by units below, too."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import Repetition, TemplatePlan, make_template, repeat_notice
from braid.contact.enums import Every
from braid.contact.models import NoticeTemplate, Series
from braid.contact.recurrence import Recurrence
from braid.kernel.access import OPERATOR
from tests import factories

from .routes import Route, cut
from .routes_contact import OWN_WRITTEN, WRITE, WRITTEN, none, of
from .world import World


def extend(world: World) -> None:
    world.things["repeating"] = series_of(world, timezone.now())
    world.things["template"] = make_template(world.unit, TemplatePlan("{unit}"), by=OPERATOR, at=timezone.now())


def series_of(world: World, at: datetime) -> Series:
    first = timezone.localdate(at) + timedelta(days=2)
    days = Recurrence(Every.WEEK, first, first + timedelta(weeks=4))
    draft = factories.notice(world.unit, sent_at=None)
    return repeat_notice(draft, Repetition(days, time(9), "Asia/Shanghai"), by=world.people["self"], at=at)


def here(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def begun_here(world: World) -> dict[str, Any]:
    template: NoticeTemplate = world.things["template"]
    return {"code": world.unit.code, "pk": template.pk}


def begun_nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere", "pk": world.things["template"].pk}


def begun_below(world: World) -> dict[str, Any]:
    return {"code": world.units["township"].code, "pk": world.things["template"].pk}


def begun_elsewhere(world: World) -> dict[str, Any]:
    return {"code": world.units["county_b"].code, "pk": world.things["template"].pk}


def next_day(world: World) -> dict[str, Any]:
    return {"day": world.things["repeating"].next_on.isoformat()}


def words(world: World) -> dict[str, Any]:
    return {"title": "{unit} meets", "reach": "subtree"}


ROUTES = [
    Route("series_list", WRITE, kwargs=here, absent=nowhere),
    Route("series", WRITE, kwargs=of("repeating"), absent=none()),
    Route("series_skip", WRITTEN, method="POST", kwargs=of("repeating"), absent=none(), data=next_day),
    Route("series_stop", WRITTEN, method="POST", kwargs=of("repeating"), absent=none()),
    Route("notice_templates", WRITE, kwargs=here, absent=nowhere),
    Route("notice_template_new", WRITE, kwargs=here, absent=nowhere),
    Route("notice_template_new", WRITTEN, method="POST", kwargs=here, absent=nowhere, data=words),
    Route("notice_template", WRITE, kwargs=of("template"), absent=none()),
    Route("notice_template", WRITTEN, method="POST", kwargs=of("template"), absent=none(), data=words),
    Route("notice_template_retire", WRITTEN, method="POST", kwargs=of("template"), absent=none()),
    Route("notice_template_use", WRITTEN, method="POST", kwargs=begun_here, absent=begun_nowhere),
    Route(
        "notice_template_use",
        cut(302, child=302, deputy=302),
        method="POST",
        kwargs=begun_below,
        absent=begun_nowhere,
        note="for a unit below",
    ),
    Route(
        "notice_template_use",
        cut(404),
        method="POST",
        kwargs=begun_elsewhere,
        absent=begun_nowhere,
        note="for a unit elsewhere",
    ),
    Route("notice_keep", OWN_WRITTEN, method="POST", kwargs=of("notice"), absent=none()),
]
