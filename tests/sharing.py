"""How several processes share the tests: one by one, but what uses the same costly fixture stays with one process.

This stands for xdist's own groups (`xdist_group`), which do nothing under pytest 9.2: it no longer keeps the names they change.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {"tests/config/test_demo.py": "demo", "tests/config/test_backup.py": "demo"}
"""Files whose tests one process does, by the name of what they share."""


LONG = (
    "tests/properties/test_access_machine.py",
    "tests/browser/test_access.py",
    "_crash.py::",
    "tests/config/test_servers.py",
)
"""Tests of many seconds begin early: one that began last would leave the other processes without work."""


class OneByOne(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne:
    """Asked by xdist, whatever `--dist` says."""
    return OneByOne(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one process does alone begins first, so that the others have enough to do meanwhile; then what is long."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    if nodeid.partition("::")[0] in TOGETHER:
        return 0
    return 1 if any(part in nodeid for part in LONG) else 2
