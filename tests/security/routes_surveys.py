"""The routes of surveys: made by those who run them, answered by whom they ask, results for those who may see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import close_survey, count_surveys
from braid.contact.enums import Promise
from braid.kernel.access import OPERATOR
from tests.factories import surveys as made

from .routes import SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    world.things["survey_draft"] = draft = made.draft(world.unit, promise=Promise.NAMED)
    world.things["question"] = made.question(draft)
    world.things["survey_rule"] = draft.audience.get()
    world.things["survey_open"] = made.survey(world.unit, promise=Promise.NAMED)
    counted = world.things["survey_counted"] = made.survey(world.unit, promise=Promise.NAMED)
    close_survey(counted, by=OPERATOR, at=at)
    while count_surveys(at + timedelta(minutes=2)):
        pass


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def question(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_draft"].pk, "question": world.things["question"].pk}


def no_question(world: World) -> dict[str, Any]:
    return {"pk": 999_999, "question": 999_999}


def rule(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_draft"].pk, "rule": world.things["survey_rule"].pk}


def no_rule(world: World) -> dict[str, Any]:
    return {"pk": 999_999, "rule": 999_999}


def at_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_counted"].pk, "code": world.unit.code}


def at_no_unit(world: World) -> dict[str, Any]:
    return {"pk": world.things["survey_counted"].pk, "code": "nowhere"}


def planned(world: World) -> dict[str, Any]:
    on = timezone.localdate()
    days = {"opens_on": on.isoformat(), "closes_on": (on + timedelta(days=9)).isoformat()}
    return {"unit": world.unit.code, "title_en": "New", "promise": "named", **days}


def asked(world: World) -> dict[str, Any]:
    return {"kind": "short", "text_en": "Why?"}


def answered(world: World) -> dict[str, Any]:
    first = world.things["survey_open"].questions.get(place=1)
    return {"form": "x", f"q{first.pk}": "0"}


def typed(world: World) -> dict[str, Any]:
    return {**answered(world), "unit": world.unit.code, "person": "member"}


RUNNERS = everybody(200, stranger=403, anonymous=302, deputy=200, liaison=403, member=403)
RUN = cut(200, deputy=200, liaison=404, member=404)
RAN = cut(302, deputy=302, liaison=404, member=404)
ASKED = cut(200, child=200, ancestor=404, deputy=200, liaison=200, member=200)
ANSWERED = cut(302, child=302, ancestor=404, deputy=302, liaison=302, member=302)
ON_PAPER = cut(200, child=200, deputy=200, liaison=200, member=404)


def draft(name: str, expect: dict[str, int], **rest: Any) -> Route:
    return Route(name, expect, kwargs=pk("survey_draft"), absent=no_pk, **rest)


ROUTES = [
    Route("surveys_mine", SIGNED_IN),
    Route("surveys_run", RUNNERS),
    Route("survey_new", RUNNERS),
    Route(
        "survey_new",
        everybody(422, self=302, ancestor=302, stranger=403, anonymous=302, deputy=302, liaison=403, member=403),
        method="POST",
        data=planned,
    ),
    draft("survey", RUN),
    Route("survey", RUN, kwargs=pk("survey_open"), absent=no_pk, note="open"),
    Route("survey", RUN, kwargs=pk("survey_counted"), absent=no_pk, note="counted"),
    draft("survey_edit", RUN),
    draft("survey_edit", RAN, method="POST", data=planned),
    draft("survey_delete", RAN, method="POST"),
    draft("survey_audience", RUN),
    draft("survey_audience", RAN, method="POST", data=lambda world: {"unit": world.unit.code, "reach": "unit"}),
    Route("survey_audience_remove", RAN, method="POST", kwargs=rule, absent=no_rule),
    draft("question_new", RUN),
    draft("question_new", RAN, method="POST", data=asked),
    Route("question_edit", RUN, kwargs=question, absent=no_question),
    Route("question_edit", RAN, method="POST", kwargs=question, absent=no_question, data=asked),
    Route("question_move", RAN, method="POST", kwargs=question, absent=no_question),
    Route("question_remove", RAN, method="POST", kwargs=question, absent=no_question),
    draft("survey_preview", RUN),
    draft("survey_preview", RAN, method="POST", data=lambda world: {"form": "x"}),
    draft("survey_open", RUN),
    draft("survey_open", RAN, method="POST"),
    Route(
        "survey_open",
        cut(409, deputy=409, liaison=404, member=404),
        method="POST",
        kwargs=pk("survey_open"),
        absent=no_pk,
        note="open",
    ),
    Route("survey_close", RAN, method="POST", kwargs=pk("survey_open"), absent=no_pk),
    Route("survey_answer", ASKED, kwargs=pk("survey_open"), absent=no_pk),
    Route("survey_answer", everybody(404, anonymous=302), kwargs=pk("survey_draft"), absent=no_pk, note="draft"),
    Route("survey_answer", ANSWERED, method="POST", kwargs=pk("survey_open"), absent=no_pk, data=answered),
    Route(
        "survey_answer",
        cut(422, child=422, ancestor=404, deputy=422, liaison=422, member=422),
        method="POST",
        kwargs=pk("survey_open"),
        absent=no_pk,
        data=lambda world: {"form": "x"},
        note="empty",
    ),
    Route("survey_thanks", ASKED, kwargs=pk("survey_open"), absent=no_pk),
    Route("survey_erase", ANSWERED, method="POST", kwargs=pk("survey_open"), absent=no_pk),
    Route("survey_print", ON_PAPER, kwargs=pk("survey_open"), absent=no_pk),
    Route("survey_paper", ON_PAPER, kwargs=pk("survey_open"), absent=no_pk),
    Route(
        "survey_paper",
        cut(302, child=422, deputy=302, liaison=302, member=404),
        method="POST",
        kwargs=pk("survey_open"),
        absent=no_pk,
        data=typed,
    ),
    Route(
        "survey_results",
        cut(302, child=302, deputy=302, liaison=404, member=404),
        kwargs=pk("survey_counted"),
        absent=no_pk,
    ),
    Route(
        "survey_results",
        cut(409, child=409, deputy=409, liaison=404, member=404),
        kwargs=pk("survey_open"),
        absent=no_pk,
        note="open",
    ),
    Route("survey_results_unit", RUN, kwargs=at_unit, absent=at_no_unit),
    Route("survey_results_file", RUN, kwargs=at_unit, absent=at_no_unit),
    Route(
        "survey_texts",
        cut(200, child=403, deputy=200, liaison=404, member=404),
        kwargs=pk("survey_counted"),
        absent=no_pk,
    ),
]
