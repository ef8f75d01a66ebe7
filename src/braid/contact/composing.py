"""How people are told of notices and of answers to what they sent in, in their language: little, no internal text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pyroaring import BitMap

from braid.kernel.addresses import address_of
from braid.kernel.delivery import Message, Skip
from braid.kernel.models import Delivery
from braid.people.models import Person, Wish

from .enums import Fact, NoticeState, SubmissionState
from .models import Dispatch, Notice, Receipt, Submission
from .queries.recipients import meant_by, offices_of, units_through
from .queries.silence import silent_units


def compose_notices(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, deliveries of notices, says. Who is not meant any more, or has read it, is not told.

    Six queries, however many rows.
    """
    numbers = {row.person_number for row in rows if row.person_number}
    persons = Person.objects.in_bulk(numbers)
    notices = Notice.objects.select_related("unit").in_bulk({row.thing for row in rows})
    meant, held = meant_by(notices), offices_of(numbers, on=timezone.localdate(at))
    read = _read(numbers, notices)
    hiding = _hiding(numbers)
    words: dict[int, Message | Skip] = {}
    for row in rows:
        number, notice = row.person_number or 0, notices.get(row.thing)
        if notice is None or notice.state != NoticeState.SENT:
            words[row.pk] = Skip("it was withdrawn")
        elif number not in persons or not units_through(meant.get(notice.pk), held.get(number, {})):
            words[row.pk] = Skip("it does not mean her any more")
        elif (notice.pk, number) in read:
            words[row.pk] = Skip("she has read it already")
        else:
            words[row.pk] = _in_her_words(persons[number], notice, row.channel, hides=number in hiding)
    return words


def compose_reminders(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, deliveries of reminders, says. Who or whose unit has answered meanwhile is not told.

    Seven queries, however many rows.
    """
    numbers = {row.person_number for row in rows if row.person_number}
    persons = Person.objects.in_bulk(numbers)
    hiding = _hiding(numbers)
    dispatches = Dispatch.objects.select_related("notice__unit").defer("units").in_bulk({row.thing for row in rows})
    notices = {one.notice_id: one.notice for one in dispatches.values()}
    meant, held = meant_by(notices), offices_of(numbers, on=timezone.localdate(at))
    silent = silent_units({(one.notice_id, one.awaits) for one in dispatches.values()})
    facts = Receipt.objects.filter(person__in=numbers, notice__in=notices)
    said = set(facts.values_list("notice_id", "person_id", "fact"))
    words: dict[int, Message | Skip] = {}
    for row in rows:
        number, dispatch = row.person_number or 0, dispatches.get(row.thing)
        if dispatch is None or dispatch.notice.state != NoticeState.SENT:
            words[row.pk] = Skip("it was withdrawn")
            continue
        notice, awaits = dispatch.notice, dispatch.awaits
        units = units_through(meant.get(notice.pk), held.get(number, {}))
        if number not in persons or not units:
            words[row.pk] = Skip("it does not mean her any more")
        elif (notice.pk, number, awaits) in said or silent[notice.pk, awaits].isdisjoint(BitMap(units)):
            words[row.pk] = Skip("it was answered already")
        else:
            hides = number in hiding
            words[row.pk] = _in_her_words(persons[number], notice, row.channel, hides=hides, is_reminder=True)
    return words


def compose_digests(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, digests, says: the titles of what still means her and she has not read. Five queries."""
    numbers = {row.person_number for row in rows if row.person_number}
    persons = Person.objects.in_bulk(numbers)
    notices = Notice.objects.select_related("unit").in_bulk({pk for row in rows for pk in row.covers})
    meant, held = meant_by(notices), offices_of(numbers, on=timezone.localdate(at))
    read = _read(numbers, notices)
    words: dict[int, Message | Skip] = {}
    for row in rows:
        number = row.person_number or 0
        new = [
            notice
            for pk in row.covers
            if (notice := notices.get(pk))
            and notice.state == NoticeState.SENT
            and units_through(meant.get(pk), held.get(number, {}))
            and (pk, number) not in read
        ]
        words[row.pk] = _digest(persons[number], new) if new and number in persons else Skip("nothing is new any more")
    return words


def _digest(person: Person, new: Sequence[Notice]) -> Message:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = ngettext("%(count)d new notice", "%(count)d new notices", len(new)) % {"count": len(new)}
        titles = [
            _("%(title)s (%(unit)s)") % {"title": notice.said.title, "unit": notice.unit}
            + f"\n{address_of(reverse('notice', args=[notice.pk]))}"
            for notice in new
        ]
        return Message(subject, "\n\n".join([*titles, _how()]), path=reverse("inbox"), tag="digest")


def _how() -> str:
    return _("How you are told can be changed here: %(link)s") % {"link": address_of(reverse("telling"))}


def _hiding(persons: set[int]) -> set[int]:
    """Who wants no title on a locked screen."""
    return set(Wish.objects.filter(person__in=persons, hides_titles=True).values_list("person_id", flat=True))


def _read(persons: set[int], notices: dict[int, Notice]) -> set[tuple[int, int]]:
    """Who has read what."""
    rows = Receipt.objects.filter(person__in=persons, notice__in=notices, fact=Fact.SEEN)
    return set(rows.values_list("notice_id", "person_id"))


def _in_her_words(person: Person, notice: Notice, channel: str, *, hides: bool, is_reminder: bool = False) -> Message:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = _("%(title)s (%(unit)s)") % {"title": notice.said.title, "unit": notice.unit}
        if is_reminder:
            subject = _("Reminder: %(what)s") % {"what": subject}
        if hides and channel != "email":
            subject = _("Something new from %(name)s") % {"name": settings.FEDERATION_NAME}
        return Message(
            subject=subject,
            body=_body(notice, is_reminder=is_reminder) if channel == "email" else "",
            path=reverse("notice", args=[notice.pk]),
            tag=f"notice-{notice.pk}",
        )


def _body(notice: Notice, *, is_reminder: bool) -> str:
    """What a mail says: an internal text stays here, since mail lies readable in many places."""
    lines = [_("%(unit)s has sent a notice: %(title)s") % {"unit": notice.unit, "title": notice.said.title}]
    if is_reminder:
        lines.append(_("Nobody of your unit has answered it yet. Once one of you does, nobody is reminded any more."))
    if notice.asks_acknowledgement:
        lines.append(_("Readers are asked to acknowledge it."))
    if notice.asks_done:
        lines.append(_("Readers are asked to report when it is done."))
    if notice.due_on:
        day = date_format(notice.due_on, "SHORT_DATE_FORMAT")
        lines.append(_("To be done by %(day)s.") % {"day": day})
    if notice.is_public and notice.said.body:
        lines.append(notice.said.body)
    return "\n\n".join([*lines, _how()])


def compose_submissions(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, deliveries of answers to submissions, says: that there is one, and where. Two queries."""
    found = Submission.objects.select_related("person").in_bulk({row.thing for row in rows})
    return {row.pk: _of_answer(found.get(row.thing)) for row in rows}


def _of_answer(submission: Submission | None) -> Message | Skip:
    if submission is None or submission.state == SubmissionState.TAKEN_BACK:
        return Skip("it was taken back")
    with translation.override(submission.person.language or settings.LANGUAGE_CODE):
        subject = _("What you sent in was answered")
        return Message(subject=subject, body="", path=reverse("submissions_mine"), tag=f"submission-{submission.pk}")
