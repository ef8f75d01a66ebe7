"""Migrations as this project writes them (decision 15)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel

from tests.initial import file_of, operations_of, written

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("braid.") and any(config.models)]


@pytest.mark.parametrize("app", OURS)
def test_all_models_are_made_in_one_operation(app: str) -> None:
    """Else making an empty database takes twice as long and more: `python -m tests.initial` mends it."""
    alone = [part for part in operations_of(app) if isinstance(part, CreateModel | AddField | AddIndex | AddConstraint)]
    assert alone == []


@pytest.mark.parametrize("app", [app for app in OURS if app != "journal"])
def test_initial_migrations_are_those_of_the_models(app: str) -> None:
    """Written by the tool, to the letter: what was changed in them by hand would be lost the next time."""
    assert file_of(app).read_text() == written(app)
