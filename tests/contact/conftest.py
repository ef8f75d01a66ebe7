"""Fixtures of contact: a tree with officers, and a spool of its own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from braid.people.enums import Office, Role
from braid.people.models import Grant, Person
from tests import factories


@pytest.fixture(autouse=True)
def spool(settings: Any, tmp_path: Path) -> Path:
    """The folder of the receipt spool of this test; votes and salts have theirs beside it."""
    settings.SPOOL = tmp_path
    settings.SALTS = tmp_path / "salts"
    return tmp_path / "receipts"


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """nation > province > county > township > village, and a second county; a head and a liaison officer in each."""
    units = factories.tree({"nation": {"province": {"county": {"township": {"village": {}}}, "other": {}}}})
    heads = {name: factories.member(unit, Office.HEAD) for name, unit in units.items()}
    liaisons = {name: factories.member(unit, Office.LIAISON) for name, unit in units.items()}
    return SimpleNamespace(**units, units=units, heads=heads, liaisons=liaisons)


@pytest.fixture
def by(world: SimpleNamespace) -> Person:
    """Somebody who may send by a grant alone."""
    person = factories.person()
    Grant.objects.create(
        person=person,
        unit=world.county,
        unit_path=world.county.path,
        role=Role.PUBLISH,
        since=factories.notices.LONG_AGO,
    )
    return person
