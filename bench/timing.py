"""Taking times: medians of repeated calls, and words for them."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Taken:
    """How long a `with took()` block ran."""

    seconds: float = 0


@contextmanager
def took() -> Iterator[Taken]:
    """Times its block."""
    taken = Taken()
    begun = time.perf_counter()
    yield taken
    taken.seconds = time.perf_counter() - begun


def median(call: Callable[[], object], *, least: int = 5, seconds: float = 2) -> float:
    """The median seconds of `call`, made at least `least` times and for about `seconds`; one call before to warm up."""
    call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < least or (time.perf_counter() < end and len(times) < 500):
        with took() as taken:
            call()
        times.append(taken.seconds)
        if sum(times) > 10 * seconds:
            break
    return statistics.median(times)


def medians(one: Callable[[], object], other: Callable[[], object], *, calls: int = 500) -> tuple[float, float]:
    """The median seconds of two short calls made turn by turn, so that neither has the quieter half of the machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(calls + 20):
        for call, taken in zip((one, other), times, strict=True):
            with took() as now:
                call()
            taken.append(now.seconds)
    first, second = (statistics.median(taken[20:]) for taken in times)
    return first, second


def words(seconds: float) -> str:
    """A time as people say it."""
    return (
        f"{seconds:.1f} s"
        if seconds >= 1
        else f"{seconds * 1000:.3g} ms"
        if seconds >= 1e-3
        else f"{seconds * 1e6:.0f} us"
    )


def say(text: str) -> None:
    """Tell on standard error what goes on."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()
