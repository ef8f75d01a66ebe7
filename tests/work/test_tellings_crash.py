"""The worker that tells of directives is killed with `kill -9` over and over: everybody is told once, nobody twice or never."""

from __future__ import annotations

from pathlib import Path

from tests.killing import KILLS, kill_often, scratch


def test_each_is_told_once_though_the_worker_is_killed(tmp_path: Path) -> None:
    with scratch(tmp_path) as environment:
        at_work, said = kill_often("tests.work.telling_workers", "work", environment, longest_ms=60, hands=2, seed=3)
    assert at_work >= KILLS // 2
    assert said.startswith("right")
