"""Goal 4: a notice to a million people, against a row for each; and the inbox that finds it."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench.peer.models import Copy
from braid.contact.actions import NoticeText, draft_notice, send_notice
from braid.contact.actions.freezing import freeze_due
from braid.contact.enums import SEARCH_KIND
from braid.contact.models import Audience, Notice
from braid.contact.queries.inbox import Filters, inbox_for, unread_count_for
from braid.kernel import search
from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.bulk import insert_rows
from braid.people.models import Membership, Person
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .report import Line
from .timing import median, medians, say, took, words
from .world import NOW, TODAY, World, empty, head, settle, tend

READERS = 200
SENT = 200
"""Drafts that are sent, one by one."""
UNSHOWN = 20
"""And those sent without the page before it, as a program does. All together stay below the minutes that a village has in a month."""
SUBJECTS = ("家庭教育", "春蕾计划", "普法宣传")
"""What notices are about: one in five, one in a hundred, and the others."""
Statement = tuple[str, Any]
_FAN_OUT = """
    INSERT INTO peer_copy (person_id, notice_id, sent_at, is_read)
    SELECT DISTINCT person_id, {notice}, {sent_at}, {no} FROM people_membership
    WHERE {path} >= %s AND {path} < %s AND since <= %s AND (until IS NULL OR until > %s) ORDER BY 1
"""
"""Whom the notice means, each once, in the order in which the indexes take them fastest."""
_BARE = """
    INSERT INTO peer_copy (person_id, notice_id, sent_at, is_read)
    SELECT person_id, {notice}, {sent_at}, {no} FROM people_membership LIMIT %s
"""
EARLIER = 10**9
"""The number of a notice that everybody has a copy of already."""


def run(world: World) -> Iterator[Line]:
    people = world.people()
    root, by = Unit.objects.get(depth=0), head()
    settle()
    sending = _sending(root, by, SENT, is_within_budget=True)
    notice = Notice.objects.order_by("-pk")[0].pk
    bare = _written(_BARE, notice, [people])
    empty(Copy)
    settle()
    whom = [root.path, root.path + AFTER_DESCENDANTS, TODAY, TODAY]
    _written(_FAN_OUT, EARLIER, whom)
    settle()
    fan_out = _written(_FAN_OUT, notice, whom)
    target = ">= 1000" if people >= 1_000_000 else ""
    yield Line(
        "4",
        f"send a draft to {people:,} people, against one statement with a row for each of them",
        words(sending),
        words(fan_out),
        fan_out / sending,
        target,
        "rights read anew each time; the peer's inbox holds one earlier notice and has its two indexes",
    )
    yield Line(
        "4",
        "the same, against rows into an empty inbox, no matter whom it means",
        words(sending),
        words(bare),
        bare / sending,
    )
    unshown = _sending(root, by, UNSHOWN, is_within_budget=False)
    yield Line(
        "4",
        "the same, and the burden meter is asked whether it needs a reason",
        words(unshown),
        words(fan_out),
        fan_out / unshown,
        "",
        "what the page before sending does once; above it was done there, as somebody who sends has looked at it",
    )
    with took() as freezing:
        freeze_due(NOW + timedelta(hours=1))
    yield Line(
        "4",
        "the worker's part afterwards: freeze addressed and reached units",
        words(freezing.seconds),
        words(fan_out),
        fan_out / freezing.seconds,
        "",
        "ten notices, one round; in the background",
    )
    yield from _inboxes(world, root, by)


def _sending(root: Unit, by: Person, number: int, *, is_within_budget: bool) -> float:
    """The median seconds of sending a draft that stands, as a request or a job does it: who sends is read anew."""
    drafts = [_draft(root, by).pk for _ in range(number)]
    times = []
    for pk in drafts:
        notice, sender = Notice.objects.select_related("unit").get(pk=pk), Person.objects.get(pk=by.pk)
        with took() as taken:
            send_notice(notice, is_within_budget=is_within_budget, by=sender, at=NOW)
        times.append(taken.seconds)
    return statistics.median(times)


def _send(root: Unit, by: Person) -> Notice:
    return send_notice(_draft(root, by), is_within_budget=True, by=by, at=NOW)


def _draft(root: Unit, by: Person) -> Notice:
    return draft_notice(
        root, NoticeText("To everybody", "Words."), by=by, at=NOW, audience=[Audience(unit=root, is_subtree=True)]
    )


def _written(statement: str, notice: int, values: list[object]) -> float:
    """How long one INSERT .. SELECT takes, in the form that is the fastest of several on this database."""
    say("fan-out on write")
    is_sqlite = connection.vendor == "sqlite"
    sql = statement.format(
        notice="%s",
        sent_at="%s" if is_sqlite else "%s::timestamptz",
        no="0" if is_sqlite else "false",
        path="+unit_path" if is_sqlite else "unit_path",  # else SQLite goes by the index on paths, in no good order
    )
    with took() as taken, connection.cursor() as cursor:
        cursor.execute(sql, [notice, NOW, *values])
    return taken.seconds


def _inboxes(world: World, root: Unit, by: Person) -> Iterator[Line]:
    """The first page of the inbox among many notices, and the same page from a table of copies."""
    count = world.scale.notices
    say(f"{count:,} notices")
    chance = random.Random(4)
    readers = list(Membership.objects.exclude(person=by).order_by("pk").select_related("unit", "person")[:READERS])
    upper = list(Unit.objects.filter(level__lte=3).order_by("path"))
    lines = [number for reader in readers for number in numbers_of(reader.unit_path)]
    near = list(Unit.objects.filter(pk__in=set(lines)).order_by("path"))
    template = _send(root, by)
    anchors = [chance.choice(near if chance.random() < 0.5 else upper) for _ in range(count)]
    notices = _clones(template, anchors)
    copies = [
        (reader.person_id, notice.pk, notice.sent_at, False)
        for reader in readers
        for notice, anchor in zip(notices, anchors, strict=True)
        if reader.unit_path.startswith(anchor.path)
    ]
    insert_rows(Copy, ["person_id", "notice_id", "sent_at", "is_read"], copies)
    tend("contact_notice", "contact_audience", "peer_copy")
    later = NOW + timedelta(hours=1)
    found = _statements(readers, later)
    of_copies = _statements_of_copies(readers)
    ours, peer = medians(lambda: _read(chance.choice(found)), lambda: _read(chance.choice(of_copies)))
    yield Line(
        "4",
        f"inbox among {count:,} notices, against one filled on write: the statement that finds them",
        words(ours),
        words(peer),
        ours / peer,
        "<= 2",
    )
    whole = median(lambda: inbox_for(chance.choice(readers).person, at=later), least=50)
    plain = median(lambda: _inbox_of_copies(chance.choice(readers).person_id), least=50)
    note = "ours also reads her memberships and what she has said; the peer keeps neither"
    yield Line("4", "the whole inbox page, through the ORM", words(whole), words(plain), whole / plain, "", note)
    whole = median(lambda: unread_count_for(chance.choice(readers).person, at=later), least=50)
    plain = median(lambda: _unread_copies(chance.choice(readers).person_id), least=50)
    yield Line("4", "how many are unread, through the ORM", words(whole), words(plain), whole / plain, "", note)
    for subject in SUBJECTS[:2]:
        yield _searched(subject, readers, chance, later)


def _searched(subject: str, readers: list[Membership], chance: random.Random, at: datetime) -> Line:
    """The whole page of a search for what some of the notices are about."""
    asked = Filters(text=subject)
    whole = median(lambda: inbox_for(chance.choice(readers).person, at=at, filters=asked), least=50)
    plain = median(lambda: _inbox_of_copies(chance.choice(readers).person_id, subject), least=50)
    what = f"the whole page of a search for {subject} among them"
    return Line("4", what, words(whole), words(plain), whole / plain, "", "the peer looks at each title with LIKE")


def _statements(readers: list[Membership], at: datetime) -> list[Statement]:
    """The statements by which the product finds the newest notices of these readers."""
    asked = (_asked_by(lambda reader=reader: inbox_for(reader.person, at=at)) for reader in readers)
    return [
        max((each for each in of_one if "contact_audience" in each[0]), key=lambda each: len(each[0]))
        for of_one in asked
    ]


def _statements_of_copies(readers: list[Membership]) -> list[Statement]:
    """The same for the inbox of copies."""
    newest = Copy.objects.order_by("-sent_at", "-pk").values_list("sent_at", "notice_id")
    return [_asked_by(lambda reader=reader: list(newest.filter(person=reader.person_id)[:26]))[0] for reader in readers]


def _asked_by(call: Callable[[], object]) -> list[Statement]:
    """The statements of `call` as they go to the driver: texts that recur, and their values."""
    asked: list[Statement] = []

    def keep(execute: Callable[..., object], sql: str, values: Any, many: bool, context: dict[str, Any]) -> object:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        call()
    return asked


def _read(statement: Statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        cursor.fetchall()


def _clones(template: Notice, anchors: list[Unit]) -> list[Notice]:
    """Notices like the one that was sent, from other units, over the last 100 days."""
    notices, rules = [], list(template.audience.all())
    for place, anchor in enumerate(anchors):
        clone = Notice.objects.get(pk=template.pk) if place == 0 else notices[0].__class__(**_values(template))
        clone.pk, clone.unit, clone.unit_path = None, anchor, anchor.path
        clone.title = f"{SUBJECTS[1] if place % 100 == 50 else SUBJECTS[0] if place % 5 == 0 else SUBJECTS[2]} {place}"
        clone.sent_at = NOW - timedelta(minutes=place * 14 + 1)
        notices.append(clone)
    Notice.objects.bulk_create(notices, batch_size=1000)
    made = []
    for notice in notices:
        values = {
            field.attname: getattr(rules[0], field.attname)
            for field in Audience._meta.concrete_fields
            if not field.primary_key
        }
        made.append(Audience(**values | {"notice_id": notice.pk, "unit_id": notice.unit_id, "sent_at": notice.sent_at}))
    Audience.objects.bulk_create(made, batch_size=1000)
    with transaction.atomic():
        for notice in notices:
            search.index(SEARCH_KIND, notice.pk, notice.all_words)
    return notices


def _values(notice: Notice) -> dict[str, object]:
    return {
        field.attname: getattr(notice, field.attname) for field in Notice._meta.concrete_fields if not field.primary_key
    }


def _inbox_of_copies(person: int, subject: str = "") -> list[Copy]:
    rows = Copy.objects.filter(person=person).select_related("notice__unit")
    rows = rows.filter(notice__title__contains=subject) if subject else rows
    return list(rows.order_by("-sent_at", "-pk")[:26])


def _unread_copies(person: int) -> int:
    return Copy.objects.filter(person=person, is_read=False).count()
