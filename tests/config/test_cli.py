"""`braid` at the terminal: what it offers, and what it says when something is wrong."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.backends.sqlite3 import base as sqlite_backend
from django.db.utils import DatabaseErrorWrapper

from braid.config import commands
from braid.config.cli import PANELS, told_in_words
from braid.config.commands.check import CHECKS

from .processes import ROOT, Braid, free_port

pytestmark = pytest.mark.once


def test_every_command_stands_in_help() -> None:
    modules = {path.stem for path in Path(commands.__path__[0]).glob("*.py")} - {"__init__"}
    assert modules == {name for names in PANELS.values() for name in names}


def test_help_names_every_command_and_exit_code(braid: Braid) -> None:
    page = braid.must("--help")
    for name in [name for names in PANELS.values() for name in names]:
        assert f" {name} " in page
    assert "Exit codes: 0 done" in page


def test_every_command_has_a_page(braid: Braid) -> None:
    """All asked for in one process, and in as many the first and the last of them."""
    names = [name for names in PANELS.values() for name in names]
    program = (
        "import sys; from braid.config.cli import add_commands, app; add_commands()\n"
        "for name in sys.argv[1:]:\n"
        "    app([name, '--help'], standalone_mode=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *names], env=braid.environment, capture_output=True, text=True, check=True
    )
    pages = done.stdout.split("Usage:")[1:]
    assert len(pages) == len(names)
    assert all(f" {name} " in page.splitlines()[0] for name, page in zip(names, pages, strict=True))
    assert all("Usage:" in braid.must(name, "--help") for name in (names[0], names[-1]))


def test_style_is_checked_wherever_python_stands() -> None:
    folders = [one for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith(".") and one.name != "var"]
    there = {one.name for one in folders if any(one.rglob("*.py"))}
    for name in ("ruff", "format"):
        assert there <= set(CHECKS[name])


def test_an_unknown_command_is_a_wrong_command_line(braid: Braid) -> None:
    done = braid.run("fly")
    assert done.returncode == 2
    assert "fly" in done.stderr


def test_a_command_migrates_an_empty_folder_by_itself(bare: Braid) -> None:
    bare.must("backup", str(bare.folder.parent / "empty.tar"))
    assert "up to date" in bare.must("migrate", "--check")
    assert not (bare.folder / "backups").exists()


def test_version_as_json(braid: Braid) -> None:
    assert set(json.loads(braid.must("version", "--json"))) == {"braid", "python", "django", "sqlite"}


def test_flows_are_mermaid_diagrams(braid: Braid) -> None:
    said = braid.must("flows")
    assert "stateDiagram-v2" in said
    assert "draft --> sent" in said
    assert json.loads(braid.must("flows", "--json"))["notice"]["draft"] == ["sent"]


@pytest.mark.parametrize("command", ["serve", "up", "demo"])
def test_a_busy_port_is_said_in_words(braid: Braid, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = braid.run(command, "--port", str(port))
    assert done.returncode == 3
    assert f"Port {port} is busy" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_foreign_address_is_said_in_words(braid: Braid) -> None:
    done = braid.run("serve", "--host", "192.0.2.1", "--port", str(free_port()))
    assert (done.returncode, "no address of this machine" in done.stderr) == (3, True)


def test_a_data_folder_that_is_a_file(bare: Braid) -> None:
    bare.folder.write_text("I am a file")
    done = bare.run("migrate")
    assert done.returncode == 3
    assert "is not a folder" in done.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written(bare: Braid) -> None:
    bare.folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    done = bare.run("migrate")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("url", ["mysql://x", "nonsense", "postgres"])
def test_a_wrong_database_url(braid: Braid, url: str) -> None:
    done = braid.run("migrate", DATABASE_URL=url)
    assert done.returncode == 3
    assert "DATABASE_URL must begin with" in done.stderr


def test_a_database_that_does_not_answer(braid: Braid) -> None:
    pytest.importorskip("psycopg")
    done = braid.run("migrate", DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/none")
    assert done.returncode == 3
    assert "The database cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_driver_is_said_in_words(braid: Braid, tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "psycopg.py").write_text("raise ImportError('not here')")
    (tmp_path / "without" / "psycopg2.py").write_text("raise ImportError('not here')")
    path = f"{tmp_path / 'without'}{os.pathsep}{braid.environment['PYTHONPATH']}"
    done = braid.run("migrate", DATABASE_URL="postgres://a@127.0.0.1/b", PYTHONPATH=path)
    assert done.returncode == 3
    assert "its driver is not installed" in done.stderr


def test_a_file_that_is_no_database(braid: Braid, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    done = braid.run("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'letter.txt'}")
    assert done.returncode == 3
    assert "not an SQLite database" in done.stderr


def test_a_full_disk_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, told_in_words(), open("/dev/full", "w") as full:
        full.write("x" * 100_000)
    assert ended.value.code == 3
    assert "The disk is full" in capsys.readouterr().err


def test_a_full_disk_under_sqlite_is_said_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "full")
    database.execute("PRAGMA max_page_count = 4")
    errors = DatabaseErrorWrapper(sqlite_backend.DatabaseWrapper(connection.settings_dict))
    with closing(database), pytest.raises(SystemExit) as ended, told_in_words(), errors:
        database.executescript("CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(1000000));")
    assert ended.value.code == 3
    assert "The disk is full" in capsys.readouterr().err


def test_demo_of_a_missing_tree(braid: Braid) -> None:
    done = braid.run("demo", "--check", "--tree", "atlantis")
    assert done.returncode == 3
    assert "no tree and no file named atlantis" in done.stderr


def test_a_dry_run_says_how_much_it_does_not_list(braid: Braid, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("code,parent_code,name\nA,,Alpha\n" + "".join(f"A{n},A,Unit {n}\n" for n in range(1, 120)))
    said = braid.must("units", "import", str(file), "--dry-run")
    assert "Unit 99" in said
    assert "Unit 100" not in said
    assert "added     ... and 20 more" in said
    found = json.loads(braid.must("units", "import", str(file), "--dry-run", "--json").splitlines()[-1])
    assert (len(found["examples"]), found["changes"]["added"]) == (100, 120)


def test_the_tree_of_a_day_is_exported_or_refused_in_words(braid: Braid, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("code,parent_code,name\nA,,Alpha\nA1,A,One\n")
    braid.must("units", "import", str(file))
    out = tmp_path / "out.csv"
    assert "2 units written" in braid.must("units", "export", str(out))
    zone = ZoneInfo(braid.environment["BRAID_TIME_ZONE"])
    today = datetime.fromtimestamp(out.stat().st_mtime, zone).date()  # the test's own clock does not count there
    assert "1 units written" in braid.must("units", "export", str(out), "--under", "A1", "--on", f"{today}")
    assert out.read_text() == "code,parent_code,name,level\nA1,A,One,2\n"
    for day, words in (("soon", "on: This is not a day"), ("1999-12-31", "on: The tree was loaded on")):
        done = braid.run("units", "export", str(out), "--on", day)
        assert (done.returncode, words in done.stderr) == (1, True)


def test_init_writes_settings_once_and_for_the_owner_only(bare: Braid) -> None:
    bare.must("init", "--host", "braid.example.org", "--name", "Federation")
    file = bare.folder / "settings.env"
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "BRAID_DEBUG=false" in text
    assert "BRAID_ORIGINS=https://braid.example.org" in text
    secret = next(line for line in text.splitlines() if line.startswith("BRAID_SECRET_KEY="))
    assert len(secret) > 60
    done = bare.run("init")
    assert (done.returncode, file.read_text()) == (1, text)
    assert "up to date" not in bare.must("migrate")
    assert not (bare.folder / "secret_key").exists()


def test_init_refuses_a_time_zone_that_is_none(braid: Braid) -> None:
    done = braid.run("init", "--time-zone", "Mars/Olympus")
    assert done.returncode == 2
    assert not (braid.folder / "settings.env").exists()
