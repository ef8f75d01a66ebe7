"""Reports that come in while somebody looks: on a large tree the worker files them, a few units at a time.

So the demo is ready sooner, and its roll-ups grow under the eyes of whoever opens them.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from braid.config.models import DemoStage

from . import work
from .stages import OneSlice

FEW = 50_000
"""Up to so many units everything is filed before the demo is served."""
NAME = "live"


def begin(*, line: list[int], directive: int) -> None:
    """Leave the reports on `directive`, and then the approvals along `line`, to the worker; begun already, nothing changes."""
    DemoStage.objects.get_or_create(name=NAME, defaults={"details": {"line": line, "directive": directive}})


def end() -> None:
    """All of it is done already: by a run that had no time to wait for the worker."""
    DemoStage.objects.filter(name=NAME, done_at=None).update(done_at=timezone.now())


def goes_on() -> bool:
    """Whether reports still come in."""
    return DemoStage.objects.filter(name=NAME, done_at=None).exists()


def go_on(at: datetime) -> int:
    """A round of the worker of a demo: file the reports of a few more units; at the end the approvals. Returns 1 while it goes
    on."""
    if not goes_on():
        return 0
    row, began = DemoStage.objects.get(name=NAME), DemoStage.objects.get(name="began").done_at
    assert began  # the demo was begun
    given = {"directive": row.details["directive"], "at": began}
    reports, approvals = OneSlice("reports"), OneSlice("approvals")
    if not reports.is_done:
        reports.run(lambda stage: work.file_the_reports(stage, size=work.FEW, **given))
    elif not approvals.is_done:
        approvals.run(lambda stage: work.approve_along_the_line(stage, line=row.details["line"], **given))
    else:
        row.done_at = timezone.now()
        row.save()
    return 1
