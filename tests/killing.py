"""Real `kill -9`: a process is started over and over and killed at a random moment.

Run as `python -m tests.killing MODULE STEP...` it loads Django once and forks a child for each step. A step is the name of
a function, or `FUNCTION:KILLS:LONGEST_MS:SEED:HANDS`: then `HANDS` children at a time call it (each with its number) until
they are killed. Children open their own connections.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path

import django

from tests.migrated import ROOT, migrated, named, tell_postgres

KILLS = int(os.environ.get("BRAID_TEST_KILLS", "48"))
"""How often a crash test kills; more by the environment."""

Progress = Callable[..., None]
"""What a long piece of work calls to say how far it is."""


@contextmanager
def scratch(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a database of its own, migrated: a file in `folder`, or a PostgreSQL database dropped at the end."""
    environment = {**os.environ, "BRAID_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "braid.config.settings_test"}
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        shutil.copy(migrated(), folder / "braid.sqlite3")
        yield {**environment, "DATABASE_URL": f"sqlite:///{folder / 'braid.sqlite3'}"}
        return
    name = f"braid_scratch_{os.getpid()}_{time.monotonic_ns() % 10**6}"
    tell_postgres(url, f"CREATE DATABASE {name} TEMPLATE {migrated()}")
    try:
        yield {**environment, "DATABASE_URL": named(url, name)}
    finally:
        tell_postgres(url, f"DROP DATABASE {name} WITH (FORCE)")


def run(command: list[str], environment: dict[str, str]) -> str:
    """The output of `command`, which must succeed."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        command,
        env={**environment, "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kill_often(
    workers: str,
    work: str,
    environment: dict[str, str],
    *,
    longest_ms: int,
    hands: int = 1,
    seed: int = 1,
    prepared: bool = False,
) -> tuple[int, str]:
    """Call `prepare` of the module, have `work` killed `KILLS` times, call `judge`; how many were at work, and what it says."""
    steps = [*([] if prepared else ["prepare"]), f"{work}:{KILLS}:{longest_ms}:{seed}:{hands}", "judge"]
    *_, at_work, said = run([sys.executable, "-m", "tests.killing", workers, *steps], environment).splitlines()
    return int(at_work), said


def call(function: str, environment: dict[str, str]) -> str:
    """Call `module:function` once in a process of its own and return what it printed."""
    return run([sys.executable, "-m", "tests.killing", *function.split(":")], environment)


def _nursery(function: Callable[[int], None], kills: int, longest_ms: int, hands: int, chance: random.Random) -> int:
    """Fork, wait a random while, kill; returns how many of the killed were still at work."""
    at_work = killed = 0
    while killed < kills:
        children = [_fork(function, killed + hand) for hand in range(hands)]
        statuses = []
        for ready, _ in children:
            os.read(ready, 1)
        for ready, child in children:
            time.sleep(chance.uniform(0, longest_ms / 1000))
            os.kill(child, signal.SIGKILL)
            statuses.append(os.waitpid(child, 0)[1])
            os.close(ready)
        for status in statuses:  # once all are dead: one that lived on would keep the output open
            assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, f"a child failed: {status}"
            at_work += os.WIFSIGNALED(status)
        killed += len(children)
    return at_work


def _fork(function: Callable[[int], None], number: int) -> tuple[int, int]:
    """A child that connects, says so through the pipe, and works; returns the pipe's end and its process id."""
    read, write = os.pipe()

    def work() -> None:
        from django.db import connection

        connection.ensure_connection()
        os.write(write, b"r")
        function(number)

    child = _child(work)
    os.close(write)
    return read, child


def _child(work: Callable[[], None]) -> int:
    """The number of a process that does `work`, and ends with 1 when it fails."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def deaths(work: Callable[[Progress], None], moments: Iterable[int]) -> list[int]:
    """Do `work` in a child for each of `moments` and kill it at that call of the progress it tells; those at which it died."""
    return [moment for moment in moments if _dies(work, moment)]


def deaths_in_time(work: Callable[[], None], seconds: Iterable[float]) -> int:
    """Do `work` in a child for each of `seconds` and kill it that long after it began; how many were still at work."""
    at_work = 0
    for wait in seconds:
        child = _child(work)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, f"a child failed: {status}"
        at_work += os.WIFSIGNALED(status)
    return at_work


def _dies(work: Callable[[Progress], None], moment: int) -> bool:
    calls = count(1)

    def progress(*told: object) -> None:
        if next(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    _, status = os.waitpid(_child(partial(work, progress)), 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, f"a child failed: {status}"
    return os.WIFSIGNALED(status)


def main(arguments: list[str]) -> None:
    django.setup()
    module = import_module(arguments[0])
    for step in arguments[1:]:
        name, *numbers = step.split(":")
        function = getattr(module, name)
        if numbers:
            kills, longest_ms, seed, hands = map(int, numbers)
            print(_nursery(function, kills, longest_ms, hands, random.Random(seed)), flush=True)
        else:
            _, status = os.waitpid(_child(function), 0)
            assert status == 0, f"{name} failed: {status}"


if __name__ == "__main__":
    main(sys.argv[1:])
