"""The routes of visits and the record of duty: each person's own, and nobody else's."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from braid.kernel.pdf import can_make_pdf
from braid.work.actions import log_visit, note_duty
from braid.work.enums import VisitKind

from .routes import SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at, head = timezone.now(), world.people["self"]
    today = timezone.localdate(at)
    world.things["visit"] = log_visit(world.unit, kind=VisitKind.HOME, people=2, on=today, by=head, at=at)
    world.things["duty note"] = note_duty(words="A talk.", on=today, by=head, at=at)


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


HERS = cut(302, ancestor=404, deputy=404, liaison=404, member=404)
"""Of the head of county_a alone: whoever leads above her sees nothing of it."""

LOGS = everybody(422, anonymous=302, liaison=302, deputy=302, self=302)
"""Whoever holds an office in the unit the visit was for; others are offered no such unit."""


def filled(world: World) -> dict[str, Any]:
    return {"kind": "home", "people": 1, "topic": "other", "on": timezone.localdate(), "unit": world.unit.code}


def noted(world: World) -> dict[str, Any]:
    return {"words": "A talk.", "amount": 1, "on": timezone.localdate(), "kind": ""}


PDF = 200 if can_make_pdf() else 404


ROUTES = [
    Route("visits", SIGNED_IN),
    Route("visits", LOGS, method="POST", data=filled),
    Route("visit_take_back", HERS, method="POST", kwargs=pk("visit"), absent=no_pk),
    Route("duty", SIGNED_IN),
    Route("duty", everybody(302, anonymous=302), method="POST", data=noted),
    Route("duty_print", SIGNED_IN),
    Route("duty_pdf", everybody(PDF, anonymous=302)),
    Route("duty_entries", SIGNED_IN, kwargs=lambda world: {"kind": "visit.logged"}),
    Route("duty_note_drop", HERS, method="POST", kwargs=pk("duty note"), absent=no_pk),
]
