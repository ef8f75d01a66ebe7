"""Where other apps join the work network: kinds of the journal that forms are filled from, and that records of duty count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Binding:
    """A kind of the journal that answers a question of forms, in words for those who make and fill them in."""

    kind: str
    words: StrOrPromise
    keywords: tuple[str, ...] = field(default=())
    """A question with one of them (in any language, whatever the case) asks what the journal counts."""
    fewest: int = 0
    """A count below this, but above nothing, is not shown: it could tell whom it is about."""


@dataclass(frozen=True)
class DutyLine:
    """A kind of the journal that counts in the record of duty of whoever did it, and how it is called there."""

    kind: str
    label: StrOrPromise


bindings: list[Binding] = []
duty_lines: list[DutyLine] = []
