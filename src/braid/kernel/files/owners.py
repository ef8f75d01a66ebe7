"""What files belong to, and the gate of each kind of owner: asked at every single read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.http import Http404

from braid.kernel.access import Actor
from braid.kernel.models import StoredFile

Gate = Callable[[Actor | None, int, datetime], bool]
"""Whether somebody (None: anybody) may read what belongs to the thing with this number at this moment."""

owners: dict[str, Gate] = {}
"""Gates by kind of owner, filled by apps in `ready()`: `owners["notice"] = may_read_files_of_notice`."""


class Owner(NamedTuple):
    """The thing a file belongs to: `kind` is a name in `owners`."""

    kind: str
    number: int


def file_for(person: Actor | None, pk: int, *, at: datetime) -> StoredFile:
    """The file numbered `pk` if `person` (None: anybody) may read what it belongs to, now; else `Http404`.

    A file that belongs to nothing yet is read by nobody but whoever brought it. A kind of owner without a gate raises.
    """
    file = StoredFile.objects.filter(pk=pk).first()
    if file is None or not can_read_file(person, file, at=at):
        raise Http404
    return file


def can_read_file(person: Actor | None, file: StoredFile, *, at: datetime) -> bool:
    """Whether `person` (None: anybody) may read `file` at `at`."""
    if file.owner_number is None:
        return person is not None and person.pk is not None and person.pk == file.by_number
    return owners[file.owner](person, file.owner_number, at)
