"""Migrations as this project writes them (decision 15)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel

from tests.initial import folded, operations_of

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("braid.") and any(config.models)]


@pytest.mark.parametrize("app", OURS)
def test_each_model_is_made_whole(app: str) -> None:
    """Else making an empty database takes three times as long: `python -m tests.initial` mends it."""
    found = [part for part in operations_of(app) if isinstance(part, CreateModel | AddField | AddIndex | AddConstraint)]
    assert len(folded(found, app)) == len(found)
