"""The record of duty: what somebody did, counted from the journal, beside what she set right. Hers alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Min, Sum
from django.http import Http404

from braid.journal.models import Entry
from braid.kernel.keyset import Page, page_of
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.work import hooks
from braid.work.models import DutyNote, Visit

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEWEST = ("-on", "-pk")
PAGE = 50
PRINTED = 500
"""Notes on paper: those of a whole term."""


@dataclass(frozen=True)
class DutyCount:
    """One line: what was counted, what her corrections come to, and both together."""

    kind: str
    label: StrOrPromise
    counted: int
    noted: int

    @property
    def together(self) -> int:
        """Never less than nothing, whatever she notes."""
        return max(0, self.counted + self.noted)


@dataclass(frozen=True)
class DutyRecord:
    """What `person` did from `since` to `until`, both included."""

    person: Person
    since: date
    until: date
    held: tuple[Membership, ...]
    counts: tuple[DutyCount, ...]
    notes: Page[DutyNote]
    """What she set right or added, in her words, newest first."""


def duty_of(person: Person, *, since: date, until: date, cursor: str = "", size: int = PAGE) -> DutyRecord:
    """The record of duty of `person`, lines of which nothing is known left out, with a page of her notes. Four queries."""
    amounts: dict[str, int] = dict(
        Entry.objects.filter(
            by_number=person.pk, day__range=(since, until), kind__in=[line.kind for line in hooks.duty_lines]
        )
        .values_list("kind")
        .annotate(amount=Sum("amount"))
        .order_by()
    )
    notes = DutyNote.objects.filter(person=person, on__range=(since, until))
    noted: dict[str, int] = dict(notes.values_list("kind").annotate(amount=Sum("amount")).order_by())
    counts = [
        DutyCount(line.kind, line.label, amounts.get(line.kind, 0), noted.get(line.kind, 0))
        for line in hooks.duty_lines
        if amounts.get(line.kind) or line.kind in noted
    ]
    page = page_of(notes, order=NEWEST, cursor=cursor, size=size)
    return DutyRecord(person, since, until, tuple(_held(person, since, until)), tuple(counts), page)


def term_began(person: Person, *, on: date) -> date:
    """Since when she holds the office she has held longest of those she holds now; the start of the year without one."""
    now = Membership.objects.current(on).filter(person=person, office__lt=Office.MEMBER)
    first: date | None = now.aggregate(first=Min("since"))["first"]
    return first or date(on.year, 1, 1)


def entries_of(person: Person, kind: str, *, since: date, until: date, cursor: str = "") -> Page[Entry]:
    """The entries of the journal behind one line of her record, newest first. One query."""
    if kind not in {line.kind for line in hooks.duty_lines}:
        raise Http404
    rows = Entry.objects.filter(by_number=person.pk, kind=kind, day__range=(since, until)).select_related("unit")
    return page_of(rows, order=("-pk",), cursor=cursor, size=PAGE)


def visits_of(person: Person, *, cursor: str = "") -> Page[Visit]:
    """The visits `person` logged, newest first. One query."""
    return page_of(Visit.objects.filter(by=person).select_related("unit"), order=NEWEST, cursor=cursor, size=PAGE)


def own_visit_for(person: Person, pk: int) -> Visit:
    """The visit `pk` if she logged it; else `Http404`."""
    visit = Visit.objects.select_related("unit").filter(pk=pk, by=person).first()
    if visit is None:
        raise Http404
    return visit


def own_duty_note_for(person: Person, pk: int) -> DutyNote:
    """The note `pk` if it stands in her own record; else `Http404`."""
    note = DutyNote.objects.filter(pk=pk, person=person).first()
    if note is None:
        raise Http404
    return note


def _held(person: Person, since: date, until: date) -> list[Membership]:
    """The offices she held in these days."""
    rows = Membership.objects.filter(person=person, office__lt=Office.MEMBER, since__lte=until).select_related("unit")
    return [row for row in rows.order_by("since", "pk") if row.until is None or row.until >= since]
