"""Notices that repeat: planning a series, and each time a notice of its own that goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.contact.enums import (
    FILE_OWNER,
    LATEST_PLAN,
    LONGEST_SERIES,
    SERIES_FLOW,
    SOONEST_PLAN,
    UNDO_WINDOW,
    ReviewState,
    SeriesState,
)
from braid.contact.models import Attachment, Audience, Notice, Review, Series
from braid.contact.models.audience import RULE
from braid.contact.queries.reviews import needs_second_reader, review_of, seal_of
from braid.contact.queries.series import upcoming
from braid.contact.recurrence import Recurrence, moment_of
from braid.contact.rules import can_send_for
from braid.kernel.access import require
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.files import Owner, copy_file
from braid.kernel.outbox import owe, task
from braid.people.models import Person

from .drafts import hold_draft, keep_reason, reason_of
from .reviews import check_second_reader
from .sending import check_recipients, send_notice


@dataclass(frozen=True)
class Repetition:
    """On which days a notice goes out, and at what time by the clocks of the named zone."""

    days: Recurrence
    time: time
    zone: str


@transaction.atomic
def repeat_notice(notice: Notice, plan: Repetition, *, over_budget_why: str = "", by: Person, at: datetime) -> Series:
    """Let a draft repeat; a new plan takes the old one's place, and that of a moment at which it was to go out once.

    It stays a draft. Each time a notice is made like it is then, and that one goes out if `by` may send it then. Where a second
    reader is needed nothing goes out before she agreed to the draft and to how it repeats. Refused when `by` may not send it
    now, without recipients, beyond `LONGEST_SERIES`, when no day is left, and when it puts units over their budget of time
    without a reason (`over_budget_why`), which they read each time; where a second reader is needed, she is asked with it.
    """
    rules = check_recipients(notice, by=by)
    hold_draft(notice)
    if not needs_second_reader(notice, rules):
        keep_reason(notice, reason_of(notice, over_budget_why, at=at))
    if plan.days.last_on - plan.days.first_on > LONGEST_SERIES:
        words = gettext_lazy("A series ends within five years.")
        raise BadInput(words, fields={"last_on": words})
    moments = ((day, moment_of(day, plan.time, plan.zone)) for day in plan.days.days())
    first = next(((day, moment) for day, moment in moments if moment >= at + SOONEST_PLAN), None)
    if first is None or plan.days.first_on < at.date() - timedelta(days=1):
        words = gettext_lazy("No day of this series is still to come. Choose other days.")
        raise BadInput(words, fields={"day": words})
    next_on, next_at = first
    if next_at > at + LATEST_PLAN:
        words = gettext_lazy("Choose a moment at least 5 minutes and at most a year from now.")
        raise BadInput(words, fields={"day": words})
    values = {
        **{name: getattr(plan.days, name) for name in ("every", "first_on", "last_on", "weekdays", "day")},
        "time": plan.time,
        "zone": plan.zone,
        "planned_by": by,
        "next_on": next_on,
        "next_at": next_at,
        "skipped": [],
    }
    _note(notice, send_at=None, send_zone="", send_by=None, not_sent_why="")
    return _begun(notice, values, at=at)


def _begun(notice: Notice, values: dict[str, object], *, at: datetime) -> Series:
    series = Series.objects.filter(draft=notice).first()
    if series is None:
        there = {"draft": notice, "unit": notice.unit, "unit_path": notice.unit_path, "created_at": at}
        series = Series.objects.create(**there, **values)
    else:
        SERIES_FLOW.move(series, SeriesState.RUNNING, **values)
    _owe_next(series)
    return series


@transaction.atomic
def stop_series(series: Series, *, by: Person) -> Series:
    """Let nothing more go out; what went out stays, and the draft is one without a plan. Refused when it has ended."""
    require(can_send_for(by, series.unit_path))
    if series.is_running:
        SERIES_FLOW.move(series, SeriesState.STOPPED, next_on=None, next_at=None)
    return series


@transaction.atomic
def skip_day(series: Series, day: date, *, skips: bool, by: Person, at: datetime) -> Series:
    """Let nothing go out on `day`, or, with `skips` false, let it go out after all. Refused for a day that is not to come."""
    require(can_send_for(by, series.unit_path))
    held = _held(series.pk, series.next_at)
    if held is None:
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    series = held
    if day not in series.recurrence.days() or series.moment_on(day) - UNDO_WINDOW <= at:
        raise BadInput(_("This day is no longer to come."), fields={"day": _("not to come")})
    skipped = {*series.skipped, day.isoformat()} if skips else {*series.skipped} - {day.isoformat()}
    series.skipped = sorted(skipped)
    _go_on(series, since=_first_open(series, at))
    return series


def _first_open(series: Series, at: datetime) -> date:
    """From which day on the next one is looked for: the one that is due stays the next, should the worker be late."""
    if series.next_on and series.next_at and series.next_at - UNDO_WINDOW <= at:
        return series.next_on
    return next(day for day in series.recurrence.days() if series.moment_on(day) - UNDO_WINDOW > at)


@task
def send_occurrence(pk: int, moment: str, *, at: datetime) -> None:
    """Send what a series has for `moment`. Of several that fell due while no worker ran only the latest goes out.

    What cannot go is told on the draft; the series goes on. The series was changed, or this was done already: nothing to do.
    """
    series = _held(pk, datetime.fromisoformat(moment))
    if series is None or series.next_on is None:
        return
    due = [day for day in upcoming(series, since=series.next_on) if series.moment_on(day) - UNDO_WINDOW <= at]
    on = max(due, default=series.next_on)
    _go_on(series, since=on + timedelta(days=1))
    try:
        with transaction.atomic():
            _send(series, on, at=at)
    except Refused as refusal:  # her answer, where she is no longer there to read it: it is kept for her
        _note(series.draft, not_sent_why=str(refusal.message))
    else:
        _note(series.draft, not_sent_why="")


def _held(pk: int, next_at: datetime | None) -> Series | None:
    """The series, locked and as it is now, on condition that its next one still is that of `next_at`."""
    if not Series.objects.filter(pk=pk, state=SeriesState.RUNNING, next_at=next_at).update(state=SeriesState.RUNNING):
        return None
    return Series.objects.select_related("draft__unit", "draft__author", "planned_by", "unit").get(pk=pk)


def _go_on(series: Series, *, since: date) -> None:
    """Owe the next one from the day `since` on, or end the series."""
    day = next(iter(upcoming(series, since=since)), None)
    if day is None:
        SERIES_FLOW.move(series, SeriesState.ENDED, next_on=None, next_at=None, skipped=series.skipped)
        return
    values = {"next_on": day, "next_at": series.moment_on(day), "skipped": series.skipped}
    SERIES_FLOW.move(series, SeriesState.RUNNING, **values)
    _owe_next(series)


def _owe_next(series: Series) -> None:
    assert series.next_at is not None
    owe(send_occurrence, series.pk, series.next_at.isoformat(), due=series.next_at - UNDO_WINDOW)


def _send(series: Series, on: date, *, at: datetime) -> None:
    by = series.planned_by
    if by is None:
        raise Refused(_("Whoever planned the sending is not with us any more."))
    rules = check_recipients(series.draft, by=by)
    check_second_reader(series.draft, rules, by=by)
    notice = _like(series, on, at=at)
    made = [_rule_like(rule, notice) for rule in rules]
    Audience.objects.bulk_create(made)
    _attach_like(series.draft, notice, at=at)
    if needs_second_reader(notice, made):
        _agree_like(series.draft, notice)
    send_notice(notice, by=by, at=at)


_SAME = ("unit", "unit_path", "author", "language", "title", "body", "translations")
_WISHES = ("is_public", "asks_acknowledgement", "asks_done", "remind_after_days", "over_budget_why")


def _like(series: Series, on: date, *, at: datetime) -> Notice:
    """A draft like that of `series`, for the day `on`: what is due is due as many days later as it was the first time."""
    draft = series.draft
    same = {name: getattr(draft, name) for name in (*_SAME, *_WISHES)}
    due_on = draft.due_on and on + max(draft.due_on - series.first_on, timedelta(0))
    return Notice.objects.create(**same, due_on=due_on, created_at=at, changed_at=at, occurrence_of=series)


def _rule_like(rule: Audience, notice: Notice) -> Audience:
    same = {name: getattr(rule, name) for name in RULE}
    return Audience(notice=notice, **same)


def _attach_like(draft: Notice, notice: Notice, *, at: datetime) -> None:
    for each in draft.attachments.filter(removed_in=None).select_related("file").order_by("pk"):
        file = copy_file(each.file, owner=Owner(FILE_OWNER, notice.pk), at=at)
        Attachment.objects.create(notice=notice, file=file, description=each.description)


def _agree_like(draft: Notice, notice: Notice) -> None:
    """The second reader's yes to the draft and to how it repeats is one to each notice made like it."""
    review = review_of(draft)
    if review is not None and review.state == ReviewState.AGREED:
        same = {name: getattr(review, name) for name in ("asked_by", "asked_at", "read_by", "read_at", "state")}
        Review.objects.create(notice=notice, seal=seal_of(notice), **same)


def _note(notice: Notice, **values: object) -> None:
    Notice.objects.filter(pk=notice.pk).update(**values)
    for name, value in values.items():
        setattr(notice, name, value)
