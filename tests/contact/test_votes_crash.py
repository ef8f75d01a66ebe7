"""Web and worker are killed with `kill -9` between the answer and the fold: who was answered has one vote, and it is counted."""

from __future__ import annotations

from pathlib import Path

from tests.killing import KILLS, kill_often, scratch

WORKERS = "tests.contact.vote_workers"


def test_one_person_has_one_vote_though_all_are_killed(tmp_path: Path) -> None:
    with scratch(tmp_path) as environment:
        at_work, said = kill_often(WORKERS, "vote_and_fold", environment, longest_ms=120, hands=3, seed=7)
    assert at_work >= KILLS
    assert said.startswith("right")
