"""`./braid` makes .venv when it must and says what it does. Python and pip, who would use the network, are stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "sed", "cat", "dirname", "cksum", "mkdir", "rm", "mv", "sleep", "readlink", "cp", "chmod", "touch")

STAND_IN = """#!/bin/sh
# A stand-in for Python: notes what it is asked, makes a venv of itself, and "installs" braid with the last pip call.
echo "$@" >>"{notes}"
case "$*" in
    --version) echo "Python 3.11.99" ;;
    *"-m venv"*) for last; do :; done; rm -rf "$last"; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
    *--editable*) [ ! -e "{folder}/offline" ] || exit 1
        printf '#!/bin/sh\\necho "braid: $* in $BRAID_VAR"\\n' >"$(dirname "$0")/braid"; chmod +x "$(dirname "$0")/braid" ;;
    *--require-hashes*) [ ! -e "{folder}/offline" ] || exit 1; [ ! -e "{folder}/dies" ] || kill -9 $PPID ;;
esac
"""


class Checkout:
    """A folder with the launcher, the locks, and a PATH that holds nothing else but the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.bin = folder, folder / "a checkout", folder / "bin"
        self.bin.mkdir()
        self.root.mkdir()
        for name in ("braid", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(ROOT / "locks", self.root / "locks")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or "")
        self.notes = folder / "notes"

    def has_python(self) -> None:
        python = self.bin / "python3"
        python.write_text(STAND_IN.format(notes=self.notes, folder=self.folder))
        python.chmod(0o755)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self.notes.write_text("")
        return subprocess.run(
            [str(self.root / "braid"), *arguments],
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def installed_from(self) -> list[str]:
        """The lock files of the last run, by name."""
        return [
            word for line in self.notes.read_text().splitlines() for word in line.split() if word.startswith("locks/")
        ]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.has_python()
    return made


def test_without_python_it_says_what_to_do(tmp_path: Path) -> None:
    done = Checkout(tmp_path).run("demo")
    assert done.returncode == 3
    assert "no Python 3.11 or newer was found" in done.stderr


def test_the_first_run_makes_venv_and_the_second_does_not(checkout: Checkout) -> None:
    first = checkout.run("demo", "--units", "5")
    assert first.returncode == 0, first.stderr
    assert "making .venv" in first.stderr
    assert first.stdout == f"braid: demo --units 5 in {checkout.root / 'var'}\n"
    assert checkout.installed_from() == ["locks/build.txt", "locks/run.txt"]
    second = checkout.run("up")
    assert (second.stderr, checkout.notes.read_text()) == ("", "")


def test_what_is_needed_is_added_and_never_taken_away(checkout: Checkout) -> None:
    checkout.run("demo")
    checkout.run("up", DATABASE_URL="postgres://braid@127.0.0.1/braid")
    assert checkout.installed_from() == ["locks/build.txt", "locks/postgres.txt"]
    checkout.run("test")
    assert checkout.installed_from() == ["locks/build.txt", "locks/all.txt"]
    assert checkout.run("up", DATABASE_URL="postgres://braid@127.0.0.1/braid").stderr == ""
    project = checkout.root / "pyproject.toml"
    project.write_text(project.read_text() + "\n")
    again = checkout.run("demo")
    assert "bringing .venv up to date" in again.stderr
    assert checkout.installed_from() == ["locks/build.txt", "locks/all.txt"]


def test_postgres_in_the_settings_file_counts(checkout: Checkout) -> None:
    var = checkout.root / "var"
    var.mkdir()
    (var / "settings.env").write_text("BRAID_NAME=x\nDATABASE_URL=postgres://braid@127.0.0.1/braid\n")
    checkout.run("up")
    assert checkout.installed_from() == ["locks/build.txt", "locks/postgres.txt"]


def test_killed_while_installing_it_starts_afresh(checkout: Checkout) -> None:
    (checkout.folder / "dies").touch()
    assert checkout.run("demo").returncode != 0
    (checkout.folder / "dies").unlink()
    done = checkout.run("demo")
    assert done.returncode == 0, done.stderr
    assert "making .venv" in done.stderr
    assert not (checkout.root / ".venv-lock").exists()


def test_without_a_network_it_says_so_and_goes_on_later(checkout: Checkout) -> None:
    (checkout.folder / "offline").touch()
    done = checkout.run("demo")
    assert done.returncode == 3
    assert "PIP_NO_INDEX=1" in done.stderr
    (checkout.folder / "offline").unlink()
    assert checkout.run("demo").returncode == 0


def test_a_link_in_place_of_venv_is_used_as_it_is(checkout: Checkout) -> None:
    theirs = checkout.folder / "theirs" / "bin"
    theirs.mkdir(parents=True)
    (theirs / "braid").write_text('#!/bin/sh\necho "theirs: $*"\n')
    (theirs / "braid").chmod(0o755)
    (checkout.root / ".venv").symlink_to(theirs.parent)
    done = checkout.run("version")
    assert (done.stdout, done.stderr) == ("theirs: version\n", "")


def test_through_a_link_it_finds_its_folder(checkout: Checkout) -> None:
    checkout.run("demo")
    link = checkout.folder / "braid-link"
    link.symlink_to(checkout.root / "braid")
    done = subprocess.run(
        [str(link), "up"], env={"PATH": str(checkout.bin)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"braid: up in {checkout.root / 'var'}\n"
    assert os.access(checkout.root / ".venv" / "bin" / "braid", os.X_OK)
