"""The routes of what notices got beside their words: pictures and files, plans, questions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from braid.contact.actions import NewAttachment, ask_question, attach_file
from braid.kernel.access import OPERATOR
from braid.kernel.files import prove
from tests import factories

from .routes import Route, cut
from .routes_contact import ANSWERS, OWN, READERS, WRITE, WRITTEN, none, of
from .world import World

PAST = timedelta(days=3)


def extend(world: World) -> None:
    draft = factories.notice(world.unit, sent_at=None)
    new = NewAttachment(prove(factories.upload(factories.picture_bytes())), "The hall")
    world.things["plain_draft"] = draft
    world.things["attachment"] = attach_file(draft, new, by=OPERATOR, at=timezone.now())
    asked = factories.notice(world.unit, sent_at=timezone.now() - PAST)
    asked_by = world.people["member"]
    world.things["question_about"] = ask_question(asked, "When?", by=asked_by, at=timezone.now())
    world.things["asked_about"] = asked


OWN_ANSWERED = cut(302, child=403, deputy=302, liaison=403, member=403)

ROUTES = [
    Route("notice_attachments", WRITE, kwargs=of("plain_draft"), absent=none()),
    Route(
        "notice_attachments",
        WRITTEN,
        method="POST",
        kwargs=of("plain_draft"),
        absent=none(),
        data=lambda world: {"file": factories.upload(factories.picture_bytes()), "description": "The hall"},
    ),
    Route(
        "notice_attachment_remove",
        WRITTEN,
        method="POST",
        kwargs=lambda world: {"pk": world.things["plain_draft"].pk, "attachment": world.things["attachment"].pk},
        absent=none(attachment=999_999),
    ),
    Route(
        "stored_file",
        WRITE,
        kwargs=lambda world: {"pk": world.things["attachment"].file_id},
        absent=none(),
        note="of a draft",
    ),
    Route("notice_plan", WRITE, kwargs=of("plain_draft"), absent=none()),
    Route(
        "notice_plan",
        WRITTEN,
        method="POST",
        kwargs=of("plain_draft"),
        absent=none(),
        data=lambda world: {
            "day": (timezone.localdate() + PAST).isoformat(),
            "time": "09:00",
            "zone": "Asia/Shanghai",
        },
    ),
    Route("notice_plan_cancel", WRITTEN, method="POST", kwargs=of("plain_draft"), absent=none()),
    Route("notice_ask", {**READERS, "ancestor": 403}, kwargs=of("asked_about"), absent=none()),
    Route(
        "notice_ask",
        ANSWERS,
        method="POST",
        kwargs=of("asked_about"),
        absent=none(),
        data=lambda world: {"text": "Where?"},
    ),
    Route("notice_questions", OWN, kwargs=of("asked_about"), absent=none()),
    Route("question_answer", OWN, kwargs=of("question_about"), absent=none()),
    Route(
        "question_answer",
        OWN_ANSWERED,
        method="POST",
        kwargs=of("question_about"),
        absent=none(),
        data=lambda world: {"text": "When?", "answer": "On Friday."},
    ),
    Route("question_decline", OWN, kwargs=of("question_about"), absent=none()),
    Route(
        "question_decline",
        OWN_ANSWERED,
        method="POST",
        kwargs=of("question_about"),
        absent=none(),
        data=lambda world: {"why": "It is in the text."},
    ),
]
