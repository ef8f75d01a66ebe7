"""The routes of what members send in: published ones for everybody, the others for who sent it and who answers it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from braid.contact.actions import SubmissionPlan, answer_submission, send_submission
from braid.contact.enums import SubmissionKind
from braid.contact.models import Submission
from braid.kernel.access import OPERATOR

from .routes import OPEN, SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    waiting, accepted = (_sent(world) for _ in range(2))
    world.things["submission"] = waiting
    world.things["published"] = answer_submission(accepted, accepts=True, answer="Thanks", by=OPERATOR, at=at)


def _sent(world: World) -> Submission:
    plan = SubmissionPlan(SubmissionKind.STORY, "A story", "Of ours")
    return send_submission(world.unit, plan, by=world.member, at=timezone.now())


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def at_unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def nowhere(world: World) -> dict[str, Any]:
    return {"code": "nowhere"}


def written(world: World) -> dict[str, Any]:
    return {"kind": "idea", "title": "New", "text": "x", "name_shown": "none"}


OWN_OR_EDITED = cut(200, anonymous=404, deputy=200, liaison=404, member=200)
SENDS = cut(200, child=200, ancestor=404, deputy=200, liaison=200, member=200)

ROUTES = [
    Route("submissions_mine", SIGNED_IN),
    Route("submission_new", SENDS, kwargs=at_unit, absent=nowhere),
    Route(
        "submission_new",
        cut(302, child=302, ancestor=404, deputy=302, liaison=302, member=302),
        method="POST",
        kwargs=at_unit,
        absent=nowhere,
        data=written,
    ),
    Route("submissions", cut(200, deputy=200, liaison=404, member=404), kwargs=at_unit, absent=nowhere),
    Route("submissions_public", OPEN, kwargs=at_unit),
    Route("submissions_public", everybody(404), kwargs=nowhere, note="nowhere"),
    Route("submission", OPEN, kwargs=pk("published"), note="published"),
    Route("submission", OWN_OR_EDITED, kwargs=pk("submission"), absent=no_pk),
    Route(
        "submission_answer",
        cut(302, deputy=302, liaison=404, member=403),
        method="POST",
        kwargs=pk("submission"),
        absent=no_pk,
        data=lambda world: {"answer": "x"},
    ),
    Route(
        "submission_answer",
        everybody(403, self=302, ancestor=302, anonymous=302),
        method="POST",
        kwargs=pk("published"),
        data=lambda world: {"answer": "x"},
        note="published",
    ),
    Route(
        "submission_take_back",
        cut(403, deputy=403, liaison=404, member=302),
        method="POST",
        kwargs=pk("submission"),
        absent=no_pk,
    ),
]
