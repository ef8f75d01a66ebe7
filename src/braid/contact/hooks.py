"""Where higher floors join in: what they say of a notice before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from .models import Notice

before_sending: list[Callable[[Notice, datetime], str]] = []
"""Each gives a part of the page on which a notice is looked at once more, as safe HTML; empty: nothing to say."""
