"""Fixtures of work: a tree with officers, nothing remembered from another test."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from braid.people.enums import Office
from tests import factories


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """nation > province > county > township > village, and a second county; a head and a liaison officer in each."""
    units = factories.tree({"nation": {"province": {"county": {"township": {"village": {}}}, "other": {}}}})
    heads = {name: factories.member(unit, Office.HEAD) for name, unit in units.items()}
    liaisons = {name: factories.member(unit, Office.LIAISON) for name, unit in units.items()}
    return SimpleNamespace(**units, units=units, heads=heads, liaisons=liaisons)
