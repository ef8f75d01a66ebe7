"""Initial migrations that make all models of an app in one operation, `CreateModels`; run it after `makemigrations`.

    python -m tests.initial contact

The autodetector makes models one by one, and their indexes, constraints and some fields, too; Django draws every model near
anew after each of them. Applied to what it wrote itself it changes nothing. An app with code of its own in its migration (journal)
is written by hand.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

from braid.kernel.migrating import CreateModels


def folded(operations: list[Operation]) -> list[Operation]:
    """The same models, each made whole, in one operation. What says more than models has no place in an initial migration."""
    models: dict[str, CreateModel] = {}
    for operation in operations:
        match operation:
            case CreateModels():
                models |= {model.name_lower: model for model in operation.models}
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
    return [CreateModels(list(models.values()))]


def operations_of(app: str) -> list[Operation]:
    """What the app's initial migration does, in order."""
    made = importlib.import_module(f"braid.{app}.migrations.0001_initial").Migration
    return list(made.operations)


def write(app: str) -> None:
    """Write the app's initial migration anew, folded."""
    made = importlib.import_module(f"braid.{app}.migrations.0001_initial")
    migration: Migration = made.Migration("0001_initial", app)
    migration.operations = folded(list(migration.operations))
    Path(made.__file__ or "").write_text(MigrationWriter(migration, include_header=False).as_string())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings_test")
    django.setup()
    for name in sys.argv[1:]:
        write(name)
