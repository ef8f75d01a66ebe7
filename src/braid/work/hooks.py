"""Where other apps join the work network: what a record of duty counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class DutyLine:
    """A kind of the journal that counts in the record of duty of whoever did it, and how it is called there."""

    kind: str
    label: StrOrPromise


duty_lines: list[DutyLine] = []
