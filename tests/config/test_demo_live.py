"""Reports that come in while somebody looks at a large demo: the worker files them a few at a time, then the approvals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from braid.config.demo import live, votes, work
from braid.config.models import DemoStage
from braid.contact.models import Ballot
from braid.journal.models import Entry
from braid.people.enums import Office
from braid.units.models import Unit
from braid.work.models import Approval, Period, Report
from braid.work.queries.recounts import wrong_totals
from tests.factories import member, tree

pytestmark = pytest.mark.django_db


class Remembered(dict[str, Any]):
    """A stage without a row."""

    def __missing__(self, name: str) -> None:
        return None

    def remember(self, **details: Any) -> None:
        self.update(details)

    def shows(self, done: int, total: int | None = None, step: str = "") -> None:
        """Nobody looks."""


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"n": {"p": {"c": {"t": {f"v{n}": {} for n in range(7)}}}}})


def test_the_worker_files_a_few_at_a_time_and_goes_on_after_a_break(
    units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.now()
    member(units["n"], Office.HEAD)
    DemoStage.objects.create(name="began", done_at=at)
    stage = Remembered()
    work.send_the_directive(stage, at=at)
    line = [units[name].pk for name in ("n", "p", "c", "t", "v0")]
    monkeypatch.setattr(work, "FEW", 4)
    assert not live.goes_on()
    assert live.go_on(at) == 0
    live.begin(line=line, directive=stage["directive"])
    live.begin(line=line, directive=stage["directive"])
    assert live.goes_on()
    counts = []
    while live.go_on(at):
        counts.append(Report.objects.count())
        assert len(counts) < 20
    asked = [unit.pk for unit in units.values() if unit.pk % work.LATE]
    assert counts[0] < counts[1] < len(asked)
    assert counts[-1] == Report.objects.count() == len(asked)
    assert not live.goes_on()
    period = Period.objects.get()
    assert Approval.objects.filter(period=period).exists()
    assert not wrong_totals()
    assert period.due_on < timezone.localdate(at + timedelta(days=1))


class Killed(Exception):
    """The run ended here."""


class Mortal(Remembered):
    """Its run is killed once, at the end of the transaction whose turn it is."""

    def __init__(self, turn: int) -> None:
        self.turns = turn

    def remember(self, **details: Any) -> None:
        self.turns -= 1
        if self.turns == 0:
            raise Killed
        super().remember(**details)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_votes_go_on_wherever_a_run_was_killed(units: dict[str, Unit], turn: int) -> None:
    at, line = timezone.now(), [units[name].pk for name in ("n", "p", "c", "t", "v0")]
    for _ in range(12):
        member(units["v0"], since=date(2020, 1, 1))
    stage = Mortal(turn)
    with pytest.raises(Killed):
        votes.hold_votes(stage, line=line, at=at)
    votes.hold_votes(stage, line=line, at=at)
    votes.hold_votes(stage, line=line, at=at)
    assert Ballot.objects.count() == Entry.objects.filter(kind="ballot.begun").count() == 2
    assert Ballot.objects.get(pk=stage["ballot"]).counted_at
    assert Entry.objects.filter(kind="ballot.decided").count() == 1
