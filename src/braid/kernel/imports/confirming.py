"""A staged file in the browser: confirmed or dropped by the person who brought it, applied by the worker as her."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.enums import ImportState
from braid.kernel.errors import Refused, WrongState
from braid.kernel.models import ImportRun
from braid.kernel.outbox import owe

from .staging import drop_run


@transaction.atomic
def confirm_run(run: ImportRun, apply: Callable[..., None], options: dict[str, Any], *, at: datetime) -> ImportRun:
    """Owe `apply(number of the run)`. Refused when it was confirmed or dropped before, or has bad rows and none may be left
    out (`options["skip_bad"]`)."""
    if run.outcome.get("problems") and not options["skip_bad"]:
        raise WrongState(_("The file has bad rows. Mend them, or choose to leave them out."))
    confirmed = ImportRun.objects.filter(pk=run.pk, state=ImportState.STAGED)
    if not confirmed.update(state=ImportState.APPLYING, options=options):
        raise _already(run)
    owe(apply, run.pk, due=at)
    return run


@transaction.atomic
def drop_unconfirmed(run: ImportRun) -> None:
    """Forget a file that was not applied. Refused once it was confirmed."""
    if run.state not in (ImportState.STAGING, ImportState.STAGED):
        raise _already(run)
    drop_run(run)


def apply_confirmed_run(pk: int, apply: Callable[[ImportRun], bool]) -> None:
    """Apply the confirmed run `pk`; `apply` says whether it was applied. A refusal is kept for whoever brought the file."""
    run = ImportRun.objects.filter(pk=pk, state=ImportState.APPLYING).first()
    if run is None:
        return
    try:
        with transaction.atomic():
            applied, refusal = apply(run), ""
    except Refused as error:  # nobody waits for the worker: the words go where she will look
        applied, refusal = False, str(error.message)
    if not applied:
        run.refresh_from_db()
        ImportRun.objects.filter(pk=pk).update(state=ImportState.REFUSED, outcome={**run.outcome, "refusal": refusal})


def refuse_applied(run: ImportRun) -> None:
    """Go on only with a run that was neither applied nor dropped."""
    if run.state not in (ImportState.STAGED, ImportState.APPLYING):
        raise _already(run)


def _already(run: ImportRun) -> WrongState:
    return WrongState(_("This import is “%(state)s” already.") % {"state": run.get_state_display()})
