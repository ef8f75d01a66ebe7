"""Bugs planted in the product, each with a plan in which it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Plan = list[tuple[Any, ...]]
Plant = Callable[[pytest.MonkeyPatch], None]


def assert_caught(plant: Plant, plan: Plan, live: Callable[[Plan], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lives `plan` finds nothing wrong, and once the bug is planted does."""
    live(plan)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        live(plan)
