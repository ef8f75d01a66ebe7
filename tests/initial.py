"""The initial migration of an app, made anew from its models: one operation, `CreateModels`, that makes them all.

    python -m tests.initial contact

`makemigrations` could not: it wants the old one away, on which the migrations of other apps depend; and it makes models one by
one, with indexes, constraints and some fields after them. An app with code of its own in its initial migration (journal) is
written by hand.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from django.apps import apps
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from braid.kernel.migrating import CreateModels


def made_of(app: str) -> Migration:
    """The initial migration of `app` for the models it has now, without those that a later migration of its makes."""
    loader = MigrationLoader(None)
    more = [part for (label, name), part in loader.disk_migrations.items() if label == app and name != "0001_initial"]
    later = {made.name_lower for part in more for made in part.operations if isinstance(made, CreateModel)}
    before = ProjectState.from_apps(apps)
    for label, name in [*before.models]:
        if label == app and name not in later:
            del before.models[label, name]
    found = MigrationAutodetector(before, ProjectState.from_apps(apps)).changes(loader.graph, trim_to_apps={app})
    migration = Migration("0001_initial", app)
    migration.initial = True
    migration.operations = [whole([operation for part in found[app] for operation in part.operations])]
    others = {dependency for part in found[app] for dependency in part.dependencies if dependency[0] != app}
    migration.dependencies = sorted(others)
    return migration


def whole(operations: list[Operation]) -> CreateModels:
    """The same models, each with all its fields, indexes and constraints."""
    models: dict[str, CreateModel] = {}
    for operation in operations:
        match operation:
            case CreateModel():
                models[operation.name_lower] = operation
            case AddField():
                models[operation.model_name_lower].fields.append((operation.name, operation.field))
            case AddIndex():
                models[operation.model_name_lower].options.setdefault("indexes", []).append(operation.index)
            case AddConstraint():
                models[operation.model_name_lower].options.setdefault("constraints", []).append(operation.constraint)
            case _:
                raise SystemExit(f"{operation.describe()}: write it by hand")
    return CreateModels(list(models.values()))


def operations_of(app: str) -> list[Operation]:
    """What the app's initial migration does, in order."""
    return list(importlib.import_module(f"braid.{app}.migrations.0001_initial").Migration.operations)


def file_of(app: str) -> Path:
    """Where the app's initial migration stands."""
    return Path(apps.get_app_config(app).path) / "migrations" / "0001_initial.py"


def written(app: str) -> str:
    """What should stand there."""
    if len(operations_of(app)) > 1:
        raise SystemExit(f"{app} has code of its own in its initial migration: write it by hand")
    return str(MigrationWriter(made_of(app), include_header=False).as_string())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings_test")
    django.setup()
    for name in sys.argv[1:]:
        file_of(name).write_text(written(name))
