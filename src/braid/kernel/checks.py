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
    """How many units the tree's source has on each level, placeholders included."""


Check = Callable[[Demo], Outcome]
_checks: dict[str, Check] = {}


def demo_check(name: str) -> Callable[[Check], Check]:
    """Register a check under `app.what`."""

    def register(check: Check) -> Check:
        if _checks.setdefault(name, check) is not check:
            raise ValueError(f"there are two checks named {name}")
        return check

    return register


def demo_checks() -> dict[str, Check]:
    """The checks of all apps, by name."""
    autodiscover_modules("checks")
    return dict(sorted(_checks.items()))


@demo_check("kernel.outbox")
def nothing_due_is_left(demo: Demo) -> Outcome:
    """All that was owed has been done, nothing was given up."""
    due = Owed.objects.filter(due_at__lte=timezone.now())
    left, failed = due.filter(failed_at=None).count(), due.exclude(failed_at=None).count()
    return Outcome(not left and not failed, f"{left} pieces of work left, {failed} given up")
