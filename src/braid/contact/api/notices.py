"""Notices and receipts at the API: written, read, sent, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import AwareDatetime

from braid.contact.actions import (
    FactOf,
    NewAttachment,
    NoticeText,
    attach_file,
    cancel_plan,
    draft_notice,
    plan_sending,
    record_facts,
    send_notice,
    withdraw_notice,
)
from braid.contact.enums import LONGEST_REMIND_AFTER, Fact, NoticeState
from braid.contact.forms.planning import zone_choices
from braid.contact.models import Attachment, Audience, Notice
from braid.contact.queries import (
    inbox_for,
    notice_for,
    own_notice_for,
    reach_by_level,
    reach_of_children,
    reached_for,
    seats_of,
    top_of_reach,
)
from braid.contact.queries.attachments import attachments_now
from braid.contact.queries.reach import Counts
from braid.contact.rules import SEND_NOTICES, can_send_for
from braid.contact.words import usual_language
from braid.kernel.api import Cursor, Size
from braid.kernel.errors import BadInput
from braid.kernel.files import prove
from braid.people.api import Caller, require_limit
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.queries import unit_for

notices_router = Router(tags=["notices"])
receipts_router = Router(tags=["receipts"])

MOST_FACTS = 500


class AudienceIn(Schema):
    """One rule of whom a notice addresses. Empty lists mean any; groups are addressed only where `kinds` names them."""

    unit: str = Field(description="Code of the unit it hangs from.")
    subtree: bool = Field(True, description="And everything below it.")
    levels: list[Annotated[int, Field(ge=1, le=30)]] = []
    kinds: list[Literal["body", "virtual", "group"]] = []
    offices: list[Literal["head", "deputy", "communications", "liaison", "committee", "member"]] = []


Language = Literal["zh-hans", "zh-hant", "en"]


class TextIn(Schema):
    """A notice in one more language: title and, where it has one, text."""

    language: Language
    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=50_000)] = ""


class NoticeIn(Schema):
    """A notice to draft. `body` is Markdown; `language` is that of `title` and `body`, `translations` are the others."""

    unit: str = Field(description="Code of the sending unit.")
    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=100_000)] = ""
    is_public: bool = False
    asks_acknowledgement: bool = False
    asks_done: bool = False
    due_on: date | None = None
    remind_after_days: Annotated[int | None, Field(ge=1, le=LONGEST_REMIND_AFTER)] = None
    language: Language | None = Field(None, description="The federation's, if it is left out.")
    translations: Annotated[list[TextIn], Field(max_length=2)] = []
    audience: Annotated[list[AudienceIn], Field(max_length=200)] = []


class SendIn(Schema):
    """With what a draft is sent."""

    over_budget_why: Annotated[str, Field(max_length=500)] = Field(
        "",
        description="Why it may take more time than their budget: needed where it does. The units that are asked read it.",
    )


class AttachmentOut(Schema):
    """A picture or file of a notice, at `address` for whoever may read the notice, with the browser's session."""

    id: int
    kind: str
    name: str
    size: int
    description: str
    address: str


class PlanIn(SendIn):
    """When a draft is to go out by itself, and the named time zone in which people are told so."""

    send_at: AwareDatetime
    zone: str = Field("", description="A name as `Asia/Shanghai`; empty: the federation's.")


class TextOut(Schema):
    """A notice in one of its languages."""

    language: str
    title: str
    body: str


class NoticeOut(Schema):
    """A notice, in its first `language` and the `translations`.

    Of a withdrawn one only its senders read the text; the others read why it was withdrawn.
    """

    id: int
    unit: str
    title: str
    body: str
    language: str
    translations: list[TextOut]
    state: str
    is_public: bool
    asks_acknowledgement: bool
    asks_done: bool
    due_on: date | None
    send_at: datetime | None
    sent_at: datetime | None
    over_budget_why: str
    withdrawn_at: datetime | None
    withdrawn_why: str
    version: int
    attachments: list[AttachmentOut]


class LetterOut(NoticeOut):
    """A notice in my inbox, with the facts I have given."""

    facts: list[str]


class LetterPage(Schema):
    """A page of my inbox, newest first; `next` is empty on the last."""

    rows: list[LetterOut]
    next: str


class WhyIn(Schema):
    """A reason, in words that readers see."""

    why: Annotated[str, Field(min_length=1, max_length=500)]


class CountsOut(Schema):
    """Numbers of units. `acknowledged` and `done` are null where the notice does not ask for them."""

    addressed: int
    reached: int
    seen: int
    acknowledged: int | None
    done: int | None


class LevelOut(CountsOut):
    """The counts of one level."""

    level: int


class BelowOut(CountsOut):
    """The counts of a unit right below, with everything below it."""

    unit: str
    name: str


class ReachOut(Schema):
    """Whom a notice reached in the subtree of `unit`."""

    notice: int
    unit: str
    levels: list[LevelOut]
    children: list[BelowOut]


class FactIn(Schema):
    """A fact about me and a notice."""

    notice: Annotated[int, Field(ge=1, lt=2**63)]
    fact: Literal["seen", "acknowledged", "done"]


class ReceiptsIn(Schema):
    """Facts to record."""

    facts: Annotated[list[FactIn], Field(max_length=MOST_FACTS)]


class ReceiptsOut(Schema):
    """How many of the facts count: of notices that address me, are out, and ask for them. Repeats count, and change nothing."""

    received: int
    recorded: int


@notices_router.get("", url_name="notices", response=LetterPage, summary="My inbox, newest first")
def inbox(request: Caller, cursor: Cursor = "", size: Size = 25) -> LetterPage:
    """The notices that address me."""
    require_limit(request.auth, "notices.read")
    page = inbox_for(request.auth, at=timezone.now(), cursor=cursor, size=size)
    attached = attachments_now(letter.notice for letter in page.rows)
    rows = [
        LetterOut(
            **_values(letter.notice, request.auth, attached[letter.notice.pk]),
            facts=[Fact(fact).name.lower() for fact in sorted(letter.facts)],
        )
        for letter in page.rows
    ]
    return LetterPage(rows=rows, next=page.next_cursor)


@notices_router.get("/{int:pk}", response=NoticeOut, summary="One notice")
def notice(request: Caller, pk: int) -> NoticeOut:
    """One that addresses me, that I may send for, or that is public."""
    require_limit(request.auth, "notices.read")
    return notice_out(notice_for(request.auth, pk, at=timezone.now()), request.auth)


@notices_router.post("", url_name="notices", response={201: NoticeOut}, summary="Draft a notice")
def notice_draft(request: Caller, given: NoticeIn) -> Status[NoticeOut]:
    """Nobody but its senders sees it until it is sent."""
    unit = unit_for(request.auth, given.unit, SEND_NOTICES)
    text = _text(given)
    rules = [_rule(rule, request.auth) for rule in given.audience]
    made = draft_notice(unit, text, by=request.auth, at=timezone.now(), audience=rules)
    return Status(201, notice_out(made, request.auth))


@notices_router.post("/{int:pk}/send", response=NoticeOut, summary="Send a draft")
def notice_send(request: Caller, pk: int, given: SendIn | None = None) -> NoticeOut:
    """It goes out ten seconds later (`sent_at`)."""
    at, why = timezone.now(), given.over_budget_why if given else ""
    found = own_notice_for(request.auth, pk, at=at)
    return notice_out(send_notice(found, over_budget_why=why, by=request.auth, at=at), request.auth)


@notices_router.post("/{int:pk}/attachments", response={201: AttachmentOut}, summary="Put a picture or file to a draft")
def notice_attach(
    request: Caller, pk: int, file: Annotated[UploadedFile, File()], description: Annotated[str, Form(max_length=200)]
) -> Status[AttachmentOut]:
    """As a form (`multipart/form-data`). Pictures are made anew without location data; `description` says what it shows or is."""
    at = timezone.now()
    found = own_notice_for(request.auth, pk, at=at)
    made = attach_file(found, NewAttachment(prove(file), description), by=request.auth, at=at)
    return Status(201, _attachment(made))


@notices_router.post("/{int:pk}/plan", url_name="notice_plan", response=NoticeOut, summary="Let a draft go out later")
def notice_plan(request: Caller, pk: int, given: PlanIn) -> NoticeOut:
    """It goes out by itself, as it is then, if the caller may still send it."""
    at, zone = timezone.now(), given.zone or timezone.get_default_timezone_name()
    if zone not in dict(zone_choices()):
        words = _("There is no time zone of this name.")
        raise BadInput(words, fields={"zone": words})
    found = own_notice_for(request.auth, pk, at=at)
    given_why = {"over_budget_why": given.over_budget_why}
    return notice_out(plan_sending(found, given.send_at, zone=zone, **given_why, by=request.auth, at=at), request.auth)


@notices_router.delete("/{int:pk}/plan", url_name="notice_plan", response=NoticeOut, summary="Call a plan off")
def notice_plan_cancel(request: Caller, pk: int) -> NoticeOut:
    """The draft stays."""
    at = timezone.now()
    found = own_notice_for(request.auth, pk, at=at)
    return notice_out(cancel_plan(found, by=request.auth, at=at), request.auth)


@notices_router.post("/{int:pk}/withdraw", response=NoticeOut, summary="Withdraw a notice")
def notice_withdraw(request: Caller, pk: int, given: WhyIn) -> NoticeOut:
    """Its readers see the reason in place of its text."""
    at = timezone.now()
    found = own_notice_for(request.auth, pk, at=at)
    return notice_out(withdraw_notice(found, why=given.why, by=request.auth, at=at), request.auth)


@notices_router.get("/{int:pk}/reach", response=ReachOut, summary="Whom a notice reached")
def reach(request: Caller, pk: int, unit: str = "") -> ReachOut:
    """By level, and for each unit right below `unit` (a code; by default the highest I may see)."""
    at = timezone.now()
    require_limit(request.auth, "notices.receipts")
    found = notice_for(request.auth, pk, at=at)
    part = reached_for(request.auth, found, unit or top_of_reach(request.auth, found), at=at)
    return ReachOut(
        notice=found.pk,
        unit=part.unit.code,
        levels=[LevelOut(level=row.level, **_counts(row.counts)) for row in reach_by_level(found, within=part)],
        children=[
            BelowOut(unit=row.unit.code, name=row.unit.name, **_counts(row.counts))
            for row in reach_of_children(found, part)
        ],
    )


@receipts_router.post("", response=ReceiptsOut, summary="Say that I have seen, acknowledged or done notices")
def receipts(request: Caller, given: ReceiptsIn) -> ReceiptsOut:
    """For every unit in which a notice addresses me. At most 500 at once."""
    require_limit(request.auth, "notices.answer")
    at = timezone.now()
    units = {seat.unit for seat in seats_of(request.auth, on=timezone.localdate(at))}
    batch = [
        FactOf(request.auth.pk, said.notice, unit, Fact[said.fact.upper()].value, at)
        for said in given.facts
        for unit in sorted(units)
    ]
    recorded = {(kept.notice, kept.fact) for kept in record_facts(batch, at=at)}
    counted = sum((said.notice, Fact[said.fact.upper()]) in recorded for said in given.facts)
    return ReceiptsOut(received=len(given.facts), recorded=counted)


def notice_out(notice: Notice, reader: Person) -> NoticeOut:
    """A notice as `reader` gets it."""
    return NoticeOut(**_values(notice, reader, attachments_now([notice])[notice.pk]))


def _values(notice: Notice, reader: Person, attachments: Sequence[Attachment]) -> dict[str, Any]:
    hides = notice.state == NoticeState.WITHDRAWN and not can_send_for(reader, notice.unit_path)
    same = (
        "title",
        "language",
        "state",
        "is_public",
        "asks_acknowledgement",
        "asks_done",
        "due_on",
        "send_at",
        "sent_at",
        "over_budget_why",
    )
    values = {name: getattr(notice, name) for name in (*same, "withdrawn_at", "withdrawn_why", "version")}
    shown = [] if hides else [_attachment(each) for each in attachments]
    first, *others = (replace(text, body="") if hides else text for text in notice.texts)
    words = {"body": first.body, "translations": [TextOut(**asdict(text)) for text in others]}
    return {**values, **words, "id": notice.pk, "unit": notice.unit.code, "attachments": shown}


def _text(given: NoticeIn) -> NoticeText:
    if len({each.language for each in given.translations}) < len(given.translations):
        words = _("Write each language once.")
        raise BadInput(words, fields={"translations": words})
    values = given.dict(exclude={"unit", "audience", "language", "translations"})
    others: dict[str, dict[str, str]] = {
        each.language: {"title": each.title, "body": each.body} for each in given.translations
    }
    return NoticeText(**values, language=given.language or usual_language(), translations=others)


def _attachment(each: Attachment) -> AttachmentOut:
    same = {name: getattr(each.file, name) for name in ("kind", "name", "size")}
    address = reverse("stored_file", args=[each.file_id])
    return AttachmentOut(id=each.pk, description=each.description, address=address, **same)


def _rule(given: AudienceIn, by: Person) -> Audience:
    return Audience(
        unit=unit_for(by, given.unit, SEND_NOTICES),
        is_subtree=given.subtree,
        levels=_mask(given.levels),
        kinds=_mask([UnitKind[kind.upper()] for kind in given.kinds]),
        offices=_mask([Office[office.upper()] for office in given.offices]),
    )


def _mask(values: list[int] | list[UnitKind] | list[Office]) -> int:
    return sum(1 << value for value in set(values))


def _counts(counts: Counts) -> dict[str, Any]:
    names = ("addressed", "reached", "seen", "acknowledged", "done")
    return {name: getattr(counts, name) for name in names}
