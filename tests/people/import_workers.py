"""What the killed processes of `test_imports` do; see `tests/killing.py`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from braid.kernel.access import OPERATOR
from braid.kernel.imports import staging
from braid.people.enums import Office
from braid.people.imports import import_officers, writing
from braid.people.models import Membership, Person
from tests import factories
from tests.killing import Progress, deaths

HEADER = "unit_code,name,office,came_by,since,phone,email\n"

staging.BATCH = writing.BATCH = 40


def load_though_killed() -> None:
    """Import the same file over and over, killed a moment later each time until it comes to its end, and then once more."""
    offices = ("committee", "liaison", "member")
    file = Path(os.environ["BRAID_VAR"]) / "officers.csv"
    file.write_text(HEADER + "".join(f"village,N{n},{offices[n % 3]},,,,\n" for n in range(150)))
    deaths(_plant_the_tree, [0])
    load = partial(_load, file)
    assert next(moment for moment in count(1) if not deaths(load, [moment])) > 4
    assert deaths(partial(_load_and_tell, file), [0]) == []


def _plant_the_tree(progress: Progress) -> None:
    factories.tree({"nation": {"village": {}}})


def _load(file: Path, progress: Progress) -> None:
    import_officers(file, by=OPERATOR, at=datetime(2026, 11, 23, tzinfo=UTC), progress=progress)


def _load_and_tell(file: Path, progress: Progress) -> None:
    _load(file, progress)
    liaisons = Membership.objects.filter(office=Office.LIAISON)
    print(Person.objects.count(), Membership.objects.count(), liaisons.count(), flush=True)
