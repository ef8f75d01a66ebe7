"""`braid up`: web server and worker together, watched."""

from __future__ import annotations

from typing import Annotated

import typer

from braid.config.servers import HOST, PORT, check_port
from braid.config.supervisor import supervise


def up(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = PORT,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = HOST,
) -> None:
    """Serve what is in BRAID_VAR: web server and worker, each started again should it die. Ctrl-C or SIGTERM ends both."""
    from braid.config.cli_setup import ready

    ready()
    check_port(host, port)
    supervise({"web": ["serve", "--host", host, "--port", str(port)], "worker": ["work"]})
