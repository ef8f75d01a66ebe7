"""The fold is killed with `kill -9`, again and again: nothing is lost, nothing counts twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.killing import KILLS, call, kill_often, scratch

WORKERS = "tests.journal.crash_workers"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database in which 20,000 things happened."""
    with scratch(tmp_path_factory.mktemp("journal")) as made:
        call(f"{WORKERS}:prepare", made)
        yield made


@pytest.mark.parametrize("hands", [1, 2])
def test_no_loss_and_no_double_count_when_folders_are_killed(environment: dict[str, str], hands: int) -> None:
    at_work, said = kill_often(
        WORKERS, "keep_folding", environment, longest_ms=120, hands=hands, seed=hands, prepared=True
    )
    assert at_work >= KILLS >= 40
    assert said.startswith("right")
