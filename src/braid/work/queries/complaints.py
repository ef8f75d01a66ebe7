"""Complaints: one's own, those somebody hears, and what those learn who were complained of: never who it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from braid.kernel.access import Scope, require, scope
from braid.kernel.keyset import Page, page_of
from braid.people.enums import Reach, Role
from braid.people.gate import Held, carried_by_each
from braid.people.models import Grant, Person
from braid.people.roles import HOLDERS
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import ComplaintState, DirectiveState
from braid.work.models import Complaint, Directive, PeriodRule, ReportForm
from braid.work.rules import (
    HEAR_COMPLAINTS,
    RUN_FORMS,
    SEND_DIRECTIVES,
    asks_for,
    can_hear,
    can_read_outcome,
)

from .asked import units_meant_by

NEWEST = ("-pk",)


def complaint_for(person: Person, pk: int) -> Complaint:
    """The complaint numbered `pk`, if `person` made it or hears it; for everybody else it is not there (`Http404`)."""
    found = _complaints().filter(pk=pk).first()
    if found is None or not (found.said_by_id == person.pk or can_hear(person, found)):
        raise Http404
    return found


def complaint_to_hear_for(person: Person, pk: int) -> Complaint:
    """The same, if `person` hears it; one she only made is `NotAllowed`."""
    found = complaint_for(person, pk)
    require(can_hear(person, found))
    return found


def complaints_by(person: Person, *, cursor: str = "") -> Page[Complaint]:
    """What `person` complained of, the newest first."""
    return page_of(_complaints().filter(said_by=person), order=NEWEST, cursor=cursor)


def complaints_heard_by(person: Person, *, waiting: bool, cursor: str = "", size: int = 50) -> Page[Complaint]:
    """Those that `person` hears: the waiting ones, or what became of the others; the newest first."""
    rows = _heard_by(person).exclude(state=ComplaintState.TAKEN_BACK)
    rows = rows.filter(state=ComplaintState.WAITING) if waiting else rows.exclude(state=ComplaintState.WAITING)
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def most_urgent_heard_by(person: Person, *, most: int) -> list[Complaint]:
    """At most `most` complaints that wait for `person`, the one due first at the top. One query."""
    if not scope(person, HEAR_COMPLAINTS):
        return []
    return list(_heard_by(person).filter(state=ComplaintState.WAITING).order_by("due_on", "pk")[:most])


def answers_unread_by(person: Person) -> list[Complaint]:
    """Her complaints that were answered and whose answer she has not opened. One query."""
    rows = _complaints().filter(said_by=person, state=ComplaintState.ANSWERED, read_at=None)
    return list(rows.order_by("-pk")[:20])


@dataclass(frozen=True)
class Outcome:
    """How a complaint was answered, for those it was about. It has nothing in it by which to find who complained."""

    thing: Directive | ReportForm
    about: str
    verdict: str
    answer: str
    answered_at: datetime


def outcomes_about(thing: Directive | ReportForm, person: Person) -> list[Outcome]:
    """What became of complaints about `thing`, for `person` who asks for its unit; nothing for anybody else."""
    if not asks_for(person).covers(thing.unit_path):
        return []
    rows = _complaints().filter(**{_link(thing): thing}, state=ComplaintState.ANSWERED).order_by("-pk")[:50]
    return [_outcome(row) for row in rows if can_read_outcome(person, row)]


def outcomes_of(unit: Unit, person: Person, *, cursor: str = "") -> tuple[list[Outcome], str]:
    """A page of what became of complaints about what `unit` asked, and its next cursor. `Http404` for whoever asks not for it."""
    if not asks_for(person).covers(unit.path):
        raise Http404
    rows = _complaints().filter(_about_in(Scope(units=(unit.path,))), state=ComplaintState.ANSWERED)
    page = page_of(rows, order=NEWEST, cursor=cursor)
    return [_outcome(row) for row in page.rows], page.next_cursor


def _outcome(row: Complaint) -> Outcome:
    assert row.answered_at is not None  # a constraint of the table
    return Outcome(row.thing, row.get_about_display(), row.get_verdict_display(), row.answer, row.answered_at)


def asked_thing_for(kind: str, pk: int, unit: Unit) -> Directive | ReportForm:
    """The directive or form numbered `pk` that asks `unit`; else `Http404`."""
    thing: Directive | ReportForm | None
    if kind == "directive":
        thing = Directive.objects.exclude(state=DirectiveState.DRAFT).select_related("unit").filter(pk=pk).first()
    else:
        thing = ReportForm.objects.select_related("unit").filter(pk=pk).first()
    if thing is None or not asks(thing, unit):
        raise Http404
    return thing


def asks(thing: Directive | ReportForm, unit: Unit) -> bool:
    """Whether `thing` asks or asked `unit`, by where it stood then. At most three queries."""
    if isinstance(thing, Directive):
        if thing.sent_at is None:
            return False
        sent = ((rule, rule.sent_at or thing.sent_at) for rule in thing.audience.all())
        return bool(units_meant_by(sent, [unit]))
    newest = PeriodRule.objects.filter(period__form=thing).order_by("-opened_at", "-pk")[:MOST_RULES]
    return bool(units_meant_by(((rule, rule.opened_at) for rule in newest), [unit]))


MOST_RULES = 200
"""Of a form with many periods the rules of the newest are looked at."""


def hearing_unit_of(thing: Directive | ReportForm, *, at: datetime, above: str = "") -> Unit | None:
    """Where a complaint about `thing` is heard: the nearest unit above the one that asks (or above the unit at the path
    `above`) where somebody independent hears complaints; None where nobody does. Four queries."""
    path = above or thing.unit_path
    numbers = numbers_of(path)[:-1] or numbers_of(path)[: 0 if above else 1]
    hears = Q(role=Role.OVERSEE, unit__in=numbers, unit__status=UnitStatus.ACTIVE)
    grants = list(Grant.objects.filter(hears).valid(at).select_related("unit", "person"))
    held = carried_by_each([grant.person for grant in grants])
    free = [grant.unit for grant in grants if not _could_ask(held[grant.person_id], thing.unit_path)]
    return max(free, key=lambda unit: unit.depth, default=None)


def _could_ask(held: Iterable[Held], path: str) -> bool:
    askers = HOLDERS[SEND_DIRECTIVES] | HOLDERS[RUN_FORMS]
    return any(
        role in askers and (path == top if reach == Reach.UNIT else path.startswith(top)) for role, reach, top in held
    )


def unheard_count(*, at: datetime) -> int:
    """How many complaints wait at the root while nobody is named there to hear them. Two queries."""
    hears = Grant.objects.valid(at).filter(role=Role.OVERSEE, unit__depth=0)
    waiting = Complaint.objects.filter(state=ComplaintState.WAITING, unit__depth=0)
    return 0 if hears.exists() else waiting.count()


def _complaints() -> QuerySet[Complaint]:
    return Complaint.objects.select_related("directive__unit", "form__unit", "unit", "said_by", "said_from")


def _heard_by(person: Person) -> QuerySet[Complaint]:
    """`rules.can_hear` for a list."""
    rows = _complaints().filter(scope(person, HEAR_COMPLAINTS).where("unit_path"))
    return rows.exclude(said_by=person).exclude(_about_in(asks_for(person)))


def _about_in(reach: Scope) -> Q:
    if not reach:
        return Q(pk__in=())
    by_directive = Q(directive__isnull=False) & reach.where("directive__unit_path")
    return by_directive | (Q(form__isnull=False) & reach.where("form__unit_path"))


def _link(thing: Directive | ReportForm) -> str:
    return "directive" if isinstance(thing, Directive) else "form"
