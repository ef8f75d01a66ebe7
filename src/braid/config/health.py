"""Whether this Braid is well: for load balancers, service managers and the operator."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.kernel.outbox import failed_work

from .cli_setup import pending_migrations
from .models import Heartbeat

EVERY = timedelta(seconds=10)
"""How often a worker says that it is alive."""
SILENT = timedelta(seconds=60)
"""After this long without a word no worker is taken to be alive."""

_migrated: list[bool] = []
_last_beat: list[datetime] = []


def beat(at: datetime) -> int:
    """A round of the worker: write down that it is alive, every `EVERY`. It never counts as work done."""
    if not _last_beat or at - _last_beat[0] >= EVERY:
        Heartbeat.objects.update_or_create(pk=1, defaults={"at": at})
        _last_beat[:] = [at]
    return 0


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """This process answers. It asks nothing of the database: restarting the process would not mend that."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: database there and migrated. Worker and failed work are told, and do not close the door."""
    try:
        if not _is_migrated():
            return _answer({"database": True, "migrations": False}, is_ready=False)
        return _answer({"database": True, "migrations": True, **_about_worker(timezone.now())}, is_ready=True)
    except DatabaseError:
        return _answer({"database": False}, is_ready=False)


def _is_migrated() -> bool:
    """Asked until it is so: a migrated database stays migrated for as long as this code runs."""
    if not _migrated:
        _migrated.extend([True] if not pending_migrations() else [])
    return bool(_migrated)


def _about_worker(at: datetime) -> dict[str, bool | int]:
    last = Heartbeat.objects.filter(pk=1).values_list("at", flat=True).first()
    return {"worker": bool(last and at - last < SILENT), "failed_work": failed_work().count()}


def _answer(found: dict[str, bool | int], *, is_ready: bool) -> JsonResponse:
    body = {"ready": is_ready, **found}
    return JsonResponse(body, status=200 if is_ready else 503, headers={"Cache-Control": "no-store"})
