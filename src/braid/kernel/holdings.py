"""What the kernel's own tables keep of people: what waits, what goes out, and files on their way in."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _

from .enums import DIRECT, ImportState
from .imports.staging import drop_run
from .models import Delivery, ImportBatch, ImportRun, Owed, StoredFile
from .personal import SLICE, Audience, Holding, Traces, delete_rows, nothing_to_erase, scrub, unlink


def _erase_messages(rows: models.QuerySet[Any], traces: Traces) -> int:
    """Messages to her are not sent any more; those to others do not name her."""
    direct = rows.filter(kind=DIRECT)  # the words of all others are composed when they are sent
    direct.filter(to__in=traces.texts).delete()
    return scrub("subject", "body")(direct, traces)


def _drop_staged(rows: models.QuerySet[Any], traces: Traces) -> int:
    """Files that wait to be applied and name her: they would enter her again, so whoever brought one brings it anew."""
    waiting = ImportRun.objects.filter(state__in=[ImportState.STAGING, ImportState.STAGED, ImportState.APPLYING])
    for run in waiting.order_by("pk"):
        packed = run.batches.values_list("rows", flat=True)
        if any(_names_her(zlib.decompress(rows), traces) for rows in packed.iterator(chunk_size=1)):
            drop_run(run)
    return 0


def _forget_files(rows: models.QuerySet[Any], traces: Traces) -> int:
    """Files that belong to nothing go. What belongs to a thing stays as long as that: if it is hers, its own app discards it."""
    gone = delete_rows(rows.filter(owner=""), traces)
    return gone if gone >= SLICE else unlink("by_number")(rows, traces)


def _names_her(text: bytes, traces: Traces) -> bool:
    return traces.are_in(json.dumps(json.loads(text), ensure_ascii=False))


HOLDINGS = (
    Holding(
        Delivery,
        "",
        _("messages on their way out"),
        _("to reach her"),
        Audience.ADDRESSED,
        _("until sent, a day at most"),
        _erase_messages,
        fields=("to", "subject", "body"),
    ),
    Holding(
        Delivery,
        "person_number",
        _("messages to me"),
        _("to reach her"),
        Audience.HERSELF,
        _("codes and links until sent; what came of the others 90 days"),
        delete_rows,
        fields=("kind", "channel", "to", "subject", "state", "due_at", "settled_at"),
    ),
    Holding(
        Owed,
        "",
        _("work that is owed"),
        _("to do later what was asked for"),
        Audience.NOBODY,
        _("until done"),
        scrub("arguments", "error"),
        fields=("arguments", "error"),
    ),
    Holding(
        ImportRun,
        "",
        _("what imports found"),
        _("to mend a file before it is applied"),
        Audience.HERSELF,
        _("30 days"),
        scrub("file_name", "outcome"),
        fields=("outcome",),
    ),
    Holding(
        ImportBatch,
        "",
        _("rows of files on their way in"),
        _("to apply a file at once"),
        Audience.HERSELF,
        _("7 days at most"),
        _drop_staged,
        fields=("rows",),
    ),
    Holding(
        ImportRun,
        "by_number",
        _("files I brought"),
        _("to know who brought a file"),
        Audience.HERSELF,
        _("30 days"),
        delete_rows,
        fields=("file_name", "kind", "state", "started_at"),
    ),
    Holding(
        StoredFile,
        "by_number",
        _("files I added"),
        _("to show them where they belong"),
        Audience.ADDRESSED,
        _("as long as what they belong to; who added them until she is erased"),
        _forget_files,
        fields=("name", "kind", "size", "created_at"),
        apart={"digest": Audience.NOBODY, "small_digest": Audience.NOBODY},
    ),
    Holding(
        Session,
        "",
        _("being signed in"),
        _("to stay signed in"),
        Audience.NOBODY,
        _("two weeks at most"),
        nothing_to_erase,
        fields=("session_data",),
    ),
)
