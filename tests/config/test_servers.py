"""Web server and worker as real processes: kept alive, ended gracefully, and well or not."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest

from .processes import Braid, children_of, free_port, status_of, wait_for


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that waits to be collected has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def port() -> int:
    return free_port()


def test_up_starts_a_dead_worker_and_a_dead_web_server_again(braid: Braid, port: int) -> None:
    process = braid.start("up", "--port", str(port))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 200)
    wait_for(lambda: set(children_of(process.pid)) == {"serve", "work"})
    first = children_of(process.pid)
    os.kill(first["work"], signal.SIGKILL)
    wait_for(lambda: children_of(process.pid).get("work") not in (None, first["work"]))
    os.kill(first["serve"], signal.SIGKILL)
    wait_for(lambda: children_of(process.pid).get("serve") not in (None, first["serve"]))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 200)
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/ready") == 200)
    last = children_of(process.pid)
    process.terminate()
    assert process.wait(30) == 0
    assert all(is_gone(pid) for pid in last.values())


@pytest.mark.once
def test_children_end_when_their_supervisor_is_killed(braid: Braid, port: int) -> None:
    process = braid.start("up", "--port", str(port))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 200)
    children = children_of(process.pid)
    assert set(children) == {"serve", "work"}
    process.kill()
    process.wait()
    wait_for(lambda: all(is_gone(pid) for pid in children.values()))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 0)


@pytest.mark.once
def test_ready_tells_of_database_migrations_worker_and_failed_work(braid: Braid, port: int) -> None:
    serving = braid.start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}/ready"
    wait_for(lambda: status_of(address) == 200)
    assert body_of(address) == {"ready": True, "database": True, "migrations": True, "worker": False, "failed_work": 0}
    working = braid.start("work")
    wait_for(lambda: body_of(address)["worker"] is True)
    for process in (serving, working):
        process.terminate()
        assert process.wait(30) == 0


def body_of(address: str) -> dict[str, object]:
    with urlopen(address, timeout=30) as answer:
        found: dict[str, object] = json.load(answer)
        return found


@pytest.mark.once
def test_restore_is_refused_while_braid_runs(braid: Braid, port: int) -> None:
    braid.must("backup", str(braid.folder.parent / "b.tar"))
    braid.start("serve", "--port", str(port))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 200)
    done = braid.run("restore", str(braid.folder.parent / "b.tar"), "--replace")
    assert done.returncode == 3
    assert "Braid is running" in done.stderr


@pytest.mark.once
def test_logs_are_json_without_a_terminal(braid: Braid, port: int) -> None:
    process = braid.start("up", "--port", str(port))
    wait_for(lambda: status_of(f"http://127.0.0.1:{port}/live") == 200)
    process.terminate()
    process.wait(30)
    lines = [line for line in braid.said.read_text().splitlines() if line.strip()]
    assert lines
    assert all({"event", "level", "timestamp"} <= set(json.loads(line)) for line in lines)
