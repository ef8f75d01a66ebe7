"""How several processes share the tests: one by one, but what uses the same costly fixture stays with one process.

This stands for xdist's own groups (`xdist_group`), which do nothing under pytest 9.2: it no longer keeps the names they change.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {"tests/config/test_demo.py": "demo", "tests/config/test_backup.py": "demo"}
"""Files whose tests one process does, by the name of what they share."""


class OneByOne(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne:
    """Asked by xdist, whatever `--dist` says."""
    return OneByOne(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one process does alone begins first, so that the others have enough to do meanwhile."""
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in TOGETHER)
