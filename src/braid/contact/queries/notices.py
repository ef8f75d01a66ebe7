"""Single notices, and lists of those somebody sends: in scope or absent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from braid.contact.enums import Fact, NoticeState
from braid.contact.models import Notice, Receipt
from braid.contact.rules import SEND_NOTICES, VIEW_RECEIPTS, can_send_for, is_out
from braid.kernel.access import require, scope
from braid.kernel.errors import WrongState
from braid.kernel.keyset import Page, page_of
from braid.people.models import Person
from braid.units.models import Unit

from .inbox import Letter
from .reach import is_addressed_within
from .seats import units_addressed


def notice_for(person: Person | None, pk: int, *, at: datetime) -> Notice:
    """The notice numbered `pk` if `person` (None: anybody) may read it at `at`, with its unit; else `Http404`.

    Whoever it addresses may read it, those who send for its unit, those who may see receipts of units it addresses, and
    everybody when it is public.
    """
    notice = _notices().filter(pk=pk).first()
    if notice is None or not _may_read(person, notice, at):
        raise Http404
    return notice


def own_notice_for(person: Person, pk: int, *, at: datetime) -> Notice:
    """The notice numbered `pk` if `person` may send for its unit. `Http404` when she may not read it; else `NotAllowed`."""
    notice = notice_for(person, pk, at=at)
    require(can_send_for(person, notice.unit_path))
    return notice


def draft_for(person: Person, pk: int, *, at: datetime) -> Notice:
    """The draft numbered `pk` if `person` may send for its unit. Refused as in `own_notice_for`; `WrongState` once sent."""
    notice = own_notice_for(person, pk, at=at)
    if notice.state != NoticeState.DRAFT:
        raise WrongState(_("This notice was sent already. You can correct or withdraw it."))
    return notice


def sent_notice_for(person: Person, pk: int, *, at: datetime) -> Notice:
    """The notice numbered `pk` if `person` may send for its unit. Refused as in `own_notice_for`; `WrongState` unless it is out
    and was not withdrawn."""
    notice = own_notice_for(person, pk, at=at)
    if notice.state != NoticeState.SENT or not is_out(notice, at):
        raise WrongState(_("Only of a notice that has gone out and was not withdrawn can people be reminded."))
    return notice


@dataclass(frozen=True)
class Reading:
    """A notice in somebody's hands: what she said of it, and for which of her units it lies before her."""

    letter: Letter
    units: tuple[int, ...]
    said_at: dict[int, datetime]
    """When she first said each fact."""
    unseen: tuple[int, ...]
    """The units of hers for which nobody noted yet that she saw it."""


def reading_of(person: Person, notice: Notice, *, at: datetime) -> Reading:
    """How `notice` lies before `person` at `at`. Four queries."""
    units = tuple(units_addressed(person, notice, at=at))
    rows = Receipt.objects.filter(person=person, notice=notice).order_by("-at")
    said = list(rows.values_list("fact", "unit_number", "at"))
    seen = {unit for fact, unit, _ in said if fact == Fact.SEEN}
    return Reading(
        letter=Letter(notice, frozenset(fact for fact, _, _ in said)),
        units=units,
        said_at={fact: moment for fact, _, moment in said},
        unseen=tuple(unit for unit in units if unit not in seen),
    )


def notices_of(person: Person, *, cursor: str = "", size: int = 25) -> Page[Notice]:
    """A page of drafts and sent notices of all units `person` may send for, newest first."""
    return page_of(_notices().filter(scope(person, SEND_NOTICES).where()), order=("-pk",), cursor=cursor, size=size)


def notices_not_sent(person: Person, *, most: int) -> list[Notice]:
    """Drafts of units `person` may send for that did not go out as planned. One query."""
    rows = _notices().filter(scope(person, SEND_NOTICES).where(), state=NoticeState.DRAFT)
    return list(rows.exclude(not_sent_why="").order_by("-pk")[:most])


def _may_read(person: Person | None, notice: Notice, at: datetime) -> bool:
    if is_out(notice, at) and notice.is_public:
        return True
    if person is None:
        return False
    return can_send_for(person, notice.unit_path) or (
        is_out(notice, at)
        and (bool(units_addressed(person, notice, at=at)) or is_addressed_within(notice, scope(person, VIEW_RECEIPTS)))
    )


def unit_to_send_for(person: Person, code: str) -> Unit:
    """The unit with `code` if `person` may send notices for it; `Http404` otherwise."""
    unit = Unit.objects.active().filter(scope(person, SEND_NOTICES).where("path"), code=code).first()
    if unit is None:
        raise Http404
    return unit


def first_unit_to_send_for(person: Person) -> Unit:
    """The highest unit `person` may send notices for. Refused when there is none."""
    unit = Unit.objects.active().filter(scope(person, SEND_NOTICES).where("path")).order_by("path").first()
    require(unit is not None)
    assert unit is not None
    return unit


def _notices() -> QuerySet[Notice]:
    return Notice.objects.select_related("unit", "sent_by", "author", "series")
