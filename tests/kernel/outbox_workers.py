"""Tasks of the outbox tests, and what the killed processes of `test_outbox_crash` do; see `tests/killing.py`."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from braid.kernel import outbox
from braid.kernel.errors import NotAllowed
from braid.kernel.models import Owed
from braid.kernel.outbox import owe, run_due, task
from braid.people.models import Person

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PIECES = 300
PAUSE = 0.015
"""How long a piece takes at least: all workers together come to fewer than `PIECES` before the last is killed."""


@task
def make_person(name: str, *, at: datetime) -> None:
    """An effect in the database."""
    Person.objects.create(name=name, created_at=at)


@task
def break_down(name: str, *, at: datetime) -> None:
    """An effect that must not stay, and an error."""
    Person.objects.create(name=name, created_at=at)
    raise RuntimeError(f"broke down over {name}")


@task
def refuse(*, at: datetime) -> None:
    raise NotAllowed("no longer yours")


@task
def work_slowly(number: int, *, at: datetime) -> None:
    """Effects in the database and outside, and some time between them, to be killed in."""
    Person.objects.create(name=f"effect {number}", created_at=at)
    _tell("begin", number)
    time.sleep(PAUSE)
    _tell("end", number)


def prepare() -> None:
    for number in range(PIECES):
        owe(work_slowly, number, due=NOW)


def keep_working(number: int) -> None:
    """Do what is due, until killed. Time runs fast: every lease of the processes before has run out."""
    outbox.MOST_ATTEMPTS = 1000  # being killed here is nobody's fault
    while run_due(at=NOW + timedelta(hours=1) * (number + 1), most=5):
        pass


def judge() -> None:
    """Finish the rest undisturbed; then every piece was done once in the database and never by two at the same time."""
    left = Owed.objects.count()
    assert left > 0, "all was done before the last kill"
    global PAUSE
    PAUSE = 0
    outbox.MOST_ATTEMPTS = 1000  # as above: on a slow machine one piece may see many die
    for turn in range(20):
        run_due(at=NOW + timedelta(days=30 + turn))
    assert not Owed.objects.exists()
    effects = Counter(Person.objects.values_list("name", flat=True))
    assert effects == {f"effect {number}": 1 for number in range(PIECES)}
    told = [json.loads(line) for line in _log().read_text().splitlines()]
    assert {number for what, number, _, _ in told if what == "end"} == set(range(PIECES))
    _never_two_at_once(told)
    print("right", len(told))


def _never_two_at_once(told: list[list[object]]) -> None:
    """Between a begin and its end by the same process nobody else ends the same piece."""
    begun: dict[object, object] = {}
    for what, number, process, _ in sorted(told, key=lambda line: str(line[3])):
        if what == "begin":
            begun[number] = process
        else:
            assert begun[number] == process, f"piece {number} was run by two at once"


def _tell(what: str, number: int) -> None:
    line = json.dumps([what, number, os.getpid(), f"{time.monotonic_ns():020}"])
    descriptor = os.open(_log(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line.encode() + b"\n")
    os.close(descriptor)


def _log() -> Path:
    return Path(os.environ["BRAID_VAR"]) / "told"
