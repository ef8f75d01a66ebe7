"""The routes of forms and reports: made by those who run them, filed for the unit, read by those who see its work."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.kernel.imports.pages import stage_upload
from braid.work.actions import FieldPlan, add_check, add_field
from braid.work.answer_sheets import form_of
from braid.work.checking import Check
from braid.work.enums import FieldKind
from braid.work.queries.bulk_reports import bulk_for
from tests.factories import reports as made
from tests.factories.files import picture_bytes

from .routes import SIGNED_IN, Build, Route, cut, everybody
from .world import World


def extend(world: World) -> None:
    at = timezone.now()
    draft = world.things["form_draft"] = made.form_draft(world.unit)
    for _ in range(2):
        add_field(draft, made.number("New members"), by=OPERATOR, at=at)
    add_check(draft, Check(("f1",), "<=", ("f2",), {"en": "Less."}), by=OPERATOR, at=at)
    world.things["form_rule"] = draft.audience.get()
    picture = FieldPlan(FieldKind.FILE, {"en": "A picture"}, is_required=False)
    form = world.things["form_open"] = made.report_form(
        world.unit, fields=(made.number(), made.number(bound_to="person.joined"), picture)
    )
    asked = world.things["period"] = made.period(form)
    world.things["period_other"] = made.period(form, first_on=date(2026, 9, 1))
    world.things["report"] = made.report(asked, world.unit, f1=3, f2=0)
    her = world.people["self"]
    bulk = bulk_for(her, asked.pk, world.unit.code)
    table = SimpleUploadedFile("t.csv", b"code [code],state [state],x [f1]\ntownship,new,3\n")
    world.things["bulk"] = stage_upload(table, form_of(bulk.kind, bulk.columns), by=her)  # type: ignore[arg-type]


def pk(name: str) -> Build:
    return lambda world: {"pk": world.things[name].pk}


def no_pk(world: World) -> dict[str, Any]:
    return {"pk": 999_999}


def with_pk(thing: str, **rest: Any) -> Build:
    return lambda world: {"pk": world.things[thing].pk, **rest}


def without(**rest: Any) -> Build:
    return lambda world: {"pk": 999_999, **rest}


def place(thing: str = "period", **rest: Any) -> Build:
    return lambda world: {"pk": world.things[thing].pk, "code": world.unit.code, **rest}


def no_place(**rest: Any) -> Build:
    return lambda world: {"pk": 999_999, "code": world.unit.code, **rest}


def rule(world: World) -> dict[str, Any]:
    return {"pk": world.things["form_draft"].pk, "rule": world.things["form_rule"].pk}


def registered(world: World) -> dict[str, Any]:
    words = {"title_en": "New", "purpose_en": "To know.", "basis_en": "Plan", "every": "once"}
    return {"unit": world.unit.code, **words, "due_days": "7", "minutes": "5", "ends_on": "2040-01-01"}


def asked(world: World) -> dict[str, Any]:
    return {"kind": "number", "text_en": "Why?", "places": "0", "roll_up": "sum"}


def checked(world: World) -> dict[str, Any]:
    return {"left": "f1", "compare": "<=", "right": "f2", "words_en": "Less."}


def days(world: World) -> dict[str, Any]:
    return {"first_on": "2026-08-01", "last_on": "2026-08-31", "due_on": "2026-09-07"}


def sheet(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("q.csv", b"kind,question (English)\nnumber,How many?\n")}


def answers(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("a.csv", b"code [code],state [state],x [f1]\ntownship,new,4\n")}


def filled(world: World) -> dict[str, Any]:
    return {"based_on": "new", "_act": "file", "f1": "3"}


def pictured(world: World) -> dict[str, Any]:
    return filled(world) | {"f3": SimpleUploadedFile("a.jpg", picture_bytes())}


RUNNERS = everybody(200, stranger=403, anonymous=302, deputy=200, liaison=403, member=403)
SEEN = cut(200, deputy=200, liaison=200, member=404)
RUN = cut(200, deputy=200, liaison=403, member=404)
RAN = cut(302, deputy=302, liaison=403, member=404)
BROUGHT = cut(302, deputy=302, liaison=302, member=404)


def draft(name: str, expect: dict[str, int], **rest: Any) -> Route:
    return Route(name, expect, kwargs=pk("form_draft"), absent=no_pk, **rest)


def question(name: str, expect: dict[str, int], **rest: Any) -> Route:
    return Route(name, expect, kwargs=with_pk("form_draft", key="f1"), absent=without(key="f1"), **rest)


def in_use(name: str, expect: dict[str, int], **rest: Any) -> Route:
    return Route(name, expect, kwargs=pk("form_open"), absent=no_pk, **rest)


def at_place(name: str, expect: dict[str, int], *, thing: str = "period", key: str = "", **rest: Any) -> Route:
    keys = {"key": key} if key else {}
    return Route(name, expect, kwargs=place(thing, **keys), absent=no_place(**keys), **rest)


ROUTES = [
    Route("report_forms", everybody(200, stranger=403, anonymous=302, deputy=200, liaison=200, member=403)),
    Route("report_form_new", RUNNERS),
    Route(
        "report_form_new",
        everybody(422, self=302, ancestor=302, stranger=403, anonymous=302, deputy=302, liaison=403, member=403),
        method="POST",
        data=registered,
    ),
    draft("report_form", SEEN),
    in_use("report_form", SEEN, note="in use"),
    draft("report_form_edit", RUN),
    draft("report_form_edit", RAN, method="POST", data=registered),
    draft("report_form_delete", RAN, method="POST"),
    draft("report_form_asked", RUN),
    draft("report_form_asked", RAN, method="POST", data=lambda world: {"unit": world.unit.code, "reach": "unit"}),
    Route(
        "report_form_asked_remove",
        RAN,
        method="POST",
        kwargs=rule,
        absent=lambda world: {"pk": 999_999, "rule": 999_999},
    ),
    draft("report_form_preview", RUN),
    draft("report_form_preview", RAN, method="POST", data=lambda world: {"based_on": "new", "f1": "1", "f2": "2"}),
    draft("report_form_publish", RUN),
    draft("report_form_publish", RAN, method="POST"),
    in_use("report_form_reason", RUN),
    in_use("report_form_reason", RAN, method="POST", data=lambda world: {"over_budget_why": "The census."}),
    in_use("report_form_end", RAN, method="POST"),
    Route(
        "report_form_version",
        SEEN,
        kwargs=with_pk("form_open", number=1),
        absent=without(number=1),
    ),
    draft("form_question_new", RUN),
    draft("form_question_new", RAN, method="POST", data=asked),
    draft("form_questions_file", SEEN),
    draft("form_questions_import", RUN),
    draft("form_questions_import", RAN, method="POST", data=sheet),
    question("form_question_edit", RUN),
    question("form_question_edit", RAN, method="POST", data=asked),
    question("form_question_move", RAN, method="POST"),
    question("form_question_remove", RAN, method="POST"),
    question("form_question_bind", RAN, method="POST"),
    draft("form_check_new", RUN),
    draft("form_check_new", RAN, method="POST", data=checked),
    Route(
        "form_check_remove",
        RAN,
        method="POST",
        kwargs=with_pk("form_draft", place=0),
        absent=without(place=0),
    ),
    in_use("period_open", RUN),
    in_use("period_open", RAN, method="POST", data=days),
    Route("period_close", RAN, method="POST", kwargs=pk("period"), absent=no_pk),
    in_use("report_form_paper", SEEN),
    in_use("report_form_pdf", SEEN),
    at_place("report_paper", SEEN),
    at_place("report_pdf", SEEN),
    Route("reports_due", SIGNED_IN),
    at_place("report", SEEN),
    at_place("report_fill", SEEN),
    at_place("report_fill", BROUGHT, thing="period_other", method="POST", data=filled),
    at_place("report_fill", BROUGHT, thing="period_other", method="POST", data=pictured, note="with a file"),
    at_place(
        "report_fill", cut(422, deputy=422, liaison=422, member=404), method="POST", data=filled, note="overtaken"
    ),
    at_place("report_counted", SEEN, key="f2"),
    at_place("bulk_reports", cut(200, deputy=200, liaison=403, member=404)),
    at_place("bulk_reports", cut(302, deputy=302, liaison=403, member=404), method="POST", data=answers),
    at_place("bulk_file", cut(200, deputy=200, liaison=403, member=404)),
    Route("bulk_run", cut(200, ancestor=404), kwargs=pk("bulk"), absent=no_pk),
    Route("bulk_run", cut(302, ancestor=404), method="POST", kwargs=pk("bulk"), absent=no_pk),
    Route("bulk_forget", cut(302, ancestor=404), method="POST", kwargs=pk("bulk"), absent=no_pk),
]
"""Whoever may not run forms of the unit, but sees its work, is told so in words."""
