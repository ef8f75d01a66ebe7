"""What the killed processes of `test_kill` do; see `tests/killing.py`."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.db.models import Count

from braid.kernel import bulk
from braid.kernel.access import OPERATOR
from braid.kernel.imports import staging
from braid.kernel.models import ImportBatch
from braid.units.imports import import_units
from braid.units.models import Placement, TreeEvent, Unit
from tests.killing import Progress, deaths, deaths_in_time

DATA = Path(__file__).parents[2] / "src" / "braid" / "units" / "data"
FIELDS = ("number", "path", "parent", "level", "code", "name", "status")

CHANCE = random.Random(int(os.environ.get("BRAID_TEST_SEED", "7")))
LONGEST = 0.15
"""Seconds after which an import is killed at the latest: about half of what it takes on a fast machine."""

staging.BATCH = bulk.CHUNK = 900


def disturbed() -> None:
    """Import a file and then a changed one, each killed five times in the middle of whatever it was doing and five times
    between two steps, before both are let through to their end."""
    _import_both(kills=True)


def calm() -> None:
    _import_both(kills=False)


def _import_both(*, kills: bool) -> None:
    """Prints what is in the database after each."""
    for file in (DATA / "us.csv", _changed_file()):
        if kills:
            waits = [CHANCE.uniform(0, LONGEST) for _ in range(5)]
            assert deaths_in_time(partial(_import, file, _nobody), waits) >= 1
            assert len(deaths(partial(_import, file), (1, 3, 6, 9, 10))) >= 3
        assert deaths(partial(_import_and_tell, file), [0]) == []


def _import(file: Path, progress: Progress) -> None:
    import_units(file, by=OPERATOR, at=datetime(2026, 11, 23, tzinfo=UTC), progress=progress)


def _nobody(*told: object) -> None:
    """Nobody looks at the progress."""


def _import_and_tell(file: Path, progress: Progress) -> None:
    _import(file, progress)
    there = {
        "units": list(Unit.objects.order_by("path").values_list(*FIELDS)),
        "events": sorted(TreeEvent.objects.values_list("kind").annotate(n=Count("pk"))),
        "placements": Placement.objects.count(),
        "batches": ImportBatch.objects.count(),
    }
    print(json.dumps(there), flush=True)


def _changed_file() -> Path:
    """The same tree with counties moved to another state, one renamed, and new ones."""
    lines = (DATA / "us.csv").read_text(encoding="utf-8").splitlines()
    lines = [line.replace("Autauga", "Autumn").replace(",01,", ",02,") for line in lines]
    file = Path(os.environ["BRAID_VAR"]) / "changed.csv"
    file.write_text("\n".join([*lines, *(f"X{i},02,New {i},5" for i in range(2000))]) + "\n", encoding="utf-8")
    return file
