"""An import of units in the browser: confirmed by a person, applied by the worker as her."""

from __future__ import annotations

from datetime import datetime

from braid.kernel.access import Actor, require, scope
from braid.kernel.imports.confirming import apply_confirmed_run, confirm_run, drop_unconfirmed
from braid.kernel.models import ImportRun
from braid.kernel.outbox import task
from braid.units import hooks
from braid.units.rules import IMPORT_UNITS


def confirm_import(
    run: ImportRun,
    *,
    skip_bad: bool = False,
    close_missing: bool = False,
    why: str = "",
    by: Actor,
    at: datetime,
) -> ImportRun:
    """Let the worker apply a staged file. Refused when `by` may not import units, and as `confirm_run` is."""
    require(bool(scope(by, IMPORT_UNITS)))
    options = {"skip_bad": skip_bad, "close_missing": close_missing, "why": why}
    return confirm_run(run, apply_confirmed, options, at=at)


def drop_import(run: ImportRun, *, by: Actor) -> None:
    """Forget a file that was not applied. Refused once it was confirmed."""
    require(bool(scope(by, IMPORT_UNITS)))
    drop_unconfirmed(run)


@task
def apply_confirmed(pk: int, *, at: datetime) -> None:
    """Apply a confirmed import as the person who confirmed it: her rights are asked again."""
    from braid.units.imports import Options, apply_run

    apply_confirmed_run(
        pk, lambda run: apply_run(run, Options(**run.options), by=hooks.actor_of[0](run.by_number), at=at).applied
    )
