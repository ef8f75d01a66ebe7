"""The burden meter: the minutes asked of every unit in a month by 2,000 rules, against counting unit by unit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone

from braid.contact.models import Audience, Notice
from braid.units import snapshot
from braid.units.models import Unit
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveRule, TimeSaid
from braid.work.queries.burden import Span, Thing, asked_of, minutes_everywhere, month_of, things_in
from braid.work.queries.effects import effect_of
from braid.work.queries.senders import senders_in
from braid.work.spread import Spread

from .report import Line
from .timing import median, say, took, words
from .world import World, analyse

NOTICES = 1_200
DIRECTIVES = 800
SAMPLE = 60
"""Units counted one by one: the time of all is reckoned from these."""
ANSWERS = range(10, 90, 4)
"""Minutes that units said each directive really took."""
MASKS = (0, 0, 0, 1 << 5, 1 << 6, 1 << 5 | 1 << 6, 1 << 4, 1 << 3)


def run(world: World) -> Iterator[Line]:
    world.tree()
    month = month_of(timezone.now())
    _ask(month)
    span, tree = Span.of(month), snapshot.current()
    ours = median(lambda: minutes_everywhere(span))
    things = things_in(span)
    alone = median(lambda: _pass(things, tree))
    yield Line(
        "burden",
        f"minutes of all {len(tree.numbers):,} units by {NOTICES + DIRECTIVES:,} rules, with what units say they take, against each unit by itself",
        words(ours),
        words(_one_by_one(span, tree)),
        _one_by_one(span, tree) / ours,
        "",
        f"each unit by itself: reckoned from {SAMPLE} of them, which agree; of ours the pass alone {words(alone)}",
    )
    root = Unit.objects.get(depth=0)
    rule = DirectiveRule(unit=root, levels=1 << 5 | 1 << 6)
    effect = median(lambda: effect_of([rule], sender=root, minutes=60, at=timezone.now()))
    yield Line("burden", "what a directive to all townships and villages would do", words(effect), "", None)
    asks = median(lambda: senders_in(root, span, most=30))
    yield Line("burden", "who asks most in the whole tree", words(asks), "", None)


def _pass(things: list[Thing], tree: snapshot.Snapshot) -> None:
    spread = Spread(tree)
    for thing in things:
        spread.add(spread.pieces_of(thing.asks), thing.minutes)
    spread.minutes()


_taken: dict[str, float] = {}


def _one_by_one(span: Span, tree: snapshot.Snapshot) -> float:
    """The seconds all units would take; those counted are compared with the pass."""
    if "all" not in _taken:
        chance, everywhere = random.Random(4), minutes_everywhere(span)
        places = [chance.randrange(len(tree.numbers)) for _ in range(SAMPLE)]
        units = [Unit.objects.get(pk=int(tree.numbers[place])) for place in places if tree.shown[place]]
        with took() as taken:
            plain = [sum(each.thing.minutes for each in asked_of(unit, span)) for unit in units]
        assert plain == [int(everywhere[tree.ordinals[unit.pk]]) for unit in units]
        _taken["all"] = taken.seconds / len(units) * len(tree.numbers)
    return _taken["all"]


def _ask(month: date) -> None:
    """A month of notices and directives of units on every level above the lowest, each to a part of its subtree."""
    say("notices and directives of a month")
    chance = random.Random(3)
    at = timezone.make_aware(datetime(month.year, month.month, 1, 10)) + timedelta(minutes=1)
    tops = list(Unit.objects.filter(level__lte=4).order_by("path"))
    weights = [8.0**-unit.depth for unit in tops]
    senders = chance.choices(tops, weights, k=NOTICES + DIRECTIVES)
    Notice.objects.bulk_create(
        Notice(
            unit=unit,
            unit_path=unit.path,
            title="通知",
            body="各单位请注意。" * chance.randrange(10, 200),
            state="sent",
            created_at=at,
            changed_at=at,
            sent_at=at,
        )
        for unit in senders[:NOTICES]
    )
    Directive.objects.bulk_create(
        Directive(
            unit=unit,
            unit_path=unit.path,
            title="任务",
            minutes=chance.randrange(5, 120),
            due_on=month,
            state=DirectiveState.SENT,
            created_at=at,
            changed_at=at,
            sent_at=at,
        )
        for unit in senders[NOTICES:]
    )
    Audience.objects.bulk_create(
        Audience(notice=notice, unit_id=notice.unit_id, levels=chance.choice(MASKS), sent_at=at)
        for notice in Notice.objects.filter(sent_at=at).order_by("pk")
    )
    DirectiveRule.objects.bulk_create(
        DirectiveRule(directive=directive, unit_id=directive.unit_id, levels=chance.choice(MASKS), sent_at=at)
        for directive in Directive.objects.filter(sent_at=at).order_by("pk")
    )
    TimeSaid.objects.bulk_create(
        TimeSaid(directive=directive, minutes=minutes, count=chance.randrange(1, 900), is_folded=True)
        for directive in Directive.objects.filter(sent_at=at).order_by("pk")
        for minutes in ANSWERS
    )
    analyse("contact_notice", "contact_audience", "work_directive", "work_directiverule", "work_timesaid")
