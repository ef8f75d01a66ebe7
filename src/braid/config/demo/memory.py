"""How much memory the demo took: all its processes together, watched while they work."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

PAUSE = 0.2
"""Seconds between two looks."""
PROC = Path("/proc")
_PAGE = resource.getpagesize()


class Watch(Thread):
    """Looks every `PAUSE` seconds at this process and all below it, for as long as the `with` lasts.

    What they hold at one moment is the sum of their PSS: memory that several share counts once. Where the system does not tell
    it RSS stands for it, which counts such memory for each. PSS is dear to read and never above RSS, so it is asked only when
    the sum of RSS is above the most that was found. A peak between two looks is missed but for this process's own, which the
    system keeps itself; so the figure is never below that. A database server is no process of the demo's and does not count.
    """

    def __init__(self) -> None:
        super().__init__(name="memory", daemon=True)
        self._over = Event()
        self._most = 0

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while True:
            self._look()
            if self._over.wait(PAUSE):
                return

    @property
    def peak_mb(self) -> int:
        """The most found so far, in MB of 1024 × 1024 bytes."""
        self._look()
        return max(self._most, own_peak()) >> 20

    def _look(self) -> None:
        family = list(family_of(os.getpid()))
        if sum(map(rss_of, family)) > self._most:
            self._most = max(self._most, sum(map(pss_of, family)))


def family_of(pid: int) -> Iterator[int]:
    """The process `pid` and all below it, as far as the system tells."""
    yield pid
    try:
        for task in (PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family_of(int(child))
    except OSError:  # it has ended, or this system has no such files
        return


def rss_of(pid: int) -> int:
    """Bytes of memory the process `pid` has in use, shared ones included; 0 once it has ended."""
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def pss_of(pid: int) -> int:
    """Bytes of memory the process `pid` has in use, of shared ones its part; its RSS where that cannot be read."""
    return _kilobytes(pid, "smaps_rollup", "Pss") or rss_of(pid)


def own_peak() -> int:
    """The most bytes this process has had in use, shared ones included."""
    return _kilobytes(os.getpid(), "status", "VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _kilobytes(pid: int, file: str, name: str) -> int:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", (PROC / str(pid) / file).read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0
