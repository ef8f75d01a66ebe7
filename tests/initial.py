"""Initial migrations in which each model is made whole, in one operation; run it after `makemigrations`.

    python -m tests.initial contact

The autodetector adds indexes, constraints and some fields one by one, and Django draws every model near anew after each: an
empty database then takes three times as long to make. Applied to what it wrote itself it changes nothing. An app with code of
its own in its migration (journal) is left alone.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.db.models import Field


def folded(operations: list[Operation], app: str) -> list[Operation]:
    """The same models, each made whole in one operation after those it refers to; rounds are cut by an `AddField`.

    An index or a constraint stays outside where its model gets a field later: it may be about that field.
    """
    models = {operation.name_lower: operation for operation in operations if isinstance(operation, CreateModel)}
    fields = {name: dict(model.fields) for name, model in models.items()}
    parts: dict[str, list[AddIndex | AddConstraint]] = {name: [] for name in models}
    for operation in operations:
        match operation:
            case AddField():
                fields[operation.model_name_lower][operation.name] = operation.field
            case AddIndex() | AddConstraint():
                parts[operation.model_name_lower].append(operation)

    made: list[Operation] = []
    later: list[Operation] = []
    waiting = list(models)
    while waiting:
        lacks = {name: _lacking(fields[name], app, set(waiting) - {name}) for name in waiting}
        name = min(waiting, key=lambda name: len(lacks[name]))  # the first of those that lack least
        waiting.remove(name)
        made.append(_whole(models[name], fields[name], lacks[name], [] if lacks[name] else parts[name]))
        later += [AddField(models[name].name, field, fields[name][field]) for field in lacks[name]]
        later += parts[name] if lacks[name] else []
    return made + later


def _lacking(fields: dict[str, Field[Any, Any]], app: str, waiting: set[str]) -> list[str]:
    """The fields that refer to a model not made yet."""
    targets = {name: str(field.remote_field.model).lower() for name, field in fields.items() if field.remote_field}
    return [name for name, target in targets.items() if target.removeprefix(f"{app}.") in waiting]


def _whole(
    model: CreateModel, fields: dict[str, Field[Any, Any]], lacking: list[str], parts: list[AddIndex | AddConstraint]
) -> CreateModel:
    indexes = [part.index for part in parts if isinstance(part, AddIndex)]
    constraints = [part.constraint for part in parts if isinstance(part, AddConstraint)]
    options = {
        **model.options,
        "indexes": [*model.options.get("indexes", []), *indexes],
        "constraints": [*model.options.get("constraints", []), *constraints],
    }
    kept = [(name, field) for name, field in fields.items() if name not in lacking]
    return CreateModel(
        model.name, kept, {name: value for name, value in options.items() if value}, model.bases, model.managers
    )


def operations_of(app: str) -> list[Operation]:
    """What the app's initial migration does, in order."""
    made = importlib.import_module(f"braid.{app}.migrations.0001_initial").Migration
    return list(made.operations)


def write(app: str) -> None:
    """Write the app's initial migration anew, folded."""
    made = importlib.import_module(f"braid.{app}.migrations.0001_initial")
    migration: Migration = made.Migration("0001_initial", app)
    if any(isinstance(operation, RunPython | RunSQL) for operation in migration.operations):
        raise SystemExit(f"{app} has code of its own in its migration: fold it by hand")
    migration.operations = folded(list(migration.operations), app)
    Path(made.__file__ or "").write_text(MigrationWriter(migration, include_header=False).as_string())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings_test")
    django.setup()
    for name in sys.argv[1:]:
        write(name)
