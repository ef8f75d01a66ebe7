"""Workers are killed with `kill -9` at their work: everything is done, in the database exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.killing import KILLS, kill_often, scratch

WORKERS = "tests.kernel.outbox_workers"


@pytest.mark.parametrize("hands", [1, 3])
def test_work_is_done_though_workers_are_killed(tmp_path: Path, hands: int) -> None:
    with scratch(tmp_path) as environment:
        at_work, said = kill_often(WORKERS, "keep_working", environment, longest_ms=90, hands=hands, seed=hands)
    assert at_work >= KILLS >= 40
    assert said.startswith("right")
