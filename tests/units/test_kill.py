"""An import that is killed (`kill -9`) at any moment and started again ends like one that was left alone."""

from __future__ import annotations

from pathlib import Path

from tests.killing import call, scratch

WORKERS = "tests.units.kill_workers"


def test_killed_at_any_moment_it_ends_the_same(tmp_path: Path) -> None:
    ends = []
    for name in ("disturbed", "calm"):
        (tmp_path / name).mkdir()
        with scratch(tmp_path / name) as environment:
            ends.append(call(f"{WORKERS}:{name}", environment).splitlines())
    assert len(ends[0]) == 2
    assert ends[0] == ends[1]
