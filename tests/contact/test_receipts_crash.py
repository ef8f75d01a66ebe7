"""Web and worker are killed with `kill -9` between the answer and the fold: every answer has its receipt, once."""

from __future__ import annotations

from pathlib import Path

from tests.killing import KILLS, kill_often, scratch

WORKERS = "tests.contact.receipt_workers"


def test_what_was_answered_is_recorded_though_all_are_killed(tmp_path: Path) -> None:
    with scratch(tmp_path) as environment:
        at_work, said = kill_often(WORKERS, "answer_and_fold", environment, longest_ms=120, hands=3, seed=5)
    assert at_work >= KILLS
    assert said.startswith("right")
