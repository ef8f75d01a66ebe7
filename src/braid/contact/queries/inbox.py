"""Inboxes: which notices address somebody, newest first. Nothing was written for her when they were sent.

For each unit that a rule meaning her can hang from (the few above each of her seats) the index on rules gives the newest
ones in order; the page is the newest of all those. So a page costs the same for a village of a hundred notices and for one
of ten thousand, and a unit that moved keeps what it was sent and gains nothing old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from braid.contact.enums import SEARCH_KIND, Fact, NoticeState, Show
from braid.contact.models import Notice, Receipt
from braid.kernel import search
from braid.kernel.keyset import bad_cursor, cursor_of, values_of
from braid.people.middleware import reader_of
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .seats import ALWAYS, FOR_EVER, Seat, public_seat, seats_of

ORDER = ("sent_at", "pk")
MOST_COUNTED = 100
"""Unread notices are counted up to here: beyond, "99+" says enough."""

Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see of her inbox: `from_level` is the level of the sending unit, `text` is searched for."""

    show: Show = Show.ALL
    from_level: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Letter:
    """A notice as it lies in somebody's inbox, with what her own receipts say."""

    notice: Notice
    facts: frozenset[int]
    is_from_before: bool = False
    """Sent before she came to the unit: she can read it, but it does not wait for her."""

    @property
    def is_unread(self) -> bool:
        return self._waits(Fact.SEEN, asked=True)

    @property
    def waits_for_acknowledgement(self) -> bool:
        return self._waits(Fact.ACKNOWLEDGED, asked=self.notice.asks_acknowledgement)

    @property
    def waits_for_done(self) -> bool:
        return self._waits(Fact.DONE, asked=self.notice.asks_done)

    def _waits(self, fact: Fact, *, asked: bool) -> bool:
        is_open = self.notice.state == NoticeState.SENT and not self.is_from_before
        return asked and is_open and fact not in self.facts


class Headline(NamedTuple):
    """A public notice before its words are read: which, as of which version, by which unit and how that is shown."""

    notice: int
    version: int
    unit: int
    unit_version: int


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox and the cursor of the next one, empty when this is the last."""

    rows: list[Letter]
    next_cursor: str


EVERYTHING = Filters()


def inbox_for(
    person: Person, *, at: datetime, filters: Filters = EVERYTHING, cursor: str = "", size: int = 25
) -> InboxPage:
    """A page of the notices that address `person` at `at`, newest first. Five queries, six when
    some were sent before she came to one of her units. `BadInput` for a damaged cursor."""
    seats = seats_of(person, on=timezone.localdate(at))
    found = _newest(
        seats,
        at=at,
        size=size + 1,
        where=_where(person, filters),
        after=cursor,
        since_joined=filters.show != Show.ALL,
    )
    letters = _letters(person, found[:size])
    if filters.show == Show.ALL:
        letters = _marked(letters, seats, at)
    more = len(found) > size and letters
    return InboxPage(letters, cursor_of(letters[-1].notice, ORDER) if more else "")


def unread_count_for(person: Person, *, at: datetime) -> int:
    """How many notices wait unread for `person`, counted up to `MOST_COUNTED`. Three queries."""
    seats = seats_of(person, on=timezone.localdate(at))
    where = _where(person, Filters(Show.UNREAD))
    return len(_newest(seats, at=at, size=MOST_COUNTED, where=where, since_joined=True))


def unread_of(request: HttpRequest) -> int:
    """How many notices wait unread for whoever is signed in: the number beside Notices in the navigation."""
    person = reader_of(request)
    return unread_count_for(person, at=timezone.now()) if person else 0


def notices_waiting_for(person: Person, *, at: datetime, most: int) -> list[Letter]:
    """At most `most` notices that ask `person` for something she has not said yet, newest first."""
    return inbox_for(person, at=at, filters=Filters(Show.WAITING), size=most).rows


def public_headlines(unit: Unit, *, at: datetime, most: int) -> list[Headline]:
    """At most `most` public notices that address `unit`, its own and those of the units above, newest first.

    Two queries, by hand as every Home asks them: composing them would take longer than the database does.
    """
    only_public: Sql = ("a.is_public", [])
    pks = _newest([public_seat(unit)], at=at, size=most, where=[only_public])
    if not pks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.id, n.version, u.number, u.page_version FROM contact_notice n"  # noqa: S608 (marks)
            f" JOIN units_unit u ON u.number = n.unit_id WHERE n.id IN ({','.join(['%s'] * len(pks))})",
            pks,
        )
        found = {row[0]: Headline(*row) for row in cursor.fetchall()}
    return [found[pk] for pk in pks]


def notices_behind(headlines: Iterable[Headline]) -> list[Notice]:
    """The notices behind `headlines`, in their order, with their units."""
    return _notices([headline.notice for headline in headlines])


def _letters(person: Person, pks: list[int]) -> list[Letter]:
    said: dict[int, set[int]] = defaultdict(set)
    for notice, fact in Receipt.objects.filter(person=person, notice__in=pks).values_list("notice_id", "fact"):
        said[notice].add(fact)
    return [Letter(notice, frozenset(said[notice.pk])) for notice in _notices(pks)]


def _marked(letters: list[Letter], seats: list[Seat], at: datetime) -> list[Letter]:
    """`letters`, those marked that were sent before she came to the unit they mean."""
    joined = max((seat.joined for seat in seats), default=ALWAYS)
    old = [letter.notice.pk for letter in letters if letter.notice.sent_at and letter.notice.sent_at < joined]
    if not old:
        return letters
    among: Sql = (f"a.notice_id IN ({','.join(map(str, old))})", [])
    waiting = set(_newest(seats, at=at, size=len(old), where=[among], since_joined=True))
    return [replace(each, is_from_before=each.notice.pk in old and each.notice.pk not in waiting) for each in letters]


def _notices(pks: list[int]) -> list[Notice]:
    """The notices with these numbers, in this order, with their units."""
    rows = Notice.objects.select_related("unit").in_bulk(pks)
    return [rows[pk] for pk in pks]


def _newest(
    seats: Iterable[Seat],
    *,
    at: datetime,
    size: int,
    where: list[Sql],
    after: str = "",
    since_joined: bool = False,
) -> list[int]:
    """The numbers of the newest `size` notices that mean one of `seats`, out at `at`, beyond the cursor `after`."""
    anchors = _anchors(seats, since_joined=since_joined)
    if not anchors:
        return []
    gather = _merged if connection.vendor == "sqlite" else _gathered
    sql, values = gather(anchors, [_until(at, after), *where], size)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY 1 DESC, 2 DESC LIMIT {size}", values)
        return [pk for _, pk in cursor.fetchall()]


def _anchors(seats: Iterable[Seat], *, since_joined: bool) -> dict[int, list[Sql]]:
    """For every unit a rule can hang from: which of the rules there mean one of `seats`."""
    anchors: dict[int, list[Sql]] = defaultdict(list)
    for seat in seats:
        since = max(seat.since, seat.joined) if since_joined else seat.since
        if since < seat.until:
            for anchor in numbers_of(seat.path):
                anchors[anchor].append(_means(seat, since))
    return anchors


def _means(seat: Seat, since: datetime) -> Sql:
    """The condition that a rule which hangs at or above `seat` means it: `seats.addresses` in SQL.

    CASE, not OR: with each OR PostgreSQL wonders for longer than it reads whether an index could serve one side of it.
    """
    masks = {"levels": 1 << seat.level, "kinds": 1 << seat.kind, "offices": seat.offices}
    parts = [f"CASE a.{name} WHEN 0 THEN true ELSE a.{name} & {mask} <> 0 END" for name, mask in masks.items()]
    below = "a.is_subtree AND a.kinds <> 0" if seat.kind == UnitKind.GROUP else "a.is_subtree"
    parts.append(f"({below} OR a.unit_id = {seat.unit})")
    values = []
    if since != ALWAYS:
        parts.append("a.sent_at >= %s")
        values.append(_moment(since))
    if seat.until != FOR_EVER:
        parts.append("a.sent_at < %s")
        values.append(_moment(seat.until))
    return " AND ".join(parts), values


def _merged(anchors: dict[int, list[Sql]], common: list[Sql], size: int) -> Sql:
    """For SQLite, which merges the anchors in the order of the index, row by row, and stops when it has enough."""
    branches = [_branch("%s", meant, common) for _, meant in sorted(anchors.items())]
    values = [value for anchor, (_, own) in zip(sorted(anchors), branches, strict=True) for value in (anchor, *own)]
    return " UNION ".join(sql for sql, _ in branches), values


def _gathered(anchors: dict[int, list[Sql]], common: list[Sql], size: int) -> Sql:
    """For PostgreSQL, which would read each anchor to its end, and is told where to stop.

    Anchors where the same is meant share one branch: to plan one for each would take longer than to read them.
    """
    alike: dict[object, list[int]] = defaultdict(list)
    for anchor, meant in sorted(anchors.items()):
        alike[tuple((sql, *values) for sql, values in meant)].append(anchor)
    parts, values = [], []
    for numbers in alike.values():
        branch, own = _branch("anchor", anchors[numbers[0]], common)
        newest = f"{branch} ORDER BY a.sent_at DESC, a.notice_id DESC LIMIT {size}"
        array = "{" + ",".join(map(str, numbers)) + "}"
        parts.append(f"SELECT DISTINCT b.* FROM unnest('{array}'::bigint[]) AS anchor, LATERAL ({newest}) AS b")  # noqa: S608
        values += own
    return " UNION ".join(parts), values


def _branch(anchor: str, meant: list[Sql], common: list[Sql]) -> Sql:
    """The notices by the rules that hang from `anchor`; all it reads of a rule stands in the index."""
    means = " OR ".join(sql for sql, _ in meant)
    conditions = " AND ".join([f"a.unit_id = {anchor}", f"({means})", *(sql for sql, _ in common)])
    sql = (
        "SELECT DISTINCT a.sent_at, a.notice_id FROM contact_audience a"  # noqa: S608 (own names and numbers)
        f" WHERE {conditions}"
    )
    return sql, [value for _, values in [*meant, *common] for value in values]


def _until(at: datetime, after: str) -> Sql:
    """Out at `at`, and beyond the cursor; with the redundant bound that lets the index serve it."""
    if not after:
        return "a.sent_at <= %s", [_moment(at)]
    sent_at, pk = _place(after)
    last = _moment(min(sent_at, at))
    return "a.sent_at <= %s AND (a.sent_at < %s OR a.notice_id < %s)", [last, last, pk]


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        sent_at, pk = values_of(cursor, len(ORDER))
        return datetime.fromisoformat(sent_at).astimezone(UTC), int(pk)
    except (TypeError, ValueError, OverflowError) as error:
        raise bad_cursor() from error


def _where(person: Person, filters: Filters) -> list[Sql]:
    """What `filters` ask of a rule's notice."""
    found: list[Sql] = []
    if filters.show != Show.ALL:
        condition = _SHOWN[filters.show]
        found.append((f"{_NOTICE} AND n.state = 'sent' AND ({condition}))", [person.pk] * condition.count("%s")))
    if filters.from_level:
        level = "EXISTS (SELECT 1 FROM units_unit u WHERE u.number = n.unit_id AND u.level = %s)"
        found.append((f"{_NOTICE} AND {level})", [filters.from_level]))
    if filters.text.strip():
        matching = search.keys_matching(SEARCH_KIND, filters.text)
        found.append((f"a.notice_id IN ({matching[0]})", list(matching[1])) if matching else ("1 = 0", []))
    return found


def _not_said(fact: Fact) -> str:
    """NOT IN, read once: as NOT EXISTS PostgreSQL, which thinks everybody reads little, goes through all she has read per row."""
    return (
        "a.notice_id NOT IN (SELECT r.notice_id FROM contact_receipt r"  # noqa: S608 (own names and numbers)
        f" WHERE r.person_id = %s AND r.fact = {fact.value})"
    )


_NOTICE = "EXISTS (SELECT 1 FROM contact_notice n WHERE n.id = a.notice_id"
_UNREAD = _not_said(Fact.SEEN)
_ACKNOWLEDGE = f"n.asks_acknowledgement AND {_not_said(Fact.ACKNOWLEDGED)}"
_DO = f"n.asks_done AND {_not_said(Fact.DONE)}"
_SHOWN = {
    Show.UNREAD: _UNREAD,
    Show.ACKNOWLEDGE: _ACKNOWLEDGE,
    Show.DO: _DO,
    Show.WAITING: f"({_ACKNOWLEDGE}) OR ({_DO})",
}
"""What keeps a notice of each kind; each `%s` is the person."""


def _moment(value: datetime) -> str:
    """A moment as plain SQL takes it: text, which the driver of PostgreSQL need not think about."""
    return str(connection.ops.adapt_datetimefield_value(value))
