"""Directives at the API: what a unit is asked, one of them, and how far the units are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from ninja import Router, Schema

from braid.kernel.api import Cursor, Size
from braid.people.api import Caller, require_limit
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.queries import unit_for
from braid.work import models
from braid.work.enums import HandlingState
from braid.work.queries.directive_inbox import Asked, directives_asked_of
from braid.work.queries.directives import anchors_of, directive_for
from braid.work.queries.handlings import Counts, status_below, status_unit_for, top_of_status
from braid.work.rules import VIEW_WORK

directives_router = Router(tags=["directives"])


class DirectiveOut(Schema):
    """A directive. `minutes` are those expected of one unit; `form` is a form to fill in."""

    id: int
    unit: str
    title: str
    state: str
    due_on: date
    minutes: int
    form: int | None
    sent_at: datetime | None


class AskedOut(DirectiveOut):
    """A directive as it lies before one unit. `due_on_here` is earlier where a unit that passed it on set an earlier day;
    `handling` is how far the unit has come (`not_opened`, `opened`, `in_work`, `reported`, `returned`, `approved`)."""

    due_on_here: date
    handling: str
    is_late: bool


class AskedPageOut(Schema):
    """A page of what a unit is and was asked, newest first; `next` is empty on the last."""

    unit: str
    rows: list[AskedOut]
    next: str


class DirectiveWholeOut(DirectiveOut):
    """A directive with all it says."""

    language: str
    body: str
    why: str
    basis: str
    steps: list[str]
    version: int
    over_budget_why: str
    ended_at: datetime | None
    ended_why: str


class CountsOut(Schema):
    """How many units are asked, and how far they are. `expected` and `not_opened` are null until the units are counted; `late` is
    null while nobody can be late, too, or where it is not counted."""

    expected: int | None
    not_opened: int | None
    opened: int
    in_work: int
    reported: int
    returned: int
    approved: int
    late: int | None


class LevelOut(CountsOut):
    """The units of one level."""

    level: int


class BranchOut(CountsOut):
    """A unit right below with all below it. `handling` is its own, null where it is not asked."""

    unit: str
    name: str
    handling: str | None


class StatusOut(Schema):
    """How far the units strictly below `unit` are: together, by level, and for each unit right below."""

    directive: int
    unit: str
    together: CountsOut
    levels: list[LevelOut]
    rows: list[BranchOut]


@directives_router.get(
    "", url_name="directives", response=AskedPageOut, summary="Directives that ask or asked a unit, newest first"
)
def directives(request: Caller, unit: str = "", cursor: Cursor = "", size: Size = 25) -> AskedPageOut:
    """`unit` is a code; without it, the highest of my own."""
    require_limit(request.auth, "work.view")
    found = unit_for(request.auth, unit, VIEW_WORK) if unit else _own(request.auth)
    page = directives_asked_of(found, at=timezone.now(), cursor=cursor, size=size)
    return AskedPageOut(unit=found.code, rows=[_asked_out(row) for row in page.rows], next=page.next_cursor)


@directives_router.get("/{int:pk}", url_name="directive", response=DirectiveWholeOut, summary="One directive")
def directive(request: Caller, pk: int) -> DirectiveWholeOut:
    """One that asks a unit whose work I see, or that I may send for."""
    found = directive_for(request.auth, pk, at=timezone.now())
    same = ("basis", "why", "steps", "version", "over_budget_why", "ended_at", "ended_why", "language", "body")
    return DirectiveWholeOut(**_directive(found), **{name: getattr(found, name) for name in same})


@directives_router.get(
    "/{int:pk}/status",
    url_name="directive_status",
    response=StatusOut,
    summary="How far the units are with a directive",
)
def directive_status(request: Caller, pk: int, unit: str = "") -> StatusOut:
    """Below `unit` (a code; by default the highest I may see): together, by level, and for each unit right below."""
    at = timezone.now()
    found = directive_for(request.auth, pk, at=at)
    top = status_unit_for(request.auth, found, unit) if unit else top_of_status(request.auth, found)
    status = status_below(found, top, on=timezone.localdate(at))
    return StatusOut(
        directive=found.pk,
        unit=top.code,
        together=CountsOut(**_counts(status.whole)),
        levels=[LevelOut(level=level, **_counts(counts)) for level, counts in status.by_level],
        rows=[
            BranchOut(
                unit=row.unit.code,
                name=str(row.unit),
                handling=_handling(row.own) if row.is_asked else None,
                **_counts(row.counts),
            )
            for row in status.children
        ],
    )


def _own(person: Person) -> Unit:
    units = anchors_of(person)
    if not units:
        raise Http404
    return units[0]


def _asked_out(row: Asked) -> AskedOut:
    handling = _handling(row.handling)
    return AskedOut(**_directive(row.directive), due_on_here=row.due_on, handling=handling, is_late=row.is_late)


def _handling(handling: models.Handling | None) -> str:
    return HandlingState(handling.state).value if handling else "not_opened"


def _directive(found: models.Directive) -> dict[str, Any]:
    same = {name: getattr(found, name) for name in ("state", "due_on", "minutes", "sent_at")}
    return {"id": found.pk, "unit": found.unit.code, "title": found.said.title, "form": found.form_id, **same}


def _counts(counts: Counts) -> dict[str, Any]:
    return {name: getattr(counts, name) for name in CountsOut.model_fields}
