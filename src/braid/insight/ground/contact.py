"""What notices show: those that wait, those a unit sent and received, the search in them, and lines of the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from braid.contact.enums import NoticeState, QuestionState, Show
from braid.contact.models import Notice
from braid.contact.queries import Filters, Letter, inbox_for, notices_waiting_for
from braid.contact.queries.calls import phone_lists_waiting_for
from braid.contact.queries.notices import notices_not_sent
from braid.contact.queries.questions import answered_for, notices_with_questions
from braid.contact.queries.relays import calls_waiting_for
from braid.contact.queries.reviews import reviews_answered_for, reviews_waiting_for
from braid.contact.rules import SEND_NOTICES, can_see_receipts_at, can_send_for, can_set_review_rule
from braid.insight.hooks import Answers, Counted, Found, Hint, Panel, Waiting
from braid.insight.queries.search import MOST_ROWS
from braid.insight.queries.units import own_units
from braid.insight.words import said_by_reader
from braid.kernel.access import scope
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.people.rules import can_set_quiet_hours
from braid.units.models import Unit

MOST_WAITING = 50
MOST_UNREAD = 10
MOST_LATEST = 5
TOLD_FOR = timedelta(days=3)
"""So long Today says that a question was answered."""

RECORD = (
    Counted("notice.sent", gettext_lazy("Notices sent"), Strand.CONTACT),
    Counted("notice.corrected", gettext_lazy("Notices corrected"), Strand.CONTACT),
    Counted("notice.answered", gettext_lazy("Questions answered"), Strand.CONTACT),
    Counted("notice.reminded", gettext_lazy("Reminders sent"), Strand.CONTACT),
    Counted("notice.withdrawn", gettext_lazy("Notices withdrawn"), Strand.CONTACT),
)


def waiting_notices(person: Person, at: datetime) -> list[Waiting]:
    """Notices that ask her for something, and the latest she has not read."""
    asking = notices_waiting_for(person, at=at, most=MOST_WAITING)
    unread = inbox_for(person, at=at, filters=Filters(Show.UNREAD), size=MOST_UNREAD).rows
    asked = {letter.notice.pk for letter in asking}
    return [_waiting(letter) for letter in [*asking, *(row for row in unread if row.notice.pk not in asked)]]


def waiting_of_sender(person: Person, at: datetime) -> Iterator[Waiting]:
    """Notices of hers that did not go out as planned, and those somebody asked about."""
    for notice in notices_not_sent(person, most=MOST_UNREAD):
        page = reverse("notice", args=[notice.pk])
        yield _of(notice, page, _("It did not go out as planned"))
    for notice, number in notices_with_questions(person, most=MOST_UNREAD):
        what = ngettext("Answer %(n)s question", "Answer %(n)s questions", number) % {"n": number}
        page = reverse("notice_questions", args=[notice.pk])
        yield _of(notice, page, what)


def readings_waiting(person: Person, at: datetime) -> Iterator[Waiting]:
    """Drafts that wait for a second reader such as her, hers that one has read, and hers to be asked for again."""
    for review in reviews_waiting_for(person, most=MOST_UNREAD):
        page = reverse("notice_review", args=[review.notice_id])
        what = _("Read as second reader")
        yield _of(review.notice, page, what, since=review.asked_at)
    for review, is_changed in reviews_answered_for(person, most=MOST_UNREAD):
        page = reverse("notice_send", args=[review.notice_id])
        yield _of(review.notice, page, said_by_reader(review.state, is_changed=is_changed), since=review.read_at)


def answers_to_her(person: Person, at: datetime) -> Iterator[Waiting]:
    """Questions of hers that were answered or declined in the last days."""
    for question in answered_for(person, since=at - TOLD_FOR, most=MOST_LATEST):
        is_answered = question.state == QuestionState.ANSWERED
        what = _("Your question was answered") if is_answered else _("Your question was not answered")
        yield _of(question.notice, reverse("notice", args=[question.notice_id]), what, since=question.answered_at)


def calls_to_make(person: Person, at: datetime) -> Iterator[Waiting]:
    """Units of hers that stay silent, and whose people she is asked to telephone."""
    for notice, unit in phone_lists_waiting_for(person, at=at, most=MOST_UNREAD):
        page = reverse("notice_phone_list", args=[notice.pk, unit.code])
        yield _of(notice, page, _("Telephone people"), unit=unit, since=notice.sent_at)


def _waiting(letter: Letter) -> Waiting:
    notice = letter.notice
    if letter.waits_for_done:
        what = _("Say when it is done")
    elif letter.waits_for_acknowledgement:
        what = _("Acknowledge")
    else:
        what = pgettext("what she is asked to do", "Read")
    page = reverse("notice", args=[notice.pk])
    return _of(notice, page, what, due_on=notice.due_on, since=notice.sent_at)


def _of(notice: Notice, href: str, what: str, *, unit: Unit | None = None, **when: Any) -> Waiting:
    """Something that waits about `notice`, in its own unit unless another is named."""
    text = notice.said
    return Waiting(text.title, href, what, Strand.CONTACT, str(unit or notice.unit), language=text.language, **when)


def sent_and_received(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """The unit's latest own notices, for those who send or see receipts there; the latest to her, where it is her unit."""
    may_send = can_send_for(person, unit.path)
    sees_sent = may_send or can_see_receipts_at(person, unit.path)
    is_own = unit in own_units(person, at=at)
    if not (sees_sent or is_own):
        return None
    sent = Notice.objects.filter(unit=unit, state=NoticeState.SENT, sent_at__lte=at).order_by("-sent_at", "-pk")
    context = {
        "sees_sent": sees_sent,
        "sent": list(sent[:MOST_LATEST]) if sees_sent else [],
        "is_own": is_own,
        "received": inbox_for(person, at=at, size=MOST_LATEST).rows if is_own else [],
        "may_send": may_send,
        "review_rule": reverse("review_rule", args=[unit.code]) if can_set_review_rule(person, unit) else "",
        "quiet_hours": reverse("quiet_hours", args=[unit.code]) if can_set_quiet_hours(person, unit) else "",
    }
    return Panel(_("Notices"), "insight/panels/notices.html", context, Strand.CONTACT)


def first_steps(person: Person, at: datetime) -> Iterable[Hint]:
    """Send a first notice, for those who may and whose units never have."""
    reach = scope(person, SEND_NOTICES)
    if reach and not Notice.objects.filter(reach.where()).exists():
        yield Hint(
            _("Send your first notice"),
            _(
                "One call reaches everybody below you. You see how many that is before you send, and can undo for 10 seconds."
            ),
            reverse("notice_new"),
            _("Write a notice"),
        )


def find_notices(person: Person, text: str, at: datetime) -> Answers:
    """Notices in her inbox with these words in them."""
    page = inbox_for(person, at=at, filters=Filters(text=text), size=MOST_ROWS)
    rows = [
        Found(text.title, reverse("notice", args=[letter.notice.pk]), str(letter.notice.unit), text.language)
        for letter in page.rows
        for text in [letter.notice.said]
    ]
    return Answers(_("Notices"), rows, reverse("inbox") if page.next_cursor else "")


def calls_to_carry(person: Person, at: datetime) -> list[Waiting]:
    """Calls she may carry into a chat group of hers, if she likes: one line each, until she has said yes or no."""
    return [
        _of(
            one.notice,
            f"{reverse('notice', args=[one.notice.pk])}#carry",
            _("Into your chat groups, if you like"),
            since=one.notice.sent_at,
        )
        for one in calls_waiting_for(person, at=at)
    ]
