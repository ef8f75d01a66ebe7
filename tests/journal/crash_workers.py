"""What the killed processes of `test_crash` do; see `tests/killing.py`."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from braid.journal import queries
from braid.journal.actions import fold, tallies
from braid.journal.models import Entry, Pending, Tally
from braid.kernel.ledger import Happened, Strand, record_all
from braid.units.models import Unit
from braid.units.paths import numbers_of
from tests.factories import tree

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KINDS = ("notice.seen", "help.asked", "member.joined")


def prepare() -> None:
    """A small tree and 20,000 things that happened in it."""
    tree({f"p{p}": {f"c{p}{c}": {f"v{p}{c}{v}": {} for v in range(9)} for c in range(6)} for p in range(1)})
    for number in range(4):
        _record(5_000, random.Random(number))


def keep_folding(number: int) -> None:
    """Fold in small slices, or record as much again, until killed."""
    chance = random.Random(number)
    while True:
        tallies._pace.rows = 60
        rows = chance.randrange(1, 400)
        if chance.random() < 0.5:
            _record(rows, chance)
        else:
            fold(most=rows)


def _record(count: int, chance: random.Random) -> None:
    numbers = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    at = NOW - timedelta(days=chance.randrange(5))
    record_all(
        [
            Happened(chance.choice(numbers), Strand.WORK, chance.choice(KINDS), chance.randrange(-3, 9))
            for _ in range(count)
        ],
        at=at,
    )


def judge() -> None:
    """Compare tallies and the rest with a plain recount of the entries, half folded and folded to the end."""
    pending = Pending.objects.count()
    assert pending > 1_000, "nothing was left to fold, so the kills proved nothing"
    assert Tally.objects.exists(), "nothing was folded"
    assert Entry.objects.count() > 20_000, "nothing was recorded under way"
    assert not queries.wrong_tallies()
    _compare()
    fold(most=pending // 3)
    _compare()
    print("right", pending)


def _compare() -> None:
    counted: Counter[tuple[int, str]] = Counter()
    for path, kind, amount in Entry.objects.values_list("unit_path", "kind", "amount").iterator():
        for number in numbers_of(path):
            counted[number, kind] += amount
    for unit in Unit.objects.order_by("pk"):
        for kind in KINDS:
            assert queries.total(unit, kind) == counted[unit.pk, kind], (unit, kind)
