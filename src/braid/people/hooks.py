"""Where higher floors join in when an office passes from one person to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from braid.units.models import Unit

from .models import Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Handover:
    """One kind of open work that passes on with an office. It tells how many, never what."""

    name: str
    """Under which the result is kept; as a field is named."""
    words: StrOrPromise
    """What passes: "draft notices"."""
    count: Callable[[Person, Unit], int]
    """How much of it the holder has at the unit now."""
    pass_on: Callable[[Person, Person, Unit, datetime], int]
    """Give what (first) the holder has at the unit to (second) the successor; returns how many. In the transaction of the
    succession."""


handovers: list[Handover] = []
"""An app adds its own in `ready()`."""
