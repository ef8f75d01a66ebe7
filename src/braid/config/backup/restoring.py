"""Putting a backup back, and proving that it is what was saved."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from braid.config.errors import Exit, Stop

from .databases import PARTS, counts, is_empty, put_back
from .making import folder_of
from .manifest import FOLDERS, NAME, Checked, Manifest, read_manifest


@dataclass(frozen=True)
class Restored:
    """What was put back, and that it is the same."""

    manifest: Manifest
    rows: int
    files: int


def restore_backup(source: Path, *, replace: bool, at: datetime) -> Restored:
    """Put the backup `source` into an empty place, or in place of what is there if `replace`.

    Every part is unpacked and checked before anything is touched. Refused (`Stop`) when the file is no backup, the place is not
    empty, or the backup is damaged, of another kind of database, or of a later Braid.
    """
    _check_is_backup(source)
    if not replace and not _place_is_empty():
        raise Stop("There is data here already. Restore into an empty data folder, or say --replace.", Exit.FOUND_WRONG)
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=".restore-") as folder:
        manifest = _unpack(source, Path(folder))
        _check_fits(manifest)
        kept = Path(settings.VAR) / "backups" / f"replaced-{at:%Y%m%d-%H%M%S}.sqlite3"
        put_back(Path(folder) / PARTS[manifest.vendor], replaced=kept)
        for kind in FOLDERS:
            _put_folder(Path(folder) / kind, folder_of(kind))
    found = counts()
    differ = {name: (count, found.get(name, 0)) for name, count in manifest.counts.items() if found.get(name) != count}
    if differ:
        lines = [f"  {name}: {was} saved, {now} restored" for name, (was, now) in differ.items()]
        raise Stop("\n".join(["The restored database differs from what was saved:", *lines]), Exit.FOUND_WRONG)
    return Restored(manifest, sum(found.values()), len(manifest.parts) - 1)


def _check_is_backup(source: Path) -> None:
    """By its list of contents, which is read quickly."""
    with _opened(source) as archive:
        if NAME not in archive.getnames():
            raise Stop(f"{source} was not finished: its manifest is missing.", Exit.FOUND_WRONG)


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise Stop(f"{source} is no backup made by `braid backup`, or it was cut off.", Exit.FOUND_WRONG) from error


def _place_is_empty() -> bool:
    return is_empty() and not any(folder_of(kind).exists() and any(folder_of(kind).rglob("*.*")) for kind in ("files",))


def _unpack(source: Path, folder: Path) -> Manifest:
    """Unpack every part into `folder`, and compare each with the manifest."""
    seals: dict[str, tuple[int, str]] = {}
    text = b""
    with _opened(source) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isreg() else None
            if file is None or not _is_part(entry.name):
                raise Stop(f"{source} holds something that is no part of a backup: {entry.name}", Exit.FOUND_WRONG)
            if entry.name == NAME:
                text = file.read()
                continue
            checked = Checked(file)
            target = folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                shutil.copyfileobj(checked, out, 1 << 20)
            seals[entry.name] = checked.seal
    manifest = read_manifest(text)
    wrong = sorted(name for name in seals.keys() | manifest.parts.keys() if seals.get(name) != manifest.parts.get(name))
    if wrong:
        raise Stop(f"The backup is damaged: {', '.join(wrong[:5])}. Nothing was changed.", Exit.FOUND_WRONG)
    return manifest


def _is_part(name: str) -> bool:
    steps = name.split("/")
    if len(steps) == 1:
        return name == NAME or name in PARTS.values()
    return steps[0] in FOLDERS and not any(step in ("", ".", "..") for step in steps)


def _check_fits(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise Stop(
            f"The backup is of {names.get(manifest.vendor, manifest.vendor)}; "
            f"the database here is {names[connection.vendor]}. DATABASE_URL says which."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    later = sorted(set(manifest.migrations) - known)
    if later:
        raise Stop(
            f"The backup was made by a later Braid ({later[0]} is unknown here). Bring this one up to date first."
        )


def _put_folder(source: Path, target: Path) -> None:
    """Put an unpacked folder in place of `target`; what was there goes."""
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
