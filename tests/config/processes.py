"""The real `braid` command in processes of its own, on a data folder and a database that last as long as the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.migrated import migrated, named, tell_postgres

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "braid.config"]


def where_it_is_two_at_night() -> str:
    """A time zone in the middle of its quiet hours: nothing the terminal does may wait for the morning."""
    east = (2 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+d}"


class Braid:
    """One data folder with its database; `run` gives commands, `start` leaves one running."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        unwanted = ("BRAID_", "DJANGO_", "DATABASE_URL", "PYTEST_", "CI")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        self.environment = {**kept, "BRAID_VAR": str(folder), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
        self.environment["BRAID_TIME_ZONE"] = where_it_is_two_at_night()
        if url:
            self.environment["DATABASE_URL"] = url
        self._started: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command to its end, whatever that is."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def must(self, *arguments: str) -> str:
        """What the command prints; it must end well."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command in the background, in a process group of its own; what it says goes to `said`."""
        with self.said.open("a") as out:
            process = subprocess.Popen(
                [*COMMAND, *arguments], env=self.environment, stdout=out, stderr=out, text=True, start_new_session=True
            )
        self._started.append(process)
        return process

    @property
    def said(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.out"

    def end(self) -> None:
        """End what was started."""
        for process in self._started:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def braid_on(folder: Path, like: Braid | None = None, *, bare: bool = False) -> Iterator[Braid]:
    """A data folder with a database of the kind the suite runs on: migrated and empty, not there yet (`bare`), or a copy."""
    url, name = os.environ.get("DATABASE_URL", ""), f"braid_ops_{os.getpid()}_{time.monotonic_ns() % 10**9}"
    if like:
        shutil.copytree(like.folder, folder)
    elif not bare and not url.startswith("postgres"):
        folder.mkdir()
        shutil.copy(migrated(), folder / "braid.sqlite3")
    if url.startswith("postgres"):
        model = urlsplit(like.environment["DATABASE_URL"]).path[1:] if like else "template1" if bare else migrated()
        tell_postgres(url, f"CREATE DATABASE {name} TEMPLATE {model}")
    else:
        url = ""
    braid = Braid(folder, named(url, name) if url else "")
    try:
        yield braid
    finally:
        braid.end()
        if url:
            tell_postgres(os.environ["DATABASE_URL"], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def braid(tmp_path: Path) -> Iterator[Braid]:
    """A data folder with a database that is migrated and empty, which takes the command seconds to make."""
    with braid_on(tmp_path / "var") as made:
        yield made


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Braid]:
    """A data folder that is not there yet."""
    with braid_on(tmp_path / "var", bare=True) as made:
        yield made


DEMO = ["--tree", "us", "--units", "120"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Braid]:
    """A small demo, made once for the tests that only look. Who uses it stands in `tests/sharing.py`."""
    with braid_on(tmp_path_factory.mktemp("demo") / "var") as braid:
        braid.must("demo", "--check", *DEMO)
        yield braid


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    """Until it is so; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def status_of(address: str) -> int:
    """The HTTP status of a GET; 0 when nobody answers."""
    try:
        with urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def children_of(pid: int) -> Mapping[str, int]:
    """The running children by the command they were given (`serve`, `work`)."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            if "braid.config" in words:
                found[words[words.index("braid.config") + 1]] = int(child)
    return found
