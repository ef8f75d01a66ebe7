"""Migrations as this project writes them (decision 15)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel

from tests.initial import operations_of

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("braid.") and any(config.models)]


@pytest.mark.parametrize("app", OURS)
def test_all_models_are_made_in_one_operation(app: str) -> None:
    """Else making an empty database takes twice as long and more: `python -m tests.initial` mends it."""
    alone = [part for part in operations_of(app) if isinstance(part, CreateModel | AddField | AddIndex | AddConstraint)]
    assert alone == []
