"""The two kinds of process Braid runs as: web server and worker."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading

from .cli_setup import hold_running
from .errors import Stop

HOST = "127.0.0.1"
PORT = 8000


def check_port(host: str, port: int) -> None:
    """Stop in words when the port is taken, or not ours to take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise Stop(_about_port(error, host, port)) from error


def _about_port(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is busy: another program, or another Braid, serves there. Choose one with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is not permitted: ports below 1024 belong to the system. Choose one with --port."
    return f"{host} is no address of this machine. Choose one with --host."


def serve_web(host: str, port: int, *, workers: int = 0, threads: int = 4) -> None:
    """Serve until stopped. SQLite wants its writers in one process, so there one process is the default."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from .static_files import collect_if_stale

    collect_if_stale()
    hold_running()
    end_with_parent()
    Server(
        "braid.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or default_workers(),
        blocking_threads=threads,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def default_workers() -> int:
    """How many web processes suit the database."""
    from django.db import connection

    return 1 if connection.vendor == "sqlite" else max(1, os.cpu_count() or 1)


def work_until_stopped() -> None:
    """The worker: owed work and every app's rounds, until SIGTERM or SIGINT; the piece at hand is finished first."""
    from braid.kernel import worker

    hold_running()
    stop = worker.stop_on_signals()
    end_with_parent()
    worker.work(stop)


def end_with_parent() -> None:
    """Watch the pipe a supervisor left open, if any: when it closes the supervisor is gone, and so must we be."""
    pipe = os.environ.pop("BRAID_SUPERVISOR_PIPE", "")
    if not pipe:
        return

    def watch() -> None:
        os.read(int(pipe), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
