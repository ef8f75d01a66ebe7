"""An import of officers in the browser: confirmed by a person, applied by the worker as her."""

from __future__ import annotations

from datetime import datetime

from braid.kernel.access import Actor, require, scope
from braid.kernel.imports.confirming import apply_confirmed_run, confirm_run, drop_unconfirmed
from braid.kernel.models import ImportRun
from braid.kernel.outbox import task
from braid.people.gate import actor_of
from braid.people.imports import Options, apply_run
from braid.people.rules import CHANGE_PEOPLE


def confirm_officers(run: ImportRun, *, skip_bad: bool = False, by: Actor, at: datetime) -> ImportRun:
    """Let the worker apply a staged file. Refused when `by` enters no people anywhere, and as `confirm_run` is."""
    require(bool(scope(by, CHANGE_PEOPLE)))
    return confirm_run(run, apply_officers, {"skip_bad": skip_bad}, at=at)


def drop_officers(run: ImportRun, *, by: Actor) -> None:
    """Forget a file that was not applied. Refused once it was confirmed."""
    require(bool(scope(by, CHANGE_PEOPLE)))
    drop_unconfirmed(run)


@task
def apply_officers(pk: int, *, at: datetime) -> None:
    """Apply a confirmed import as the person who confirmed it: her rights are asked again."""
    apply_confirmed_run(
        pk, lambda run: apply_run(run, Options(**run.options), by=actor_of(run.by_number), at=at).applied
    )
