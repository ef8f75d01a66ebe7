"""The demo's Homes and notices, written through the same actions as any officer's, and who saw the great one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from braid.contact.actions import FactOf, NoticeText, draft_notice, fold_spool, record_facts, send_notice
from braid.contact.enums import UNDO_WINDOW, Fact
from braid.contact.models import Audience, Notice
from braid.home.actions.texts import change_home_text
from braid.kernel import delivery, outbox, worker
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.models import Unit

from .people import FILLED_LEVELS, is_chinese
from .stages import Stage, in_slices
from .texts import Said, Texts, texts_for

SEEN = (1.0, 1.0, 0.98, 0.94, 0.86, 0.63)
"""The share of people with an account who open the great notice, by level from the top; the last holds for all below."""
ACKNOWLEDGED = (1.0, 1.0, 0.95, 0.9, 0.81, 0.72)
"""Of those, the share who acknowledge it."""
SLICE = 25_000
COUNTRIES = {"cn": "zh-CN", "us": "en-US", "fr": "en-EU"}
"""Whose help numbers a tree's Homes show; a tree from a file shows none until its top chooses."""
AGO = timedelta(hours=6)
"""How long ago the great notice was sent."""


def fill_homes(stage: Stage, *, source: str, line: list[int], at: datetime) -> None:
    """Let the upper units and those of the demo's line say something of themselves; the others inherit it.

    The top says which country's help numbers stand on all Homes: `source` is the tree's name.
    """
    said = texts_for(chinese=is_chinese())
    upper = Unit.objects.shown().filter(level__lte=FILLED_LEVELS) | Unit.objects.filter(pk__in=line)
    units = list(upper.order_by("path"))

    def write(start: int, end: int) -> None:
        for unit in units[start:end]:
            values = {"about": said.about.format(unit=unit.name), "hours": said.hours}
            if unit.depth == 0:
                values["country"] = COUNTRIES.get(source, "")
            change_home_text(unit, values, by=OPERATOR, at=at)

    in_slices(stage, len(units), 100, write)


def send_past_notices(stage: Stage, *, line: list[int], at: datetime) -> None:
    """Notices of the last weeks, public ones on every Home, and a few drafts."""
    said = texts_for(chinese=is_chinese())
    with transaction.atomic():
        sent = [_send(*one, at=at - timedelta(days=40 - 3 * place % 37)) for place, one in enumerate(_past(said, line))]
        root = Unit.objects.get(depth=0)
        for draft in said.drafts:
            draft_notice(root, _text(draft), by=head_of(root), at=at, audience=[_to_all(root)])
        stage.remember(sent=len(sent))
    stage.shows(len(sent), len(sent))


def _past(said: Texts, line: list[int]) -> Iterator[tuple[Unit, Said]]:
    root = Unit.objects.get(depth=0)
    for one in said.national:
        yield root, one
    for unit in Unit.objects.shown().filter(parent=root).order_by("path")[:40]:
        yield unit, said.regional
    for unit in Unit.objects.shown().filter(pk__in=line[2:]).order_by("path"):
        yield unit, said.local


def _text(said: Said, **other: Any) -> NoticeText:
    return NoticeText(**{**asdict(said), **other})


def _send(unit: Unit, said: Said, *, at: datetime) -> Notice:
    text = _text(said, title=said.title.format(unit=unit.name), is_public=True)
    by = head_of(unit)
    notice = draft_notice(unit, text, by=by, at=at, audience=[_to_all(unit)])
    return send_notice(notice, by=by, at=at)


def send_great_notice(stage: Stage, *, at: datetime) -> None:
    """One notice from the top to every unit, and what is owed when it goes out."""
    root = Unit.objects.get(depth=0)
    said = texts_for(chinese=is_chinese()).call
    with transaction.atomic():
        by = head_of(root)
        text = _text(said, asks_acknowledgement=True)
        notice = draft_notice(root, text, by=by, at=at - AGO, audience=[_to_all(root)])
        send_notice(notice, by=by, at=at - AGO)
        stage.remember(notice=notice.pk)
    stage.shows(1, 1)


def let_it_be_seen(stage: Stage, *, notice: int, at: datetime) -> None:
    """A realistic share opens and acknowledges the great notice, through the action that takes in the web's receipts."""
    last = Membership.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    sent_at = at - AGO + UNDO_WINDOW

    def write(start: int, end: int) -> None:
        people = Membership.objects.filter(pk__gt=start, pk__lte=end, person__account__isnull=False)
        facts = [
            FactOf(person, notice, unit, fact, sent_at + timedelta(seconds=person * 7_919 % int(AGO.total_seconds())))
            for person, unit, level in people.values_list("person_id", "unit_id", "unit__level").iterator()
            for fact in facts_of(person, level)
        ]
        record_facts(facts, at=at)

    in_slices(stage, last, SLICE, write)


def facts_of(person: int, level: int) -> tuple[Fact, ...]:
    """What `person` of a unit on `level` does with the great notice: the same in every run."""
    place = min(level, len(SEEN)) - 1
    if (person * 48_271 + 11) % 65_521 >= SEEN[place] * 65_521:
        return ()
    if (person * 69_621 + 7) % 65_519 >= ACKNOWLEDGED[place] * 65_519:
        return (Fact.SEEN,)
    return Fact.SEEN, Fact.ACKNOWLEDGED


def do_the_rounds(stage: Stage, *, at: datetime) -> None:
    """What a worker does, until nothing is left to do: announce, freeze audiences, tell people, fold the journal.

    Receipts first: so who is told does not depend on where an earlier run was killed.
    """
    while fold_spool(at):
        pass
    catch_up(at, shows=lambda done: stage.shows(done, done))


def catch_up(at: datetime, *, shows: Callable[[int], None] = lambda done: None) -> None:
    """Do all that is due at `at`, also what a killed run had begun; `shows` is told how much has been done so far."""
    outbox.free_leases()
    delivery.free_taken(at)
    done = 0
    while did := sum(_all_of(each, at) for each in worker.rounds):
        done += did
        shows(done)


def _all_of(each: worker.Round, at: datetime) -> int:
    """Call a round until it finds nothing to do; returns how much it did."""
    done = 0
    while did := each(at):
        done += did
    return done


def head_of(unit: Unit) -> Person:
    """The head of `unit`."""
    return Person.objects.get(memberships__unit=unit, memberships__office=Office.HEAD, memberships__until=None)


def _to_all(unit: Unit) -> Audience:
    return Audience(unit=unit, is_subtree=True)
