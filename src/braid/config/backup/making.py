"""Making a backup while Braid runs."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from .databases import PARTS, copy_database
from .manifest import NAME, Checked, Manifest


def make_backup(target: Path, *, at: datetime) -> Manifest:
    """Write the backup to `target`, which appears only when it is whole.

    The spool goes first, the database second, files last: what moves from the spool into the database meanwhile is then
    in both, and counts once; a file the database names is there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        try:
            with tarfile.open(part, "w") as archive:
                manifest = _fill(archive, Path(folder), at=at)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def _fill(archive: tarfile.TarFile, folder: Path, *, at: datetime) -> Manifest:
    manifest = Manifest(version("braid"), at.isoformat(), connection.vendor, applied(), {})
    for name, path in _files("spool"):
        _add(archive, manifest, name, path)
    copy = folder / PARTS[connection.vendor]
    manifest.counts = copy_database(copy)
    _add(archive, manifest, copy.name, copy)
    for name, path in _files("files"):
        _add(archive, manifest, name, path)
    text = manifest.as_json()
    entry = tarfile.TarInfo(NAME)
    entry.size, entry.mtime = len(text), int(at.timestamp())
    archive.addfile(entry, io.BytesIO(text))
    return manifest


def applied() -> list[str]:
    """The migrations the database has, as `app.name`."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _files(kind: str) -> Iterator[tuple[str, Path]]:
    root = folder_of(kind)
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.is_file() and not path.is_symlink():
            yield f"{kind}/{path.relative_to(root).as_posix()}", path


def folder_of(kind: str) -> Path:
    """Where `files` or `spool` lie."""
    return Path({"files": settings.MEDIA_ROOT, "spool": settings.SPOOL}[kind])


def _add(archive: tarfile.TarFile, manifest: Manifest, name: str, path: Path) -> None:
    """Add a file as long as it is now; a part of the spool that was folded a moment ago is gone and needs no copy."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        entry = archive.gettarinfo(arcname=name, fileobj=file)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        checked = Checked(file)
        archive.addfile(entry, checked)
        manifest.parts[name] = checked.seal
