"""Sixteen writers file and correct under one root while others approve, reopen and fold, and all are killed with `kill -9`.

Nothing is lost, nothing counts twice, nobody waits for somebody who waits for her, and no approved part holds a report that
was not approved. SQLite has one writer at a time, so this is about PostgreSQL.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.killing import KILLS, kill_often, scratch

WORKERS = "tests.work.report_workers"
HANDS = 20


@pytest.mark.skipif(not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="about PostgreSQL")
def test_sixteen_writers_lose_nothing_though_all_are_killed(tmp_path: Path) -> None:
    with scratch(tmp_path) as environment:
        told_at_once = {
            "PGOPTIONS": "-c deadlock_timeout=10ms"
        }  # most hands are killed before a second, the usual, is over
        at_work, said = kill_often(WORKERS, "work", environment | told_at_once, longest_ms=150, hands=HANDS, seed=7)
    assert at_work >= KILLS
    assert said.startswith("right")
