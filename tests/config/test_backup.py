"""Backups, proven by restoring them: on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.needs import needs

from .processes import COMMAND, DEMO, Braid, braid_on

pytestmark = needs("pg_dump", on_postgresql=True)


@pytest.fixture(scope="module")
def saved(built: Braid, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Braid, Path]]:
    """A small demo with a file and a spool, and its backup."""
    folder = tmp_path_factory.mktemp("saved")
    with braid_on(folder / "var", like=built) as braid:
        (braid.folder / "files" / "logos").mkdir(parents=True)
        (braid.folder / "files" / "logos" / "标志.svg").write_text("<svg/>")
        (braid.folder / "spool" / "receipts").mkdir(parents=True, exist_ok=True)
        (braid.folder / "spool" / "receipts" / "kept.part").write_bytes(b"")
        braid.must("backup", str(folder / "b.tar"))
        yield braid, folder / "b.tar"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Braid]:
    with braid_on(tmp_path / "other", bare=True) as braid:
        yield braid


def asks(braid: Braid, expression: str) -> Any:
    """The value of `expression` (JSON) in a process on that data folder."""
    code = f"import django, json; django.setup(); from braid.units.models import Unit; print(json.dumps({expression}))"
    environment = {**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"}
    done = subprocess.run([COMMAND[0], "-c", code], env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


UNITS = "list(Unit.objects.order_by('path').values_list('number', 'path', 'code', 'name'))"


def test_what_was_saved_comes_back(saved: tuple[Braid, Path], empty: Braid) -> None:
    braid, file = saved
    said = json.loads(empty.must("restore", str(file), "--json").splitlines()[-1])
    kept = [path for name in ("files", "spool") for path in (braid.folder / name).rglob("*") if path.is_file()]
    assert said["files"] == len(kept) > 2
    assert said["rows"] > 300
    assert said["migrated"] == []
    assert asks(empty, UNITS) == asks(braid, UNITS)
    assert (empty.folder / "files" / "logos" / "标志.svg").read_text() == "<svg/>"
    assert "✓ contact.seen" in empty.must("demo", "--check", *DEMO)
    assert not list(empty.folder.glob(".restore-*"))


def test_nothing_is_overwritten_unless_told_to(saved: tuple[Braid, Path], braid: Braid, tmp_path: Path) -> None:
    source, file = saved
    rows = tmp_path / "own.csv"
    rows.write_text("code,parent_code,name\nA,,Alpha\nB,A,Beta\n")
    braid.must("units", "import", str(rows))
    before = asks(braid, UNITS)
    done = braid.run("restore", str(file))
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert asks(braid, UNITS) == before
    braid.must("restore", str(file), "--replace")
    assert asks(braid, UNITS) == asks(source, UNITS)
    kept = list((braid.folder / "backups").glob("replaced-*")) if "DATABASE_URL" not in braid.environment else [1]
    assert len(kept) == 1


def spoiled(file: Path, target: Path, part: str, change: Any) -> Path:
    """A copy of the backup in which one part is changed, or left out where `change` gives None."""
    with tarfile.open(file) as source, tarfile.open(target, "w") as out:
        for entry in source:
            data = source.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name.startswith(part):
                data = change(data)
            if data is not None:
                entry.size = len(data)
                out.addfile(entry, io.BytesIO(data))
    return target


@pytest.mark.once
@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("database", lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "damaged: database"),
        ("database", lambda data: None, "damaged: database"),
        ("files/", lambda data: b"<svg><script/></svg>", "damaged: files/logos"),
        ("manifest", lambda data: None, "manifest is missing"),
        ("manifest", lambda data: b"{}", "manifest is damaged"),
        ("manifest", lambda data: data.replace(b'"format": 1', b'"format": 2'), "later Braid"),
        ("manifest", lambda data: data.replace(b'"kernel.0001_initial"', b'"kernel.9999_later"'), "later Braid"),
        ("manifest", lambda data: re.sub(rb'("units_unit": )', rb"\g<1>9", data), "units_unit: 9"),
    ],
)
def test_a_damaged_backup_is_refused(
    saved: tuple[Braid, Path], empty: Braid, tmp_path: Path, part: str, change: Any, words: str
) -> None:
    done = empty.run("restore", str(spoiled(saved[1], tmp_path / "bad.tar", part, change)))
    assert done.returncode in (1, 3)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.once
def test_a_backup_that_reaches_outside_is_refused(saved: tuple[Braid, Path], empty: Braid, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar"
    shutil.copy(saved[1], bad)
    with tarfile.open(bad, "a") as archive:
        entry = tarfile.TarInfo("files/../../outside")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"bad"))
    done = empty.run("restore", str(bad))
    assert done.returncode == 1
    assert "no part of a backup" in done.stderr
    assert not (tmp_path / "outside").exists()


@pytest.mark.once
def test_a_letter_is_no_backup(empty: Braid, saved: tuple[Braid, Path], tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    for place in (empty, saved[0]):  # where there is data that is said first, too
        done = place.run("restore", str(tmp_path / "letter"))
        assert done.returncode == 1
        assert "is no backup" in done.stderr


@pytest.mark.once
def test_a_backup_never_writes_over_another(saved: tuple[Braid, Path]) -> None:
    braid, file = saved
    before = file.stat().st_size
    assert braid.run("backup", str(file)).returncode == 1
    assert file.stat().st_size == before


ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")


def make_older(braid: Braid) -> None:
    """The database lacks a migration, as that of an older Braid does."""
    code = (
        "import django; django.setup(); from django.db import connection; cursor = connection.cursor();"
        """cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'");"""
        """cursor.execute("DROP TABLE django_session")"""
    )
    environment = {**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"}
    subprocess.run([COMMAND[0], "-c", code], env=environment, check=True)


def test_an_upgrade_keeps_what_was_there(braid: Braid, empty: Braid, tmp_path: Path) -> None:
    rows = tmp_path / "own.csv"
    rows.write_text("code,parent_code,name\nA,,Alpha\nB,A,Beta\n")
    braid.must("units", "import", str(rows))
    make_older(braid)
    done = braid.run("units", "export", str(tmp_path / "out.csv"))
    (kept,) = (braid.folder / "backups").iterdir()
    assert (done.returncode, str(kept) in done.stderr) == (0, True)
    if ON_POSTGRESQL:
        said = json.loads(empty.must("restore", str(kept), "--json").splitlines()[-1])
        assert said["migrated"] == ["sessions.0001_initial"]
        assert asks(empty, UNITS) == asks(braid, UNITS)
        assert not (empty.folder / "backups").exists()
        return
    with closing(sqlite3.connect(kept)) as copy:
        assert not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_session'").fetchall()
        assert copy.execute("SELECT count(*) FROM units_unit").fetchone() == (2,)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="copying an SQLite file needs no program")
def test_an_upgrade_that_cannot_keep_it_changes_nothing(braid: Braid, tmp_path: Path) -> None:
    make_older(braid)
    (tmp_path / "none").mkdir()
    (tmp_path / "failing").mkdir()
    (tmp_path / "failing" / "pg_dump").write_text("#!/bin/sh\necho too old >&2\nexit 1\n")
    (tmp_path / "failing" / "pg_dump").chmod(0o700)
    for place, words in (("none", "pg_dump was not found"), ("failing", "too old")):
        done = braid.run("units", "export", str(tmp_path / "out.csv"), PATH=str(tmp_path / place))
        assert done.returncode == 3
        assert words in done.stderr
        assert "braid migrate --without-backup" in done.stderr
        assert "sessions.0001_initial" in braid.run("migrate", "--check").stdout
        assert not list((braid.folder / "backups").iterdir())
    assert "applied sessions.0001_initial" in braid.must("migrate", "--without-backup")
    assert not list((braid.folder / "backups").iterdir())
