"""`python -m bench.serve APPLICATION PORT WORKERS THREADS`: the product's server with any application."""

from __future__ import annotations

import sys


def main(application: str, port: str, workers: str, threads: str) -> None:
    import django
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if application.startswith("braid."):
        django.setup()
        from braid.config.static_files import collect_if_stale

        collect_if_stale()
    Server(
        application,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=int(threads),
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
