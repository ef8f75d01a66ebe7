"""`braid demo`: a whole federation to look at."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Annotated

import typer

from braid.config.servers import HOST, PORT, check_port
from braid.config.supervisor import supervise

BUILT = "BRAID_DEMO_BUILT"
"""Set for the process that serves, when the one before it built the demo and showed it."""


def demo(
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = PORT,
    tree: Annotated[str, typer.Option(help="The tree: cn, us, fr, or a CSV or XLSX file.")] = "cn",
    units: Annotated[int | None, typer.Option(help="Only the first N units of the tree.", min=1)] = None,
    check: Annotated[bool, typer.Option("--check", help="Build it, check every figure, and do not serve.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --check: one JSON object last on standard output.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo in the data folder away first.")] = False,
) -> None:
    """Load a real tree with made-up people, send one notice to every unit, show who has seen it, and serve the result.

    It takes about two minutes; on a large tree reports go on coming in while you look (with [bold]--check[/bold] they are
    waited for, some minutes more). Interrupted, it goes on where it was; the second start is immediate.
    """
    if as_json and not check:
        raise typer.BadParameter("it reports what --check found, so say both", param_hint="--json")
    from rich.console import Console

    from braid.config.cli_setup import ready
    from braid.config.static_files import collect_if_stale

    began = time.monotonic()
    os.environ["BRAID_DEMO_LINKS"] = "1"
    if not check:
        check_port(HOST, port)
    ready()
    collect_if_stale()
    from braid.config.demo import report, run
    from braid.config.demo.memory import Watch
    from braid.config.demo.reset import reset as throw_away

    console = Console(stderr=as_json)
    if reset:
        throw_away()
    is_built_now = os.environ.pop(BUILT, "") == "1"
    with Watch() as memory:
        result = run.build(console, source=tree, most=units, whole=check)
        if not is_built_now:
            title = f"One notice to every unit, in {result.seconds:.0f} s"
            report.show(console, title, run.level_names(), report.said(result.demo.notice))
        checks = run.run_checks(console, result.demo) if check or not result.was_checked else []
    if as_json:
        found = run.summary(result, checks, seconds=time.monotonic() - began, peak_mb=memory.peak_mb)
        typer.echo(json.dumps(found, ensure_ascii=False))
    if checks:
        run.fail_if_any(checks)
    if check:
        return
    if checks:
        _serve_anew(port, tree, units)
    from braid.config.demo.visit import links

    arguments = ["serve", "--port", str(port)]
    commands = {"web": arguments, "worker": ["work"]}
    supervise(commands, once_up=lambda: links(console, result, port, was_there=not is_built_now))


def _serve_anew(port: int, tree: str, units: int | None) -> None:
    """Begin again as the second start, in this process's place: so the memory that building took is given back."""
    from django.db import connection

    connection.close()
    again = ["demo", "--port", str(port), "--tree", tree, *(["--units", str(units)] if units else [])]
    sys.stdout.flush()
    program = [sys.executable, "-m", "braid.config", *again]
    os.execve(sys.executable, program, {**os.environ, BUILT: "1"})  # noqa: S606 (our own command)
