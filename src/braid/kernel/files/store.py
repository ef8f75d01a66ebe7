"""Keeping and forgetting: bytes lie under the data folder by their digest, rows say what they are and whose."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from braid.kernel.access import Actor
from braid.kernel.models import StoredFile

from .owners import Owner
from .proving import Proven

UNOWNED_FOR = timedelta(days=1)
"""So long a file may lie there without belonging to anything; bytes no row names go after the same time."""
SLICE = 500


def keep_file(proven: Proven, *, owner: Owner | None = None, by: Actor, at: datetime) -> StoredFile:
    """Keep a proven file for `owner`; without one nobody but `by` reads it, and it goes after `UNOWNED_FOR`.

    The bytes are on disk before the row is written: a row never names what is not there.
    """
    picture = proven.picture
    return StoredFile.objects.create(
        kind=proven.kind,
        name=proven.name,
        digest=_put(proven.data),
        size=len(proven.data),
        small_digest=_put(picture.small) if picture else "",
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        owner=owner.kind if owner else "",
        owner_number=owner.number if owner else None,
        by_number=by.pk,
        created_at=at,
    )


def copy_file(file: StoredFile, *, owner: Owner, at: datetime) -> StoredFile:
    """The same file for one more owner; the bytes lie there once."""
    same = ("kind", "name", "digest", "size", "small_digest", "width", "height", "by_number")
    values = {name: getattr(file, name) for name in same}
    return StoredFile.objects.create(owner=owner.kind, owner_number=owner.number, created_at=at, **values)


def discard_files(files: Iterable[StoredFile]) -> int:
    """Forget `files`: nobody reads them from now on, and the sweep takes bytes that no other file has. Returns how many."""
    return StoredFile.objects.filter(pk__in=[file.pk for file in files]).delete()[0]


def path_of(digest: str) -> Path:
    """Where the bytes with this digest lie."""
    return _folder() / digest[:2] / digest


def sweep_files(at: datetime) -> int:
    """Forget files that never came to belong to anything, and bytes no row names; returns how many."""
    unowned = StoredFile.objects.filter(owner="", created_at__lt=at - UNOWNED_FOR)
    gone = unowned.delete()[0]
    return gone + sum(_sweep(folder, at - UNOWNED_FOR) for folder in sorted(_folder().glob("??")))


def _put(data: bytes) -> str:
    """Write `data` unless it is there, and say its digest. Written anew it counts as fresh, so no sweep takes it."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{digest}-{secrets.token_hex(8)}")
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    with _alone(path.parent):
        part.replace(path)
    return digest


def _sweep(folder: Path, before: datetime) -> int:
    """Delete what lies in `folder` since before then and no row names; what a writer left behind half written, too."""
    old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < before.timestamp()]
    named = set(_named([path.name for path in old]))
    gone = 0
    for path in old:
        with _alone(folder):  # a writer may have brought the same bytes a moment ago
            if path.name not in named and path.stat().st_mtime < before.timestamp():
                path.unlink()
                gone += 1
    return gone


def _named(digests: list[str]) -> Iterator[str]:
    """Those of `digests` that a row names."""
    for start in range(0, len(digests), SLICE):
        some = digests[start : start + SLICE]
        rows = StoredFile.objects.filter(Q(digest__in=some) | Q(small_digest__in=some))
        for pair in rows.values_list("digest", "small_digest"):
            yield from pair


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process at a time changes which files have a name in `folder`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "kept"
