"""What keeps anonymous answers apart from people: marks on the roll, random numbers, the seal of the box.

Nothing here reads or writes rows; docs/explanation/anonymous-answers.md tells what it adds up to, and what remains.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

from braid.people.sealing import seal, unseal

_MARK, _FORM = 16, 8
ENTRY = _MARK + _FORM
"""Bytes of an entry of the roll: whose it is, and which form she sent."""
PEOPLE_PER_PAGE = 200
MOST_PAGES = 50_000
_BLOCK = 512


def new_roll_key() -> bytes:
    """A key for the roll of one survey."""
    return secrets.token_bytes(32)


def pages_for(people: int) -> int:
    """How many pages the roll of a survey of so many people has."""
    return max(1, min(MOST_PAGES, people // PEOPLE_PER_PAGE))


@dataclass(frozen=True)
class Mark:
    """What stands on the roll for somebody who took part: only the survey's key and the installation's lead to it."""

    page: int
    entry: bytes

    def is_on(self, marks: bytes) -> bool:
        """Whether the roll page `marks` has an entry of hers, from whatever form."""
        return self._found(marks) is not None

    def is_same_form(self, marks: bytes) -> bool:
        """Whether her entry on `marks` is of this very form: it came again."""
        return self._found(marks) == self.entry

    def added_to(self, marks: bytes) -> bytes:
        """`marks` with this entry, in the order of the marks, which says nothing."""
        return b"".join(sorted([*entries_of(marks), self.entry]))

    def _found(self, marks: bytes) -> bytes | None:
        return next((entry for entry in entries_of(marks) if entry[:_MARK] == self.entry[:_MARK]), None)


def entries_of(marks: bytes) -> list[bytes]:
    """The entries of a roll page."""
    return [marks[place : place + ENTRY] for place in range(0, len(marks), ENTRY)]


def mark_of(roll_key: bytes, pages: int, who: str, form: str = "") -> Mark:
    """The mark of `who` (a person's number, or a paper's) with the key `form` of what she sent."""
    whose = salted_hmac("braid.contact.roll", f"{roll_key.hex()}:{who}", algorithm="sha256").digest()[:_MARK]
    which = salted_hmac("braid.contact.form", f"{roll_key.hex()}:{who}:{form}", algorithm="sha256").digest()[:_FORM]
    return Mark(int.from_bytes(whose[:8], "big") % pages, whose + which)


def random_number() -> int:
    """A key for a row of which nobody shall see when it was written: 62 random bits."""
    return secrets.randbits(62) + 1


def sealed_answer(content: dict[str, Any]) -> str:
    """`content`, readable with the installation's secret key only; its length is rounded up, not to tell what it holds."""
    text = json.dumps(content, separators=(",", ":"))
    return seal(text + " " * (-len(text) % _BLOCK))


def opened_answer(sealed: str) -> dict[str, Any] | None:
    """What was sealed; None when the installation's secret key is lost, and the answer with it."""
    text = unseal(sealed)
    return json.loads(text) if text is not None else None
