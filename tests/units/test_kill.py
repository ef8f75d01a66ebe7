"""An import that is killed (`kill -9`) at any moment and started again ends like one that was left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from braid.config.cli_setup import ready
ready()
from django.db.models import Count
from braid.kernel import bulk
from braid.kernel.access import OPERATOR
from braid.kernel.imports import staging
from braid.kernel.models import ImportBatch
from braid.units.imports import import_units
from braid.units.models import Placement, TreeEvent, Unit

staging.BATCH = bulk.CHUNK = 900
file, kill_at = sys.argv[1], int(sys.argv[2])
calls = 0

def progress(stage, done, total):
    global calls
    calls += 1
    if calls == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

import_units(Path(file), by=OPERATOR, at=datetime(2026, 11, 23, tzinfo=UTC), progress=progress)
fields = ("number", "path", "parent", "level", "code", "name", "status")
print(json.dumps({
    "units": list(Unit.objects.order_by("path").values_list(*fields)),
    "events": sorted(TreeEvent.objects.values_list("kind").annotate(n=Count("pk"))),
    "placements": Placement.objects.count(),
    "batches": ImportBatch.objects.count(),
}))
"""
DATA = Path(__file__).parents[2] / "src" / "braid" / "units" / "data"

Run = Callable[..., dict[str, Any] | None]


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[list[dict[str, str]]]:
    """The environment of two processes with a database each."""
    url = os.environ.get("DATABASE_URL", "")
    base = {**os.environ, "PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "braid.config.settings"}
    names = [f"kill_{os.getpid()}_{number}" for number in (1, 2)]
    made = [{**base, "BRAID_VAR": str(tmp_path / name)} for name in names]
    if not url.startswith("postgres"):
        for env in made:
            env.pop("DATABASE_URL", None)
        yield made
        return
    import psycopg

    server = url.rsplit("/", 1)[0]
    with psycopg.connect(server + "/postgres", autocommit=True) as admin:
        for name, env in zip(names, made, strict=True):
            admin.execute(f'CREATE DATABASE "{name}"')
            env["DATABASE_URL"] = f"{server}/{name}"
        yield made
        for name in names:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_killed_at_any_moment_it_ends_the_same(databases: list[dict[str, str]], tmp_path: Path) -> None:
    disturbed, calm = databases
    changed = _changed_file(tmp_path)
    for file in (DATA / "us.csv", changed):
        deaths = [kill_at for kill_at in (1, 3, 6, 9, 10) if _run(disturbed, file, kill_at) is None]
        assert len(deaths) >= 4
        assert _run(disturbed, file, 0) == _run(calm, file, 0)


def _run(env: dict[str, str], file: Path, kill_at: int) -> dict[str, Any] | None:
    """What is in the database after the import, or None when the process was killed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(file), str(kill_at)], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _changed_file(folder: Path) -> Path:
    """The same tree with counties moved to another state, one renamed, and new ones."""
    lines = (DATA / "us.csv").read_text(encoding="utf-8").splitlines()
    lines = [line.replace("Autauga", "Autumn").replace(",01,", ",02,") for line in lines]
    file = folder / "changed.csv"
    file.write_text("\n".join([*lines, *(f"X{i},02,New {i},5" for i in range(2000))]) + "\n", encoding="utf-8")
    return file
