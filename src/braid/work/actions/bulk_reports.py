"""Filing what somebody typed into a table for many units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor
from braid.kernel.enums import ImportState
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.imports.staging import drop_run
from braid.kernel.models import ImportRun
from braid.people.models import Person
from braid.work.models import Period

from .reports import Filing, file_reports


@transaction.atomic
def file_sheet(
    run: ImportRun, period: Period, filings: Sequence[Filing], *, bad: int, leave_out_bad: bool, by: Actor, at: datetime
) -> ImportRun:
    """File `filings`, the good lines of the staged table `run`, all or none.

    Refused where `bad` lines were found and nobody said that they may be left out, without a good line, when it was filed
    before, and as in `file_reports`.
    """
    if bad and not leave_out_bad:
        raise WrongState(_("The file has bad rows. Mend them, or choose to leave them out."))
    if not filings:
        raise BadInput(_("There is nothing to report in this table."))
    staged = ImportRun.objects.filter(pk=run.pk, state=ImportState.STAGED)
    if not staged.update(state=ImportState.APPLIED, applied_at=at):
        raise WrongState(_("This table was reported already."))
    file_reports(period, filings, by=by, at=at)
    run.batches.all().delete()
    return run


def forget_sheet(run: ImportRun, *, by: Person) -> None:
    """Forget a table that was not reported; one that was stays as it is."""
    if run.by_number == by.pk and run.state == ImportState.STAGED:
        drop_run(run)
