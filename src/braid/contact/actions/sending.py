"""Everything that happens to a notice from sending on: undo, going out, withdrawing, correcting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import NOTICE_FLOW, SEARCH_KIND, UNDO_WINDOW, NoticeState, SeriesState
from braid.contact.models import Audience, Notice, NoticeVersion, Series
from braid.contact.queries.audience import addresses_any
from braid.contact.queries.reviews import is_held_up
from braid.contact.rules import can_address, can_send_for, can_undo, is_out
from braid.contact.words import Translations
from braid.kernel import search
from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.outbox import owe, task
from braid.people.models import Person
from braid.units.models import Unit

from .attachments import NewAttachment, drop_attachments, put_attachments
from .delivering import begin_dispatch
from .drafts import check_due, check_open, reason_of
from .reminders import remind_as_set
from .reviews import check_correctable, check_reason_read, check_second_reader
from .wording import check_words


@transaction.atomic
def send_notice(
    notice: Notice, *, over_budget_why: str = "", is_within_budget: bool = False, by: Actor, at: datetime
) -> Notice:
    """Send a draft to its audience; it goes out `UNDO_WINDOW` after `at`, and until then can be undone.

    However many it addresses, this writes the notice, its rules and one owed piece of work. Refused when `by` may not
    send for its unit or address all of its audience (asked again here: rights may have changed since it was written),
    when its unit is closed, when it addresses no unit, when the day it is due is past, when it puts units over their
    budget of time without a reason (`over_budget_why`), which they read, for another reason than the second reader read,
    or when it is no draft.
    `is_within_budget`: whoever sends it as it is was shown a moment ago that it needs no reason.
    """
    why = check_can_go(notice, over_budget_why, is_within_budget=is_within_budget, by=by, at=at)
    sent_at = at + UNDO_WINDOW
    NOTICE_FLOW.move(
        notice,
        NoticeState.SENT,
        sent_at=sent_at,
        sent_by=by if isinstance(by, Person) else None,
        over_budget_why=why,
        send_at=None,
        send_zone="",
        not_sent_why="",
    )
    notice.audience.update(sent_at=sent_at, is_public=notice.is_public)
    owe(announce_notice, notice.pk, sent_at.isoformat(), due=sent_at)
    return notice


def check_can_go(
    notice: Notice, over_budget_why: str, *, is_within_budget: bool = False, by: Actor, at: datetime
) -> str:
    """Refused when `by` may not send `notice` as it is now, or when it cannot go out. Returns the reason with which it does."""
    rules = check_recipients(notice, by=by)
    if is_held_up(notice):
        if Series.objects.filter(draft=notice, state=SeriesState.RUNNING).exists():
            raise WrongState(_("This notice repeats. Stop the series first, then you can send it alone."))
        check_second_reader(notice, rules, by=by)
        check_reason_read(notice, rules, over_budget_why)
    check_due(notice.due_on, at=at)
    return reason_of(notice, over_budget_why, is_within_budget=is_within_budget, at=at)


def check_recipients(notice: Notice, *, by: Actor) -> list[Audience]:
    """The rules of `notice`. Refused when `by` may not send for its unit or address them, or when they address nobody."""
    rules = _rules_of(notice)
    require(can_send_for(by, notice.unit_path) and can_address(by, rules))
    check_open(notice.unit)
    if not any(map(addresses_any, rules)):
        raise BadInput(_("Choose who gets this notice first."))
    return rules


def _rules_of(notice: Notice) -> list[Audience]:
    """The rules of `notice` with their units. One query where all hang from its own unit, as most do, else two."""
    rules = list(notice.audience.defer("numbers"))
    others = {rule.unit_id for rule in rules} - {notice.unit_id}
    units = Unit.objects.in_bulk(others) if others else {}
    for rule in rules:
        rule.unit = units.get(rule.unit_id, notice.unit)
    return rules


@transaction.atomic
def undo_sending(notice: Notice, *, by: Actor, at: datetime) -> Notice:
    """Make a notice that has not gone out yet a draft again, as if it had never been sent.

    Undoing what is a draft again already changes nothing. Refused when `by` may not send for its unit, or when
    `UNDO_WINDOW` is over.
    """
    require(can_send_for(by, notice.unit_path))
    if notice.state == NoticeState.DRAFT:
        return notice
    if not can_undo(notice, at):
        raise WrongState(_("It has gone out already. You can still correct it or withdraw it."))
    _make_draft(notice)
    return notice


def _make_draft(notice: Notice, not_sent_why: str = "") -> None:
    """As if it had never been sent."""
    NOTICE_FLOW.move(notice, NoticeState.DRAFT, sent_at=None, sent_by=None, frozen_at=None, not_sent_why=not_sent_why)
    notice.audience.update(sent_at=None, is_public=False, numbers=None)
    notice.unit_sets.all().delete()


@task
def announce_notice(pk: int, sent_at: str, *, at: datetime) -> None:
    """Do what is owed when a notice goes out: journal it, make it findable, renew public pages, begin to tell people.

    Who sent it is asked for her rights once more. If she lost them since, it does not go out: it is a draft again that says
    why, or, if somebody opened it before the worker came, withdrawn for that reason. Undone: nothing to do.
    """
    found = Notice.objects.select_related("unit", "sent_by").filter(pk=pk, sent_at=datetime.fromisoformat(sent_at))
    notice = found.first()
    if notice is None or notice.sent_at is None:
        return
    by = notice.sent_by or OPERATOR
    why_not = _why_not_out(notice, by=by) if notice.state == NoticeState.SENT else ""
    if why_not and not notice.receipts.exists():
        _make_draft(notice, why_not)
        return
    record(notice.unit, Strand.CONTACT, "notice.sent", by=by, at=notice.sent_at)
    if why_not:
        _withdraw(notice, why_not, at=at)
    elif notice.state == NoticeState.SENT:
        search.index(SEARCH_KIND, notice.pk, notice.all_words)
        _renew_public_pages(notice)
        begin_dispatch(notice, at=at)
        if notice.remind_after_days:
            due = notice.sent_at + timedelta(days=notice.remind_after_days)
            owe(remind_as_set, notice.pk, sent_at, notice.sent_by_id is None, due=due)


def _why_not_out(notice: Notice, *, by: Actor) -> str:
    """Why `by` may not send `notice` any more; empty when she may."""
    try:
        check_recipients(notice, by=by)
    except Refused as refusal:  # her answer, where she is no longer there to read it: it is kept for her
        return str(refusal.message)
    return ""


@transaction.atomic
def withdraw_notice(notice: Notice, *, why: str, by: Actor, at: datetime) -> Notice:
    """Take a notice back for the reason `why`, which its readers see in place of its text. It takes no more receipts.

    Refused without a reason, before it has gone out (undo that instead), and when it was withdrawn already.
    """
    require(can_send_for(by, notice.unit_path))
    _check_reason(why)
    if can_undo(notice, at):
        raise WrongState(_("It has not gone out yet: undo the sending instead."))
    _withdraw(notice, why.strip(), at=at)
    record(notice.unit, Strand.CONTACT, "notice.withdrawn", by=by, at=at)
    return notice


def _withdraw(notice: Notice, why: str, *, at: datetime) -> None:
    NOTICE_FLOW.move(notice, NoticeState.WITHDRAWN, withdrawn_at=at, withdrawn_why=why)
    _renew_public_pages(notice)
    notice.audience.update(is_public=False)
    search.forget(SEARCH_KIND, notice.pk)


@transaction.atomic
def correct_notice(
    notice: Notice,
    *,
    title: str,
    body: str,
    translations: Translations | None = None,
    why: str,
    by: Actor,
    at: datetime,
    add: Sequence[NewAttachment] = (),
    remove: Sequence[int] = (),
) -> Notice:
    """Give a notice that went out new words, and `add` or `remove` (numbers) pictures and files.

    `translations` (None: as they are) are its other languages; the first one stays what it was.

    What it said and showed before stays readable, with who replaced it, when and why.

    Receipts stand: they say that the notice was seen, and the page says which version came later. Refused without a
    reason or a title, where a second reader is needed, before it has gone out, when it was withdrawn, and when somebody
    corrected it a moment ago.
    """
    require(can_send_for(by, notice.unit_path))
    _check_reason(why)
    words = {"title": title.strip(), "body": body, "language": notice.language}
    others = notice.translations if translations is None else translations
    check_words(**words, translations=others)
    if notice.state != NoticeState.SENT or not is_out(notice, at):
        raise WrongState(_("Only a notice that has gone out and was not withdrawn can be corrected."))
    check_correctable(notice)
    before = NoticeVersion(notice=notice, number=notice.version, **{name: getattr(notice, name) for name in _KEPT})
    _give_words(notice, {**words, "translations": others}, at=at)
    _keep_version(before, why=why, by=by, at=at)
    drop_attachments(notice, remove)
    put_attachments(notice, add, by=by, at=at)
    search.index(SEARCH_KIND, notice.pk, notice.all_words)
    _renew_public_pages(notice)
    record(notice.unit, Strand.CONTACT, "notice.corrected", by=by, at=at)
    return notice


_KEPT = ("title", "body", "language", "translations")


def _give_words(notice: Notice, words: dict[str, Any], *, at: datetime) -> None:
    seen = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENT, version=notice.version)
    values = {**words, "changed_at": at, "version": notice.version + 1}
    if not seen.update(**values):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    for name, value in values.items():
        setattr(notice, name, value)


def _keep_version(before: NoticeVersion, *, why: str, by: Actor, at: datetime) -> None:
    before.replaced_at, before.why = at, why.strip()
    before.replaced_by = by if isinstance(by, Person) else None
    before.save()


def _renew_public_pages(notice: Notice) -> None:
    """Cached Homes are keyed by the versions of a unit and its ancestors: renewing the anchors renews all below them."""
    anchors = notice.audience.filter(is_public=True).values("unit")
    Unit.objects.filter(pk__in=anchors).update(page_version=F("page_version") + 1)


def _check_reason(why: str) -> None:
    if not why.strip():
        raise BadInput(_("Say why: the readers will see it."), fields={"why": _("Write a reason.")})
