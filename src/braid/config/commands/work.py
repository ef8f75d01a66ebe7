"""`braid work`: one worker alone."""

from __future__ import annotations


def work() -> None:
    """Do what is owed and fold the journal, until stopped. Any number of workers may run. [bold]up[/bold] starts one."""
    from braid.config.cli_setup import ready

    ready()
    from braid.config.servers import work_until_stopped

    work_until_stopped()
