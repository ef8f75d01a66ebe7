"""Where higher floors join in: what they say of a notice before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .models import Notice


@dataclass(frozen=True)
class Foreseen:
    """What sending a notice would do, as a part of a page (safe HTML)."""

    html: str
    exceeds: int
    """How many units would be asked more than their budget of time: where there are any, a written reason is needed."""


before_sending: list[Callable[[Notice, datetime], Foreseen]] = []
"""Each gives a part of the page on which a notice is looked at once more; empty: nothing to say."""
without_reason: list[Callable[[Notice, datetime], None]] = []
"""Each refuses a notice that needs a reason, written for those who get it, why it may take so much of their time: it has none."""
