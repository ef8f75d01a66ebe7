"""Second readings: whether a notice needs one, whether it has one, and those that wait for somebody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.db import connection
from django.db.models import Min, Q

from braid.contact.enums import NoticeState, ReviewState, SeriesState
from braid.contact.models import Audience, Notice, Review, ReviewRule, Series
from braid.contact.rules import SEND_NOTICES, can_send_for
from braid.kernel.access import Actor, scope
from braid.kernel.prepared import one_of, prepared
from braid.people.models import Person
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .audience import units_of_all


def rule_above(unit: Unit) -> int | None:
    """Beyond how many units notices of `unit` need a second reader; None: never. What a unit above asks for counts too."""
    found: int | None = ReviewRule.objects.filter(unit__in=numbers_of(unit.path)).aggregate(above=Min("above"))["above"]
    return found


def needs_second_reader(notice: Notice, rules: Sequence[Audience]) -> bool:
    """Whether `notice`, addressed by `rules`, needs one. One query."""
    above = rule_above(notice.unit)
    return above is not None and (above == 0 or len(units_of_all(rules)) > above)


def is_held_up(notice: Notice) -> bool:
    """Whether anything may hold `notice` up: a series that runs with it, a unit that asks for second readers.

    Most notices have neither, and one query says so; by hand, as composing it would take longer than the database does.
    """
    is_one, units = one_of("unit_id", numbers_of(notice.unit.path))
    with prepared(), connection.cursor() as cursor:
        cursor.execute(_HELD_UP_SQL.format(is_one=is_one), [notice.pk, SeriesState.RUNNING, *units])
        return bool(cursor.fetchone()[0])


_HELD_UP_SQL = """
    SELECT EXISTS (SELECT 1 FROM contact_series WHERE draft_id = %s AND state = %s)
        OR EXISTS (SELECT 1 FROM contact_reviewrule WHERE {is_one})
"""


def seal_of(notice: Notice) -> str:
    """What stands for the exact words, wishes, recipients, files and repetition of a draft: another letter is another seal."""
    words = [str(getattr(notice, name)) for name in _SEALED]
    words += [json.dumps(notice.translations, sort_keys=True), *_repetition(notice)]
    rules = notice.audience.order_by("unit", "is_subtree", "levels", "kinds", "offices")
    files = notice.attachments.filter(removed_in=None).order_by("pk").values_list("file__digest", "description")
    meant = rules.values_list("unit", "is_subtree", "levels", "kinds", "offices")
    return hashlib.sha256(json.dumps([words, list(meant), list(files)]).encode()).hexdigest()


def _repetition(notice: Notice) -> list[str]:
    """How it repeats, if it does: to that the second reader agrees too."""
    rows = Series.objects.filter(draft=notice)
    said = rows.values_list("every", "first_on", "last_on", "weekdays", "day", "time", "zone").first()
    return [str(value) for value in said or ()]


_SEALED = ("language", "title", "body", "is_public", "asks_acknowledgement", "asks_done", "due_on", "remind_after_days")


def review_of(notice: Notice) -> Review | None:
    """The second reading of `notice`, if somebody asked for one."""
    return Review.objects.filter(notice=notice).select_related("asked_by", "read_by").first()


def is_agreed(notice: Notice, *, by: Actor) -> bool:
    """Whether a second person, who is neither author nor `by` and may send here today, agreed to the notice as it is now."""
    review = review_of(notice)
    reader = review.read_by if review and review.state == ReviewState.AGREED else None
    return (
        review is not None
        and reader is not None
        and reader.pk not in (notice.author_id, by.pk)
        and review.seal == seal_of(notice)
        and can_send_for(reader, notice.unit_path)
    )


def can_review(person: Person, notice: Notice, review: Review) -> bool:
    """Whether `person` may be the second reader: she may send here, and neither wrote it nor asked."""
    return can_send_for(person, notice.unit_path) and person.pk not in (notice.author_id, review.asked_by_id)


def reviews_waiting_for(person: Person, *, most: int) -> list[Review]:
    """Second readings that wait for `person` or somebody like her, oldest first. One query."""
    rows = Review.objects.filter(scope(person, SEND_NOTICES).where("notice__unit_path"), state=ReviewState.ASKED)
    others = rows.filter(notice__state=NoticeState.DRAFT).exclude(Q(asked_by=person) | Q(notice__author=person))
    return list(others.select_related("notice__unit").order_by("pk")[:most])


def reviews_answered_for(person: Person, *, most: int) -> list[Review]:
    """Second readings that `person` asked for and got, of notices that are still drafts, oldest first. One query."""
    rows = Review.objects.filter(scope(person, SEND_NOTICES).where("notice__unit_path"), asked_by=person)
    answered = rows.filter(notice__state=NoticeState.DRAFT).exclude(state=ReviewState.ASKED)
    return list(answered.select_related("notice__unit").order_by("pk")[:most])
