"""The worker: does what is owed and folds what waits, round after round, until it is told to stop.

Apps append to `rounds` and `sweeps` in their `ready()`. Each round is on its own: one that finds nothing to do looks again
after a while, one that fails rests, longer each time, and the others go on. A database that went away is met again when it
is back.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from . import housekeeping, outbox

log = structlog.get_logger(__name__)

Round = Callable[[datetime], int]
"""Does a bounded piece of work at the given moment, in short transactions; returns how much it did, 0 for nothing."""


def do_what_is_owed(at: datetime) -> int:
    """The outbox's round."""
    return outbox.run_due(at=at, most=20)


rounds: list[Round] = [do_what_is_owed]
"""Called over and over; the worker rests only when none of them found anything to do."""

sweeps: list[Round] = [housekeeping.forget_sessions, housekeeping.refresh_statistics]
"""Housekeeping: called when the worker starts and then every `SWEEP_EVERY`."""

IDLE = 0.2
"""Seconds between two looks when there was nothing to do: twice as many after each look in vain, at most `LONGEST_IDLE`."""
LONGEST_IDLE = 1.0
SWEEP_EVERY = timedelta(hours=1)
LONGEST_REST = timedelta(seconds=30)


@dataclass
class _Rest:
    """When a round may be called again, and how often in a row it failed or found nothing to do."""

    until: datetime | None = None
    failures: int = 0
    looks_at: float = 0.0
    """By the clock of the machine (`time.monotonic`)."""
    in_vain: int = 0

    def learn(self, done: int, idle: float) -> None:
        """It was called and did so much."""
        self.in_vain = 0 if done else self.in_vain + 1
        pause = 0 if done else min(idle * 2 ** min(self.in_vain - 1, 10), LONGEST_IDLE)
        self.looks_at = time.monotonic() + pause


@dataclass
class _Plan:
    """What the worker remembers from one turn to the next."""

    rests: dict[Round, _Rest] = field(default_factory=dict)
    next_sweep: datetime | None = None


def work(stop: threading.Event, *, clock: Callable[[], datetime] = timezone.now, idle: float = IDLE) -> None:
    """Work until `stop` is set; the piece in hand is finished first. Errors of a round are logged, never raised."""
    plan = _Plan()
    log.info("worker.started", rounds=[_name(each) for each in rounds])
    while not stop.is_set():
        if not _turn(plan, clock, stop, idle):
            stop.wait(idle)
    connection.close()
    log.info("worker.stopped")


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set: give it to `work()`. Call it in the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _turn(plan: _Plan, clock: Callable[[], datetime], stop: threading.Event, idle: float) -> int:
    """Every round once, and the sweeps when their hour has come; returns how much was done."""
    done = 0
    at = clock()
    due = list(rounds)
    if plan.next_sweep is None or at >= plan.next_sweep:
        plan.next_sweep = at + SWEEP_EVERY
        due += sweeps
    for each in due:
        if not stop.is_set():
            done += _call(each, plan.rests.setdefault(each, _Rest()), clock(), idle)
    return done


def _call(each: Round, rest: _Rest, at: datetime, idle: float) -> int:
    if (rest.until and at < rest.until) or time.monotonic() < rest.looks_at:
        return 0
    try:
        done = each(at)
    except Exception as error:  # the loop must outlive any round's bug and any database error
        rest.failures += 1
        rest.until = at + min(timedelta(seconds=0.25 * 2 ** min(rest.failures, 10)), LONGEST_REST)
        log.exception("worker.round_failed", round=_name(each), failures=rest.failures, error=type(error).__name__)
        close_old_connections()
        return 0
    if rest.failures:
        log.info("worker.round_recovered", round=_name(each), failures=rest.failures)
        rest.failures, rest.until = 0, None
    rest.learn(done, idle)
    if done:
        log.debug("worker.round_done", round=_name(each), done=done)
    return done


def _name(each: Round) -> str:
    return f"{each.__module__}.{getattr(each, '__qualname__', type(each).__name__)}"
