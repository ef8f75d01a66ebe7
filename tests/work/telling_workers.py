"""What the killed processes of `test_tellings_crash` do; see `tests/killing.py`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from braid.kernel.models import Delivery
from braid.people.actions import choose_channel
from braid.people.enums import Office
from braid.units.models import Unit
from braid.work.actions import begin_tellings, go_on_telling, tellings
from braid.work.enums import DIRECTIVE, DIRECTIVE_LATE, DIRECTIVE_REMINDER
from braid.work.models import Escalation, Telling
from tests import factories
from tests.factories.directives import DUE, SENT

SHAPE = {"n": {f"c{c}": {f"t{c}{t}": {f"v{c}{t}{v}": {} for v in range(3)} for t in range(3)} for c in range(5)}}
UNITS = 1 + 5 * (1 + 3 * (1 + 3))
MOMENTS = (SENT, *(datetime.combine(DUE, SENT.timetz()) + timedelta(days=days) for days in (1, 3)))
"""It comes; the late are reminded; who is above them is told."""


def prepare() -> None:
    """A tree of 66 units; each has a head who wants to be told, and a directive asks them all."""
    units = factories.tree(SHAPE)
    for name, unit in units.items():
        head = factories.member(unit, Office.HEAD, who=factories.person(name, email=f"{name}@example.org"))
        choose_channel(head, channel="email", by=head, at=SENT)
    factories.directive(units["n"])


def work(number: int) -> None:
    """Until killed: the rounds of a worker, a few units at a time."""
    tellings.SLICE, tellings.LOOKED_AT = 1 + number % 3, 7
    while True:
        _rounds()


def judge() -> None:
    """Whatever is left is done; then each head was told of each thing exactly once, and each unit with late ones below it too."""
    left = Telling.objects.filter(finished_at=None).count()
    while _rounds():
        pass
    told = Counter(Delivery.objects.values_list("kind", "thing", "person_number"))
    assert set(told.values()) == {1}, told
    by_kind = Counter(kind for kind, _thing, _person in told)
    inner = Unit.objects.filter(children__isnull=False).distinct().count()
    assert Escalation.objects.count() == inner
    assert by_kind == {DIRECTIVE: UNITS, DIRECTIVE_REMINDER: UNITS, DIRECTIVE_LATE: inner}, by_kind
    print("right", len(told), "told;", left, "tellings were left")


def _rounds() -> int:
    return sum(begin_tellings(at) + go_on_telling(at) for at in MOMENTS)
