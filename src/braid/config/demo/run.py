"""What `braid demo` does, stage by stage, and what it says at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from rich.console import Console

from braid.config.errors import Exit, Stop
from braid.config.models import DemoStage
from braid.kernel.checks import Demo, demo_checks
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.models import Level, Unit

from . import groups, live, notices, own_data, people, relays, report, surveys, telling, tree, votes, work
from .stages import Stages

CHECKED = "checked"
"""The stage that says that all checks were passed."""


@dataclass(frozen=True)
class Result:
    """What the demo came to."""

    demo: Demo
    line: list[int]
    seconds: float
    """What all its stages took, in this run and in earlier ones."""
    was_checked: bool
    """Whether everything had been done before, and the checks had found it right."""


def build(console: Console, *, source: str, most: int | None, whole: bool = True) -> Result:
    """Bring the demo to its end from wherever it stands. Refuses (`Stop`) a data folder that holds something else.

    Not `whole`: the reports of a large tree are left to the worker, and come in while somebody looks (`live`).
    """
    with telling.installed():
        return _build(console, source=source, most=most, whole=whole)


def _build(console: Console, *, source: str, most: int | None, whole: bool) -> Result:
    stages = Stages(console)
    was_there = DemoStage.objects.filter(name="rounds", done_at__isnull=False).exists()
    was_checked = was_there and DemoStage.objects.filter(name=CHECKED).exists()
    at = _began(source, most)
    levels = stages.run("tree", "Units", lambda stage: tree.load(stage, source=source, most=most, at=at))["levels"]
    stages.run("liaisons", "Liaison officers", lambda stage: people.fill_liaisons(stage, at=at))
    line = stages.run("offices", "Offices and members", lambda stage: people.fill_offices(stage, at=at))["line"]
    stages.run("recovery", "An account lost", lambda stage: people.begin_recovery(stage, line=line, at=at))
    stages.run("homes", "Homes", lambda stage: notices.fill_homes(stage, source=source, line=line, at=at))
    stages.run("past", "Notices of the last weeks", lambda stage: notices.send_past_notices(stage, line=line, at=at))
    stages.run("channels", "Channels chosen", lambda stage: telling.choose(stage, at=at))
    notice = stages.run("notice", "One notice to all", lambda stage: notices.send_great_notice(stage, at=at))["notice"]
    stages.run("receipts", "Who has seen it", lambda stage: notices.let_it_be_seen(stage, notice=notice, at=at))
    stages.run("groups", "Groups", lambda stage: groups.begin_groups(stage, line=line, at=at))
    stages.run("online", "A virtual federation", lambda stage: groups.gather_units(stage, line=line, at=at))
    stages.run("votes", "Votes", lambda stage: votes.hold_votes(stage, line=line, at=at))
    stages.run("chats", "Chat groups elsewhere", lambda stage: relays.register_chats(stage, at=at))
    stages.run("relay", "Carried into them", lambda stage: relays.carry_the_call(stage, notice=notice, at=at))
    stages.run("opens", "Links opened", lambda stage: relays.open_the_links(stage, notice=notice, at=at))
    stages.run("surveys", "Surveys", lambda stage: surveys.ask_people(stage, line=line, at=at))
    stages.run("visits", "Visits", lambda stage: work.log_visits(stage, line=line, at=at))
    asked = stages.run("directive", "A directive to all", lambda stage: work.send_the_directive(stage, at=at))[
        "directive"
    ]
    given = {"directive": asked, "line": line, "at": at}
    stages.run("complaint", "A complaint answered", lambda stage: work.complain_about_it(stage, **given))
    is_live = not whole and Unit.objects.count() > live.FEW
    if is_live:
        live.begin(line=line, directive=asked)
    else:
        stages.run("reports", "Reports", lambda stage: work.file_the_reports(stage, directive=asked, at=at))
        stages.run("approvals", "Approvals", lambda stage: work.approve_along_the_line(stage, **given))
        live.end()
    stages.run("own_data", "Somebody erased", lambda stage: own_data.erase_somebody(stage, line=line, at=at))
    stages.run("rounds", "Folding", lambda stage: notices.do_the_rounds(stage, at=at))
    if was_there and (whole or not was_checked):  # whoever looked at it last may have left work to the worker
        notices.catch_up(timezone.now())
    demo = Demo(notice, {int(level): count for level, count in levels.items()}, is_whole=not live.goes_on())
    seconds = sum(DemoStage.objects.values_list("seconds", flat=True))
    return Result(demo, line, seconds, was_checked)


def _began(source: str, most: int | None) -> datetime:
    """The moment the demo was begun, kept so that a run that goes on does what the first would have done."""
    choice = {"tree": source, "units": most}
    first = DemoStage.objects.filter(name="began").first()
    if first is None:
        if Unit.objects.exists() or Person.objects.exists():
            raise Stop(
                "This data folder holds something that is no demo. Choose an empty one: BRAID_VAR=... braid demo"
            )
        first = DemoStage.objects.create(name="began", done_at=timezone.now(), details=choice)
    if first.details != choice:
        held = " ".join(f"--{name} {value}" for name, value in first.details.items() if value)
        raise Stop(f"This data folder holds the demo made with {held}. Start it anew with --reset, or set BRAID_VAR.")
    assert first.done_at
    return first.done_at


def run_checks(console: Console, demo: Demo) -> list[dict[str, Any]]:
    """Ask every app's checks; returns them as the JSON report has them, and prints them."""
    found = []
    for name, check in demo_checks(whole=demo.is_whole).items():
        began = time.monotonic()
        outcome = check(demo)
        found.append({"name": name, "ok": outcome.ok, "detail": outcome.detail})
        mark = "[green]✓[/]" if outcome.ok else "[bold red]✗[/]"
        console.print(f"  {mark} {name:<18} {outcome.detail} [dim]{time.monotonic() - began:.1f} s[/]", highlight=False)
    return found


def summary(result: Result, checks: list[dict[str, Any]], *, seconds: float, peak_mb: int) -> dict[str, Any]:
    """The report of `--json`; `seconds` and `peak_mb` are what this run took."""
    counted = report.recount(result.demo.notice)
    names = level_names()
    return {
        "units": Unit.objects.filter(kind=UnitKind.BODY).count(),
        "people": Person.objects.count(),
        "levels": [
            {"level": level, "name": names.get(level, ""), **vars(row), "all_units": result.demo.levels.get(level, 0)}
            for level, row in counted.items()
        ],
        "seconds": round(seconds, 1),
        "peak_mb": peak_mb,
        "checks": checks,
    }


def level_names() -> dict[int, str]:
    """What the federation calls its levels."""
    return {level.number: level.name for level in Level.objects.all()}


def fail_if_any(checks: list[dict[str, Any]]) -> None:
    """End with exit code 1 when a check found something wrong; else remember that all was well."""
    wrong = [check["name"] for check in checks if not check["ok"]]
    DemoStage.objects.filter(name=CHECKED).delete()
    if not wrong:
        DemoStage.objects.create(name=CHECKED, done_at=timezone.now())
    else:
        raise Stop(f"Checks failed: {', '.join(wrong)}", Exit.FOUND_WRONG)
