"""The demo, small: built by the real command, killed and gone on with, refused where it must be."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from braid.config.demo.notices import catch_up
from braid.kernel import outbox
from braid.kernel.checks import Demo, nothing_due_is_left
from braid.kernel.outbox import owe
from braid.people.models import Person
from tests.kernel.outbox_workers import make_person

from .processes import COMMAND, DEMO, Braid, braid_on, children_of, free_port, status_of, wait_for

NEEDED = {
    "contact.delivery",
    "units.count",
    "units.levels",
    "people.liaisons",
    "people.own_data",
    "people.recovery",
    "journal.fold",
    "contact.reached",
    "contact.seen",
    "contact.groups",
    "contact.relay",
    "home.pages",
    "work.approval",
    "work.burden",
    "work.complaint",
    "work.directive",
    "work.prefill",
    "work.rollup",
    "kernel.outbox",
}

DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def report_of(braid: Braid, *arguments: str) -> dict[str, Any]:
    """The JSON object that stands last on standard output."""
    said = braid.must("demo", "--check", "--json", *arguments)
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return found


def what_stays(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what differs from run to run, days too (midnight may lie between two runs), and each check by its
    name."""
    stays = {name: value for name, value in report.items() if name not in ("seconds", "peak_mb", "checks")}
    said = {check["name"]: (check["ok"], DAY.sub("on a day", check["detail"])) for check in report["checks"]}
    return stays | said


def test_report_has_everything_and_all_is_well(built: Braid) -> None:
    report = report_of(built, *DEMO)
    assert set(report) == {"units", "people", "levels", "seconds", "peak_mb", "checks"}
    assert {check["name"] for check in report["checks"]} >= NEEDED
    assert [check for check in report["checks"] if not check["ok"]] == []
    assert report["people"] > report["units"] > 100
    levels = report["levels"]
    assert sum(row["all_units"] for row in levels) == report["units"]
    assert all(row["acknowledged"] <= row["seen"] <= row["reached"] <= row["units"] for row in levels)
    assert 0 < levels[-1]["seen"] < levels[-1]["reached"] < levels[-1]["units"]


@pytest.mark.once
def test_another_tree_in_the_same_folder_is_refused(built: Braid) -> None:
    done = built.run("demo", "--check", "--tree", "fr")
    assert done.returncode == 3
    assert "--reset" in done.stderr


FORGET_ONE_UNIT = """
import django
django.setup()
from braid.contact.models import Receipt
last = Receipt.objects.order_by("-unit_number")[0].unit_number
Receipt.objects.filter(unit_number=last).delete()
"""


LOSE_ONE_MESSAGE_AND_NAME_HER_AGAIN = """
from pathlib import Path
from django.conf import settings
from braid.people.models import Person
min(Path(settings.SPOOL, "demo").iterdir()).unlink()
Person.objects.filter(pk=1).update(name="zqxjkv")
"""

ANSWER_TOO_LATE = """
from datetime import timedelta
from braid.work.models import Complaint
complaint = Complaint.objects.get()
complaint.answered_at += timedelta(days=30)
complaint.save()
"""

SPOIL_REPORTS = """
from braid.work.enums import ReportState
from braid.work.models import Handling, Report, Total
Handling.objects.filter(state="reported").update(state="in_work")
total = Total.objects.filter(rollup__period__isnull=False).order_by("-unit_number")[0]
total.filed["n"] += 1
Total.objects.filter(rollup=total.rollup_id, unit_number=total.unit_number).update(filed=total.filed)
for report in Report.objects.exclude(state=ReportState.DRAFT).exclude(counted={}):
    counted = {key: number + 1 for key, number in report.counted.items()}
    Report.objects.filter(pk=report.pk).update(counted=counted)
"""


@pytest.mark.once
def test_a_check_that_fails_ends_with_one(built: Braid, tmp_path: Path) -> None:
    with braid_on(tmp_path / "var", like=built) as braid:
        subprocess.run(
            [COMMAND[0], "-c", FORGET_ONE_UNIT + LOSE_ONE_MESSAGE_AND_NAME_HER_AGAIN + ANSWER_TOO_LATE + SPOIL_REPORTS],
            env={**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"},
            check=True,
        )
        done = braid.run("demo", "--check", "--json", *DEMO)
    assert done.returncode == 1
    checks = {check["name"]: check["ok"] for check in json.loads(done.stdout.strip().splitlines()[-1])["checks"]}
    assert checks["contact.seen"] is False
    assert checks["contact.delivery"] is False
    assert checks["people.own_data"] is False
    for name in ("complaint", "directive", "prefill", "rollup"):
        assert checks[f"work.{name}"] is False, name
    assert checks["contact.reached"] is True


@pytest.mark.once
def test_what_failed_its_checks_is_checked_again_before_it_is_served(built: Braid, tmp_path: Path) -> None:
    with braid_on(tmp_path / "var", like=built) as braid:
        subprocess.run(
            [COMMAND[0], "-c", FORGET_ONE_UNIT],
            env={**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"},
            check=True,
        )
        assert braid.run("demo", "--check", *DEMO).returncode == 1
        done = braid.run("demo", *DEMO, "--port", str(free_port()))
    assert done.returncode == 1
    assert re.search("Checks failed: .*contact.seen", done.stderr)


@pytest.mark.once
def test_what_was_built_now_is_served_by_a_process_that_did_not_build(built: Braid, tmp_path: Path) -> None:
    with braid_on(tmp_path / "var", like=built) as braid:
        forget = "from braid.config.models import DemoStage; DemoStage.objects.filter(name='checked').delete()"
        subprocess.run(
            [COMMAND[0], "-c", f"import django; django.setup(); {forget}"],
            env={**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"},
            check=True,
        )
        port = free_port()
        process = braid.start("demo", *DEMO, "--port", str(port))
        wait_for(lambda: "--reset" in braid.said.read_text())
        said = braid.said.read_text()
        assert said.count("One notice to every unit") == 1
        assert said.index("✓ units.count") < said.index(f"Braid is at http://127.0.0.1:{port}/")
        assert "It was all there already" not in said
        assert set(children_of(process.pid)) == {"serve", "work"}
        assert "BRAID_DEMO_BUILT=1" in Path(f"/proc/{process.pid}/environ").read_text().split("\0")
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.once
def test_json_without_check_is_a_wrong_command_line(braid: Braid) -> None:
    done = braid.run("demo", "--json", *DEMO)
    assert done.returncode == 2
    assert "--check" in done.stderr


@pytest.mark.once
def test_killed_anywhere_it_goes_on_to_the_same_end(built: Braid, tmp_path: Path) -> None:
    whole = what_stays(report_of(built, *DEMO))
    chance = random.Random(int(os.environ.get("BRAID_TEST_SEED", "7")))
    with braid_on(tmp_path / "var", bare=True) as braid:
        kills = 0
        for _ in range(5):
            process = braid.start("demo", "--check", *DEMO)
            try:
                process.wait(chance.uniform(1.2, 5))
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
        assert kills
        assert what_stays(report_of(braid, *DEMO)) == whole


@pytest.mark.once
@pytest.mark.django_db
def test_work_that_a_killed_run_had_begun_is_not_left(now: datetime) -> None:
    owe(make_person, "begun", due=now)
    assert outbox._claim(now)  # and here it was killed
    assert not nothing_due_is_left(Demo(0, {})).ok
    catch_up(now)
    assert Person.objects.get().name == "begun"
    assert nothing_due_is_left(Demo(0, {})).ok


@pytest.mark.once
def test_reset_begins_anew_with_a_file_of_ones_own_and_spares_what_is_no_demo(built: Braid, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("code,parent_code,name\n" + "A,,Alpha\n" + "".join(f"A{n},A,Unit {n}\n" for n in range(30)))
    with braid_on(tmp_path / "var", like=built) as braid:
        assert report_of(braid, "--tree", str(file), "--reset")["units"] == 31
        make = "from braid.config.models import DemoStage; DemoStage.objects.all().delete()"
        subprocess.run(
            [COMMAND[0], "-c", f"import django; django.setup(); {make}"],
            env={**braid.environment, "DJANGO_SETTINGS_MODULE": "braid.config.settings"},
            check=True,
        )
        for arguments in (["--reset"], []):
            done = braid.run("demo", "--check", *DEMO, *arguments)
            assert done.returncode == 3
            assert "no demo" in done.stderr


@pytest.mark.once
def test_bad_rows_of_a_file_are_listed(braid: Braid, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("code,parent_code,name\nA,,Alpha\nB,nowhere,Beta\n")
    done = braid.run("demo", "--check", "--tree", str(file))
    assert done.returncode == 1
    assert "line 3" in done.stderr


@pytest.mark.once
def test_it_serves_and_its_links_sign_in(built: Braid, tmp_path: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with braid_on(tmp_path / "var", like=built) as braid:  # a copy, as the worker goes on with what is due
        process = braid.start("demo", *DEMO, "--port", str(port))
        wait_for(lambda: "--reset" in braid.said.read_text())
        said = braid.said.read_text()
        hashed = (
            "/",
            "/sw.js",
            "/offline/",
            "/manifest.webmanifest",
        )  # they name static files as they are called here only
        assert [status_of(base + path) for path in hashed] == [200] * 4
        links = re.findall(rf"{base}/\S+/\S+", said)
        assert len(links) == 6
        assert "Member:" in said
        assert "It was all there already" in said
        assert "units.count" not in said, "it was checked when it was built, so it is served at once"
        assert all(status_of(link) == 200 for link in links)
        began = time.monotonic()
        process.terminate()
        assert process.wait(30) == 0
        assert time.monotonic() - began < 25
        assert status_of(f"{base}/live") == 0
