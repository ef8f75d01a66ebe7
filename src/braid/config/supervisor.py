"""Keeps child processes running: starts them, starts a dead one again after a pause, and ends all of them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

PAUSES = (0.5, 1, 2, 5, 10, 30)
"""Seconds before a dead child is started again: longer each time, from the start again after it ran `STEADY` seconds."""
STEADY = 60
GRACE = 20
"""Seconds children have to finish what they do before they are killed."""


@dataclass
class Child:
    """One `braid` command that must always run."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    falls: int = 0
    due: float = field(default=0)

    def start(self, pipe: int) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "braid.config", *self.arguments],
            env={**os.environ, "BRAID_SUPERVISOR_PIPE": str(pipe)},
            pass_fds=[pipe],
            start_new_session=True,
        )

    def look(self, pipe: int) -> None:
        """Start it when it is time to; note that it died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start(pipe)
        elif (code := self.process.poll()) is not None:
            self.falls = 1 if time.monotonic() - self.started_at > STEADY else self.falls + 1
            pause = PAUSES[min(self.falls, len(PAUSES)) - 1]
            log.warning("process died and will be started again", process=self.name, code=code, pause=pause)
            self.process, self.due = None, time.monotonic() + pause


class _Stopped(Exception):
    """A signal asked the supervisor to end."""


def supervise(commands: dict[str, list[str]], *, once_up: Callable[[], None] | None = None) -> None:
    """Run each command (`{name: arguments of braid}`) as a child until SIGTERM or SIGINT, then end all gracefully.

    Should this process itself be killed, the children see their pipe close and end too.
    """
    children = [Child(name, arguments) for name, arguments in commands.items()]
    read_end, write_end = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        for child in children:
            child.look(read_end)
        if once_up:
            once_up()
        while True:
            time.sleep(0.2)
            for child in children:
                child.look(read_end)
    except _Stopped:
        log.info("stopping")
    finally:
        _end([child.process for child in children if child.process])
        os.close(read_end)
        os.close(write_end)


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
