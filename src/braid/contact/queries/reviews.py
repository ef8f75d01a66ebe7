"""Second readings: whether a notice needs one, whether it has one, and those that wait for somebody."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Min, Q, QuerySet

from braid.contact.enums import NoticeState, ReviewState, SeriesState
from braid.contact.models import Attachment, Audience, Notice, Review, ReviewRule, Series
from braid.contact.models.audience import RULE
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
    return seals_of([notice])[notice.pk]


def seals_of(drafts: Sequence[Notice]) -> dict[int, str]:
    """The seal of each of `drafts`, by number. Three queries; none without drafts."""
    if not drafts:
        return {}
    numbers = [draft.pk for draft in drafts]
    meant = _by_draft(Audience.objects.filter(notice__in=numbers).order_by(*RULE), "notice", RULE)
    files = _by_draft(
        Attachment.objects.filter(notice__in=numbers, removed_in=None).order_by("pk"),
        "notice",
        ("file__digest", "description"),
    )
    repeats = _by_draft(Series.objects.filter(draft__in=numbers).order_by("pk"), "draft", _REPEATED)
    seals = {}
    for draft in drafts:
        words = [str(getattr(draft, name)) for name in _SEALED] + [json.dumps(draft.translations, sort_keys=True)]
        words += [str(value) for said in repeats[draft.pk][:1] for value in said]
        whole = json.dumps([words, meant[draft.pk], files[draft.pk]])
        seals[draft.pk] = hashlib.sha256(whole.encode()).hexdigest()
    return seals


def _by_draft(rows: QuerySet[Any], draft: str, names: Sequence[str]) -> dict[int, list[tuple[Any, ...]]]:
    """What `rows` say in `names`, by the number of their draft."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for number, *said in rows.values_list(draft, *names):
        found[number].append(tuple(said))
    return found


_REPEATED = ("every", "first_on", "last_on", "weekdays", "day", "time", "zone")
"""To how a notice repeats, the second reader agrees too."""
_SEALED = (
    *("language", "title", "body", "is_public", "asks_acknowledgement", "asks_done", "due_on", "remind_after_days"),
    "over_budget_why",
)


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


LOOKED_AT = 100
"""Second readings of which it is looked up whether their drafts were changed since."""


def reviews_waiting_for(person: Person, *, most: int) -> list[Review]:
    """Second readings that wait for `person` or somebody like her, oldest first; not of drafts that were changed since somebody
    asked, for these she cannot agree to. Four queries."""
    rows = Review.objects.filter(scope(person, SEND_NOTICES).where("notice__unit_path"), state=ReviewState.ASKED)
    others = rows.filter(notice__state=NoticeState.DRAFT).exclude(Q(asked_by=person) | Q(notice__author=person))
    found = list(others.select_related("notice__unit").order_by("pk")[:LOOKED_AT])
    seals = seals_of([review.notice for review in found])
    return [review for review in found if review.seal == seals[review.notice_id]][:most]


def reviews_answered_for(person: Person, *, most: int) -> list[tuple[Review, bool]]:
    """Second readings that `person` asked for and got, of notices that are still drafts, and those she has to ask for again:
    each with whether its draft was changed since. Oldest first. Four queries."""
    rows = Review.objects.filter(scope(person, SEND_NOTICES).where("notice__unit_path"), asked_by=person)
    found = list(rows.filter(notice__state=NoticeState.DRAFT).select_related("notice__unit").order_by("pk")[:LOOKED_AT])
    seals = seals_of([review.notice for review in found])
    told = [(review, review.seal != seals[review.notice_id]) for review in found]
    said = [(review, is_changed) for review, is_changed in told if is_changed or review.state != ReviewState.ASKED]
    return said[:most]
