"""`braid serve`: the web server alone."""

from __future__ import annotations

from typing import Annotated

import typer

from braid.config.servers import HOST, PORT, check_port, serve_web


def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = PORT,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = HOST,
    workers: Annotated[
        int, typer.Option(help="Web processes; 0: one for SQLite, one per core for PostgreSQL.", min=0)
    ] = 0,
    threads: Annotated[int, typer.Option(help="Threads of each web process.", min=1)] = 4,
) -> None:
    """Serve the pages and the API, without a worker. [bold]up[/bold] starts both."""
    from braid.config.cli_setup import ready

    ready()
    check_port(host, port)
    serve_web(host, port, workers=workers, threads=threads)
