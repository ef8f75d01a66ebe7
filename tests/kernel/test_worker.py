"""The worker's loop: every round, again and again, whatever one of them does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from braid.kernel import housekeeping, worker
from tests.killing import ROOT, scratch

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that moves by `step` each time it is read, and stops the worker after `turns` readings."""

    def __init__(self, readings: int, step: timedelta) -> None:
        self.readings, self.step, self.stop = readings, step, threading.Event()
        self.now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += self.step
        self.readings -= 1
        if self.readings <= 0:
            self.stop.set()
        return self.now


@pytest.fixture(autouse=True)
def no_other_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "rounds", [])
    monkeypatch.setattr(worker, "sweeps", [])
    monkeypatch.setattr("django.db.connection.close", lambda: None)  # the test's transaction lives on it


def run(*, readings: int, step: float) -> None:
    clock = Clock(readings, timedelta(seconds=step))
    worker.work(clock.stop, clock=clock, idle=0)


def test_rounds_are_called_with_the_time_over_and_over() -> None:
    calls: list[datetime] = []
    worker.rounds.append(lambda at: calls.append(at) or 0)  # type: ignore[func-returns-value]
    run(readings=9, step=1)
    assert len(calls) == 4
    assert calls == sorted(calls)


def test_a_round_that_finds_nothing_looks_again_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, looks, busy = [0.0], [], []
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: seconds[0]))

    def look(at: datetime) -> int:
        looks.append(seconds[0])
        return 1 if len(looks) in {6, 7} else 0

    worker.rounds += [look, lambda at: busy.append(at) or 0]  # type: ignore[func-returns-value]
    clock = Clock(500, timedelta(seconds=0.1))
    monkeypatch.setattr(clock.stop, "wait", lambda idle: seconds.__setitem__(0, seconds[0] + idle))
    worker.work(clock.stop, clock=clock, idle=0.25)
    pauses = [after - before for before, after in pairwise(looks)]
    assert pauses[:5] == [0.25, 0.5, 1.0, 1.0, 1.0]
    assert pauses[5:9] == [0.0, 0.0, 0.25, 0.5], "what finds something is called again at once, and begins anew"


def test_a_failing_round_rests_longer_each_time_and_the_others_go_on() -> None:
    calls: list[datetime] = []
    tries: list[datetime] = []

    def fail(at: datetime) -> int:
        tries.append(at)
        raise OperationalError("the database went away")

    worker.rounds += [fail, lambda at: calls.append(at) or 0]  # type: ignore[func-returns-value]
    run(readings=3000, step=0.1)
    pauses = [(after - before).total_seconds() for before, after in pairwise(tries)]
    assert 999 <= len(calls) <= 1000
    assert pauses[0] < 1 < pauses[2] < pauses[4]
    assert 30 <= pauses[-1] < 31


def test_a_round_that_recovers_is_called_every_turn_again() -> None:
    tries: list[datetime] = []

    def fail_once(at: datetime) -> int:
        tries.append(at)
        if len(tries) == 1:
            raise OperationalError("locked")
        return 1

    worker.rounds.append(fail_once)
    run(readings=21, step=1)
    assert len(tries) == 10


def test_sweeps_are_called_at_the_start_and_every_hour() -> None:
    sweeps: list[datetime] = []
    worker.sweeps.append(lambda at: sweeps.append(at) or 0)  # type: ignore[func-returns-value]
    run(readings=30, step=600)
    assert all(after - before >= worker.SWEEP_EVERY for before, after in pairwise(sweeps))
    assert len(sweeps) == 5


def test_ended_sessions_are_forgotten(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "SLICE", 2)
    for number in range(5):
        Session.objects.create(session_key=f"old {number}", session_data="", expire_date=now - timedelta(days=1))
    Session.objects.create(session_key="current", session_data="", expire_date=now + timedelta(days=1))
    assert housekeeping.forget_sessions(now) == 5
    assert Session.objects.get().session_key == "current"
    assert housekeeping.refresh_statistics(now) == 0


@pytest.mark.once
def test_sigterm_ends_the_worker_after_the_piece_in_hand(tmp_path: Path) -> None:
    program = (
        "import django, time; django.setup()\n"
        "from braid.kernel import worker\n"
        "stop = worker.stop_on_signals()\n"
        "def slow(at):\n    print('begin', flush=True); stop.wait(); time.sleep(0.1); print('end', flush=True); return 1\n"
        "worker.rounds[:] = [slow]; worker.sweeps.clear()\n"
        "worker.work(stop)\n"
        "print('stopped')\n"
    )
    with scratch(tmp_path) as environment:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            env={**environment, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        while process.stdout.readline().strip() != "begin":
            pass
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    lines = [line for line in rest.splitlines() if line in ("begin", "end", "stopped")]
    assert lines == ["end", "stopped"]
