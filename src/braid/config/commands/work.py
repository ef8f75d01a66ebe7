"""`braid work`: one worker alone."""

from __future__ import annotations


def work() -> None:
    """Do what is owed and fold the journal, until stopped. Any number of workers may run. [bold]up[/bold] starts one."""
    from braid.config.cli_setup import ready

    ready()
    from django.conf import settings

    from braid.config.servers import work_until_stopped

    if settings.DEMO_LINKS:  # it is the worker of a demo
        from braid.config.demo import live
        from braid.kernel import worker

        worker.rounds.append(live.go_on)
    work_until_stopped()
