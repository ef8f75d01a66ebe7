"""The routes of votes: for whoever is in the unit or below it; running them is for officers, scoring for the jury."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import call_juror
from braid.contact.enums import BallotState
from braid.contact.models import Burst
from braid.kernel.access import OPERATOR
from tests import factories

from .routes import OPEN, SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    nominating = world.things["nominating"] = factories.ballot(world.unit)
    moderating = world.things["moderating"] = factories.ballot(world.unit, BallotState.MODERATING)
    world.things["voting"] = factories.ballot(world.unit, BallotState.VOTING)
    counting = world.things["counting"] = factories.ballot(world.unit, BallotState.COUNTING)
    asked = factories.nomination(nominating, "Asked", by=factories.member(world.unit), is_self=False)
    world.things["nomination_asked"] = asked
    world.things["nomination"] = moderating.nominations.order_by("pk").first()
    world.things["juror"] = call_juror(counting, world.member, by=OPERATOR)
    world.things["burst"] = Burst.objects.create(ballot=counting, begins_at=timezone.now(), voters=300)


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def at_unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def planned(world: World) -> dict[str, Any]:
    days = ("nominations_until", "voting_from", "voting_until")
    on = timezone.localdate()
    return {"title": "New", "about": "x", "choices": "1"} | {
        name: (on + timedelta(days=number + 1)).isoformat() for number, name in enumerate(days)
    }


def key(world: World) -> dict[str, Any]:
    return {"key": world.things["nomination_asked"].consent_key}


def no_key(world: World) -> dict[str, Any]:
    return {"key": "nothing"}


TAKES_PART = cut(200, child=200, deputy=200, liaison=200, member=200)
"""The vote belongs to the county: the township below takes part, too."""
NOMINATES = cut(200, child=200, ancestor=403, deputy=200, liaison=200, member=200)
RUNS = cut(200, child=403, deputy=200, liaison=403, member=403)
RAN = cut(302, child=403, deputy=302, liaison=403, member=403)
KEEPS = cut(302, deputy=302, liaison=404, member=404)
BEGINS = cut(200, deputy=200, liaison=404, member=404)

ROUTES = [
    Route("votes_mine", SIGNED_IN),
    Route("ballot", TAKES_PART, kwargs=pk("nominating"), absent=no_pk),
    Route("ballot", TAKES_PART, kwargs=pk("voting"), absent=no_pk, note="voting"),
    Route("ballot_nominate", NOMINATES, kwargs=pk("nominating"), absent=no_pk),
    Route(
        "ballot_nominate",
        cut(302, child=302, ancestor=403, deputy=302, liaison=302, member=302),
        method="POST",
        kwargs=pk("nominating"),
        absent=no_pk,
        data=lambda world: {"who": "self", "name": "Us", "words": "x"},
    ),
    Route(
        "ballot_nominate",
        cut(409, child=409, ancestor=403),
        method="POST",
        kwargs=pk("voting"),
        absent=no_pk,
        data=lambda world: {"who": "self", "name": "Us", "words": "x"},
        note="too late",
    ),
    Route("ballot_jury", cut(403, child=403, member=200), kwargs=pk("counting"), absent=no_pk),
    Route(
        "ballot_jury",
        cut(403, child=403, member=302),
        method="POST",
        kwargs=pk("counting"),
        absent=no_pk,
        data=lambda world: {str(world.things["counting"].nominations.first().pk): "7"},
    ),
    Route("ballot_new", BEGINS, kwargs=at_unit, absent=nowhere),
    Route("ballot_new", KEEPS, method="POST", kwargs=at_unit, absent=nowhere, data=planned),
    Route("ballot_run", RUNS, kwargs=pk("moderating"), absent=no_pk),
    Route("ballot_publish", RAN, method="POST", kwargs=pk("counting"), absent=no_pk),
    Route(
        "ballot_publish",
        cut(409, child=403, deputy=409, liaison=403, member=403),
        method="POST",
        kwargs=pk("voting"),
        absent=no_pk,
        note="too early",
    ),
    Route("ballot_cancel", RAN, method="POST", kwargs=pk("voting"), absent=no_pk, data=lambda world: {"why": "x"}),
    Route(
        "juror_call",
        RAN,
        method="POST",
        kwargs=pk("voting"),
        absent=no_pk,
        data=lambda world: {"person": "member"},
    ),
    Route("juror_dismiss", KEEPS, method="POST", kwargs=pk("juror"), absent=no_pk),
    Route("burst_set_aside", KEEPS, method="POST", kwargs=pk("burst"), absent=no_pk, data=lambda world: {"why": "x"}),
    Route(
        "nomination_answer",
        KEEPS,
        method="POST",
        kwargs=pk("nomination"),
        absent=no_pk,
        data=lambda world: {"answer": "x"},
    ),
    Route(
        "nomination_record",
        KEEPS,
        method="POST",
        kwargs=pk("nomination_asked"),
        absent=no_pk,
        data=lambda world: {"how": "On paper"},
    ),
    Route("nomination_consent", OPEN, kwargs=key, note="whoever has the link"),
    Route("nomination_consent", everybody(404), kwargs=no_key, note="wrong key"),
    Route("nomination_consent", everybody(302), method="POST", kwargs=key, data=lambda world: {"agree": "1"}),
]
