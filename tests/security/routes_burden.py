"""The routes of the burden meter and of complaints: who asked never finds a complaint, whatever she leads."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.units.models import Level
from braid.work.actions import add_field, complain
from braid.work.enums import Grievance
from tests import factories
from tests.factories import directive_rows
from tests.factories.reports import form_draft, number

from .routes import SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    Level.objects.get_or_create(number=3, defaults={"name": "County"})
    world.things["burden_form"] = form = form_draft(world.unit)
    add_field(form, number(), by=OPERATOR, at=at)
    world.things["burden_draft"] = directive_rows.directive(world.unit, sent_at=None)
    world.things["burden_sent"] = sent = directive_rows.directive(world.unit, sent_at=at)
    world.things["burden_notice"] = factories.notice(world.unit, sent_at=None)
    township, her = world.units["township"], world.people["child"]
    world.things["complaint"] = complain(
        sent, unit=township, about=Grievance.UNCLEAR, words="What is a well?", by=her, at=at
    )


def of_unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def of_no_unit(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def effect_of(kind: str, name: str) -> Build:
    return lambda world: {"kind": kind, "pk": world.things[name].pk}


def effect_of_nothing(kind: str) -> Build:
    return lambda world: {"kind": kind, "pk": 999_999}


def from_township(world: World) -> dict[str, Any]:
    return {"kind": "directive", "pk": world.things["burden_sent"].pk, "code": "township"}


def from_nowhere(world: World) -> dict[str, Any]:
    return {"kind": "directive", "pk": 999_999, "code": "nowhere"}


def the_complaint(world: World) -> dict[str, Any]:
    return {"pk": world.things["complaint"].pk}


def no_complaint(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def complained(world: World) -> dict[str, Any]:
    return {"about": "too_much", "words": "Too long."}


SEEN = cut(200, deputy=200, liaison=200, member=404)
BELOW = cut(200, deputy=200, liaison=403, member=404)
SENDERS = cut(200, deputy=200, liaison=404, member=404)
HERS = cut(404, child=200, deputy=404, liaison=404, member=404)
"""Hers who complained: not of the head who asked, nor of the head above."""


def of(name: str, expect: dict[str, int], **rest: Any) -> Route:
    return Route(name, expect, kwargs=of_unit, absent=of_no_unit, **rest)


ROUTES = [
    of("burden_unit", SEEN),
    of("burden_unit", cut(422, deputy=422, liaison=422, member=404), query="month=2026-99", note="no month"),
    of("burden_below", BELOW),
    of("burden_over", BELOW),
    of("burden_twins", BELOW),
    of("burden_forms", BELOW),
    of("burden_budgets", cut(200, deputy=403, liaison=403, member=404)),
    of(
        "burden_budgets",
        cut(302, deputy=403, liaison=403, member=404),
        method="POST",
        data=lambda world: {"level_3": "100"},
    ),
    of("burden_file", cut(200, deputy=200, liaison=200, member=404)),
    of("burden_below_file", cut(200, deputy=200, liaison=403, member=404)),
    Route(
        "api:burden", cut(200, anonymous=401, deputy=200, liaison=200, member=404), kwargs=of_unit, absent=of_no_unit
    ),
    *(
        Route("burden_effect", SENDERS, kwargs=effect_of(kind, name), absent=effect_of_nothing(kind), note=kind)
        for kind, name in (("form", "burden_form"), ("directive", "burden_draft"), ("notice", "burden_notice"))
    ),
    Route("complaints_mine", SIGNED_IN),
    Route("complaints_heard", everybody(403, anonymous=302)),
    of("complaints_about", SENDERS),
    Route(
        "complaint_new",
        cut(200, child=200, deputy=200, liaison=404, member=404),
        kwargs=from_township,
        absent=from_nowhere,
    ),
    Route(
        "complaint_new",
        cut(302, child=409, deputy=302, liaison=404, member=404),
        method="POST",
        kwargs=from_township,
        absent=from_nowhere,
        data=complained,
    ),
    Route("complaint", HERS, kwargs=the_complaint, absent=no_complaint),
    Route("complaint_answer", HERS | {"child": 403}, kwargs=the_complaint, absent=no_complaint),
    Route(
        "complaint_answer",
        HERS | {"child": 403},
        method="POST",
        kwargs=the_complaint,
        absent=no_complaint,
        data=lambda world: {"verdict": "right", "answer": "Yes."},
    ),
    Route("complaint_take_back", HERS | {"child": 302}, method="POST", kwargs=the_complaint, absent=no_complaint),
]
