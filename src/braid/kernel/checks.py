"""What a finished demo must be true of: every app adds its own checks in its `checks.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from .models import Owed


@dataclass(frozen=True)
class Outcome:
    """Whether it is so, and the figures that show it."""

    ok: bool
    detail: str


@dataclass(frozen=True)
class Demo:
    """What the checks are told about the demo they look at."""

    notice: int
    """The notice that was sent from the top to every unit."""
    levels: dict[int, int]
    """How many units were read from the tree's source on each level, placeholders included."""
    is_whole: bool = True
    """Whether all of it has happened; else reports still come in."""


Check = Callable[[Demo], Outcome]
_checks: dict[str, Check] = {}
_at_the_end: set[str] = set()


def demo_check(name: str, *, at_the_end: bool = False) -> Callable[[Check], Check]:
    """Register a check under `app.what`; `at_the_end`: it can be true only of a demo that is whole."""

    def register(check: Check) -> Check:
        if at_the_end:
            _at_the_end.add(name)
        if _checks.setdefault(name, check) is not check:
            raise ValueError(f"there are two checks named {name}")
        return check

    return register


def demo_checks(*, whole: bool = True) -> dict[str, Check]:
    """The checks of all apps, by name; of a demo that is not `whole`, those that hold already."""
    autodiscover_modules("checks")
    return {name: check for name, check in sorted(_checks.items()) if whole or name not in _at_the_end}


@demo_check("kernel.outbox")
def nothing_due_is_left(demo: Demo) -> Outcome:
    """All that was owed has been done, nothing was given up."""
    due = Owed.objects.filter(due_at__lte=timezone.now())
    left, failed = due.filter(failed_at=None).count(), due.exclude(failed_at=None).count()
    return Outcome(not left and not failed, f"{left} pieces of work left, {failed} given up")
