"""Everything that happens to a notice before it is sent: writing it and choosing whom it addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact import hooks
from braid.contact.enums import FILE_OWNER, NoticeState
from braid.contact.models import Audience, Notice
from braid.contact.rules import can_address, can_send_for
from braid.contact.words import Translations, usual_language
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.files import discard_files
from braid.kernel.models import StoredFile
from braid.people.models import Person
from braid.units.enums import UnitStatus
from braid.units.models import Unit

from .audiences import add_rule
from .wording import check_due, check_words

MOST_RULES = 200
"""Rules one notice may have. Beyond that a level, a kind or a subtree says it better."""


@dataclass(frozen=True)
class NoticeText:
    """What the author fills in."""

    title: str
    body: str = ""
    is_public: bool = False
    asks_acknowledgement: bool = False
    asks_done: bool = False
    due_on: date | None = None
    remind_after_days: int | None = None
    language: str = field(default_factory=usual_language)
    """That of title and body."""
    translations: Translations = field(default_factory=dict)

    @property
    def words(self) -> dict[str, Any]:
        """What it says, without what it asks for."""
        return {name: getattr(self, name) for name in ("title", "body", "language", "translations")}


@transaction.atomic
def draft_notice(unit: Unit, text: NoticeText, *, by: Actor, at: datetime, audience: Iterable[Audience] = ()) -> Notice:
    """Begin a notice of `unit`; nobody but its senders sees it. `audience` are unsaved rules, or none yet.

    Refused when `by` may not send for the unit or address the audience, when the unit is closed, and for words that are not
    whole (`check_words`) or a day that is past.
    """
    require(can_send_for(by, unit.path))
    check_open(unit)
    check_words(**text.words)
    check_due(text.due_on, at=at)
    notice = Notice.objects.create(
        unit=unit,
        unit_path=unit.path,
        author=by if isinstance(by, Person) else None,
        created_at=at,
        changed_at=at,
        **asdict(text),
    )
    rules = list(audience)
    require(can_address(by, rules))
    for rule in rules:
        rule.notice = notice
    Audience.objects.bulk_create(rules)
    _check_number(notice)
    return notice


@transaction.atomic
def change_notice(notice: Notice, text: NoticeText, *, by: Actor, at: datetime) -> Notice:
    """Give a draft new words and wishes.

    Refused when it is no draft any more, when somebody changed its words since `notice` was read, when the day it is due is past,
    and when `by` may not send for its unit.
    """
    require(can_send_for(by, notice.unit_path))
    check_words(**text.words)
    if text.due_on != notice.due_on:  # a series counts from a day that may be past
        check_due(text.due_on, at=at)
    hold_draft(notice)
    values = {"changed_at": at, **asdict(text)}
    if not Notice.objects.filter(pk=notice.pk, changed_at=notice.changed_at).update(**values):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    for name, value in values.items():
        setattr(notice, name, value)
    return notice


@transaction.atomic
def add_recipients(notice: Notice, rule: Audience, *, by: Actor) -> Notice:
    """Address with a draft also what the unsaved `rule` says, or, of the one rule there is, only that part (`add_rule`).

    Refused when it is no draft any more, when the rule lies beyond the reach of `by`, and beyond `MOST_RULES`.
    """
    require(can_send_for(by, notice.unit_path) and can_address(by, [rule]))
    hold_draft(notice)
    add_rule(notice, rule)
    _check_number(notice)
    return notice


@transaction.atomic
def remove_recipients(notice: Notice, rule: int, *, by: Actor) -> Notice:
    """Take the rule numbered `rule` from a draft; one that is gone already changes nothing. Refused as in `add_recipients`."""
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    notice.audience.filter(pk=rule).delete()
    return notice


@transaction.atomic
def delete_draft(notice: Notice, *, by: Actor) -> None:
    """Throw a draft away. Refused once it was sent: then it can only be withdrawn."""
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    brought = list(StoredFile.objects.filter(owner=FILE_OWNER, owner_number=notice.pk))
    notice.delete()
    discard_files(brought)


def hold_draft(notice: Notice) -> None:
    """Lock the row, on condition that it still is a draft: a stale page must not change what was sent."""
    if not Notice.objects.filter(pk=notice.pk, state=NoticeState.DRAFT).update(state=NoticeState.DRAFT):
        raise WrongState(_("This notice was sent already. You can correct or withdraw it."))


def reason_of(notice: Notice, why: str, *, is_within_budget: bool = False, at: datetime) -> str:
    """Why a draft may take more time than the budget of those who get it: `why`, else what was kept for it. Refused where it
    needs a reason and has none; `is_within_budget`: that it needs none was seen a moment ago."""
    said = why.strip() or notice.over_budget_why
    if not said and not is_within_budget:
        for check in hooks.without_reason:
            check(notice, at)
    return said


def keep_reason(notice: Notice, why: str) -> None:
    """Keep with a draft why it may take more time than the budget of those who get it."""
    if why != notice.over_budget_why:
        Notice.objects.filter(pk=notice.pk).update(over_budget_why=why)
        notice.over_budget_why = why


def check_open(unit: Unit) -> None:
    """Refused for a closed unit: it writes and sends nothing any more."""
    if unit.status != UnitStatus.ACTIVE:
        raise WrongState(_("This unit is closed: it sends nothing any more."))


def _check_number(notice: Notice) -> None:
    if notice.audience.count() > MOST_RULES:
        raise BadInput(_("This is a very long list of recipients. Choose a level or a whole subtree instead."))
