"""`braid demo`: a whole federation to look at."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from braid.config.servers import HOST, PORT, check_port
from braid.config.supervisor import supervise


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

    It takes about two minutes; on a large tree reports go on coming in while you look. Interrupted, it goes on where it
    was; the second start is immediate.
    """
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
    from braid.config.demo.reset import reset as throw_away

    console = Console(stderr=as_json)
    if reset:
        throw_away()
    result = run.build(console, source=tree, most=units, whole=check)
    title = f"One notice to every unit, in {result.seconds:.0f} s"
    report.show(console, title, run.level_names(), report.said(result.demo.notice))
    checks = run.run_checks(console, result.demo)
    if check:
        if as_json:
            typer.echo(json.dumps(run.summary(result, checks, began=began), ensure_ascii=False))
        run.fail_if_any(checks)
        return
    run.fail_if_any(checks)
    from braid.config.demo.visit import links

    arguments = ["serve", "--port", str(port)]
    supervise({"web": arguments, "worker": ["work"]}, once_up=lambda: links(console, result, port))
