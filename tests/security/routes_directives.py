"""The routes of directives: read by whoever sees the work of a unit that is asked, sent and judged within reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.work.actions import ask_about_directive, ask_directive_review, report_done
from tests import factories

from .routes import SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    due_on = timezone.localdate() + timedelta(days=20)
    world.things["directive"] = factories.directive(world.unit, sent_at=at - timedelta(days=2), due_on=due_on)
    world.things["directive_reported"] = factories.directive(world.unit, sent_at=at - timedelta(days=2), due_on=due_on)
    world.things["directive_draft"] = factories.directive(world.unit, sent_at=None, due_on=due_on)
    world.things["directive_rule"] = world.things["directive_draft"].audience.get()
    world.things["directive_leaving"] = factories.directive(world.unit, sent_at=at + timedelta(hours=1), due_on=due_on)
    world.things["handling"] = report_done(
        world.things["directive_reported"], world.unit, words="Done.", by=OPERATOR, at=at
    )
    world.things["directive_question"] = ask_about_directive(
        world.things["directive"], world.unit, "Why?", by=world.people["liaison"], at=at
    )
    ask_directive_review(world.things["directive_draft"], by=world.people["deputy"], at=at)


def of(name: str, **more: Any) -> Build:
    return lambda world: {"pk": world.things[name].pk, **more}


def none(**more: Any) -> Build:
    return lambda world: {"pk": 999_999, **more}


def at(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk, "code": world.unit.code}


def nowhere(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk, "code": "nowhere"}


READERS = cut(200, child=200, deputy=200, liaison=200, member=404)
AT_UNIT = cut(200, deputy=200, liaison=200, member=404)
ACTS = cut(302, deputy=302, liaison=302, member=404)
WRITE = cut(200, deputy=200, liaison=404, member=404)
WRITTEN = cut(302, deputy=302, liaison=404, member=404)
OWN = cut(200, child=403, deputy=200, liaison=403, member=404)
OWN_WRITTEN = cut(302, child=403, deputy=302, liaison=403, member=404)
STATUS = cut(200, deputy=200, liaison=404, member=404)
JUDGES = cut(302, deputy=302, liaison=403, member=404)


def words(**said: Any) -> Build:
    return lambda world: said


ROUTES = [
    Route("directives", SIGNED_IN),
    Route(
        "directives",
        AT_UNIT,
        query=lambda world: f"unit={world.unit.code}",
        absent_query="unit=nowhere",
        absent=lambda world: {},
        note="of the unit",
    ),
    Route("directives_sent", SIGNED_IN),
    Route("directive_new", {**SIGNED_IN, "stranger": 403, "member": 403, "liaison": 403, "deputy": 200}),
    Route(
        "directive_new",
        WRITE,
        query=lambda world: f"unit={world.unit.code}",
        absent_query="unit=nowhere",
        absent=lambda world: {},
        note="for the unit",
    ),
    Route(
        "directive_new",
        {**cut(302, outside=422), "stranger": 403, "deputy": 302, "liaison": 403, "member": 403},
        method="POST",
        data=lambda world: {"unit": world.unit.code, "title": "Visit", "due_on": "2050-01-01", "minutes": 10},
    ),
    Route("directive", READERS, kwargs=of("directive"), absent=none()),
    Route("directive", WRITE, kwargs=of("directive_draft"), absent=none(), note="draft"),
    Route("directive", WRITE, kwargs=of("directive_leaving"), absent=none(), note="not out yet"),
    Route("directive_edit", WRITE, kwargs=of("directive_draft"), absent=none()),
    Route(
        "directive_edit",
        cut(422, deputy=422, liaison=404, member=404),
        method="POST",
        kwargs=of("directive_draft"),
        absent=none(),
        data=words(title="New words"),
    ),
    Route("directive_delete", WRITTEN, method="POST", kwargs=of("directive_draft"), absent=none()),
    Route("directive_audience", WRITE, kwargs=of("directive_draft"), absent=none()),
    Route(
        "directive_audience",
        WRITTEN,
        method="POST",
        kwargs=of("directive_draft"),
        absent=none(),
        data=lambda world: {"unit": world.unit.code, "reach": "unit"},
    ),
    Route("directive_size", WRITE, kwargs=of("directive_draft"), absent=none()),
    Route(
        "directive_audience_remove",
        WRITTEN,
        method="POST",
        kwargs=lambda world: {"pk": world.things["directive_draft"].pk, "rule": world.things["directive_rule"].pk},
        absent=none(rule=1),
    ),
    Route("directive_send", WRITE, kwargs=of("directive_draft"), absent=none()),
    Route("directive_send", WRITTEN, method="POST", kwargs=of("directive_draft"), absent=none()),
    Route("directive_undo", WRITTEN, method="POST", kwargs=of("directive_leaving"), absent=none()),
    Route("directive_withdraw", OWN, kwargs=of("directive"), absent=none()),
    Route("directive_withdraw", OWN_WRITTEN, method="POST", kwargs=of("directive"), absent=none(), data=words(why="x")),
    Route("directive_close", OWN, kwargs=of("directive"), absent=none()),
    Route("directive_close", OWN_WRITTEN, method="POST", kwargs=of("directive"), absent=none()),
    Route("directive_correct", OWN, kwargs=of("directive"), absent=none()),
    Route(
        "directive_correct",
        cut(422, child=403, deputy=422, liaison=403, member=404),
        method="POST",
        kwargs=of("directive"),
        absent=none(),
        data=words(title="New"),
    ),
    Route(
        "directive_review",
        cut(200, deputy=403, liaison=404, member=404),
        kwargs=of("directive_draft"),
        absent=none(),
    ),
    Route(
        "directive_review",
        cut(302, deputy=403, liaison=404, member=404),
        method="POST",
        kwargs=of("directive_draft"),
        absent=none(),
        data=words(why="Shorter."),
    ),
    Route("directive_review_ask", WRITTEN, method="POST", kwargs=of("directive_draft"), absent=none()),
    Route(
        "directive_review_agree",
        cut(409, deputy=403, liaison=404, member=404),
        method="POST",
        kwargs=of("directive_draft"),
        absent=none(),
        data=words(seal="stale"),
    ),
    Route("directive_questions", OWN, kwargs=of("directive"), absent=none()),
    Route("directive_answer", OWN, kwargs=of("directive_question"), absent=none()),
    Route(
        "directive_answer",
        OWN_WRITTEN,
        method="POST",
        kwargs=of("directive_question"),
        absent=none(),
        data=words(text="Why?", answer="So."),
    ),
    Route("directive_decline", OWN, kwargs=of("directive_question"), absent=none()),
    Route(
        "directive_decline",
        OWN_WRITTEN,
        method="POST",
        kwargs=of("directive_question"),
        absent=none(),
        data=words(why="No."),
    ),
    Route(
        "directive_status",
        cut(302, child=302, deputy=302, liaison=404, member=404),
        kwargs=of("directive"),
        absent=none(),
    ),
    Route("directive_status", cut(404), kwargs=of("directive_draft"), absent=none(), note="draft"),
    Route(
        "directive_status_unit", cut(404), kwargs=at("directive_draft"), absent=nowhere("directive_draft"), note="draft"
    ),
    Route("api:directives", everybody(200, stranger=404, anonymous=401)),
    Route(
        "api:directives",
        {**AT_UNIT, "anonymous": 401},
        query="unit=county_a",
        absent_query="unit=county_x",
        note="of the unit",
    ),
    Route("api:directive", {**READERS, "anonymous": 401}, kwargs=of("directive"), absent=none()),
    Route(
        "api:directive_status",
        {**STATUS, "anonymous": 401},
        kwargs=of("directive"),
        query="unit=county_a",
        absent_query="unit=county_x",
    ),
    Route("directive_status_file", STATUS, kwargs=at("directive"), absent=nowhere("directive")),
    Route("directive_status_unit", STATUS, kwargs=at("directive"), absent=nowhere("directive")),
    Route("directive_units", STATUS, kwargs=at("directive"), absent=nowhere("directive")),
    Route("directive_at", AT_UNIT, kwargs=at("directive"), absent=nowhere("directive")),
    Route(
        "directive_open",
        cut(204, deputy=204, liaison=204, member=404),
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
    ),
    Route("directive_take_on", ACTS, method="POST", kwargs=at("directive"), absent=nowhere("directive")),
    Route(
        "directive_step",
        ACTS,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=words(step="Visit", done="1"),
    ),
    Route(
        "directive_give",
        ACTS,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=words(person=""),
    ),
    Route("directive_report", AT_UNIT, kwargs=at("directive"), absent=nowhere("directive")),
    Route(
        "directive_report",
        ACTS,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=words(words="Done."),
    ),
    Route("directive_return", AT_UNIT, kwargs=at("directive"), absent=nowhere("directive")),
    Route(
        "directive_return",
        ACTS,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=words(because="done", words="In May."),
    ),
    Route(
        "directive_pass",
        cut(200, deputy=200, liaison=403, member=404),
        kwargs=at("directive"),
        absent=nowhere("directive"),
    ),
    Route(
        "directive_pass",
        JUDGES,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=lambda world: {
            "due_on": world.things["directive"].due_on.isoformat(),
            "units": world.units["township"].pk,
        },
    ),
    Route(
        "directive_pass_effect",
        cut(200, deputy=200, liaison=403, member=404),
        kwargs=at("directive"),
        absent=nowhere("directive"),
        query=lambda world: f"units={world.units['township'].pk}",
    ),
    Route("directive_ask", AT_UNIT, kwargs=at("directive"), absent=nowhere("directive")),
    Route(
        "directive_ask",
        ACTS,
        method="POST",
        kwargs=at("directive"),
        absent=nowhere("directive"),
        data=words(text="And?"),
    ),
    Route(
        "directive_approve",
        JUDGES,
        method="POST",
        kwargs=at("directive_reported"),
        absent=nowhere("directive_reported"),
        data=lambda world: {"seen": world.things["handling"].changed_at.isoformat()},
    ),
    Route(
        "directive_send_back",
        cut(200, deputy=200, liaison=403, member=404),
        kwargs=at("directive_reported"),
        absent=nowhere("directive_reported"),
    ),
    Route(
        "directive_send_back",
        JUDGES,
        method="POST",
        kwargs=at("directive_reported"),
        absent=nowhere("directive_reported"),
        data=words(why="Which?"),
    ),
]
