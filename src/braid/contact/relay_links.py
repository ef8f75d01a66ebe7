"""Short links of calls in chat groups: `/r/<code>/`, and the spool of their opens, `notice chat minute`.

A code says which notice and which chat group it is of, and is signed: following it needs no query, and a link exists for
every chat group without a row. What is kept of an open is the minute. No cookie is set, no address and no person is read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings

from braid.kernel.rates import TooMany, count
from braid.kernel.spool import Spool

from .enums import LATER, MARKS, MOST_A_MINUTE

log = structlog.get_logger(__name__)

PREFIX = "/r/"
PREVIEWS = Path(__file__).parent / "data" / "link_previews.json"
_SIGNATURE = 5
"""Bytes of the HMAC: whoever guesses one of 2^40 can count an open that anybody can cause by opening the link."""
MOST_LETTERS = 40


class Link(NamedTuple):
    """What a code stands for, by number."""

    notice: int
    chat: int


class Opening(NamedTuple):
    """A link was opened in the minute that began at `minute`."""

    notice: int
    chat: int
    minute: datetime


def code_of(link: Link) -> str:
    """The code of `link`: letters and digits, the same in capitals, so that it can be read from paper too."""
    content = _packed(link)
    return base64.b32encode(content + _signature(content)).decode().rstrip("=").lower()


def read_code(code: str) -> Link | None:
    """What `code` stands for; None when it was not made here."""
    if len(code) > MOST_LETTERS:
        return None
    try:
        raw = base64.b32decode(code.upper() + "=" * (-len(code) % 8))
    except (binascii.Error, ValueError):
        return None
    content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if len(content) < 2 or not hmac.compare_digest(signature, _signature(content)):
        return None
    length = content[0]
    return Link(int.from_bytes(content[1 : 1 + length]), int.from_bytes(content[1 + length :]))


def follow(code: str, *, method: str, agent: str, seconds: float) -> str | None:
    """Count that the link with `code` was opened at `seconds`, and return the address it leads to; None for no link.

    Whoever asks is sent on in any case; what is no person (`HEAD`, previews of links, a machine that knocks) is not counted,
    and an open that finds no room on disk is lost rather than answered with an error.
    """
    link = read_code(code)
    if link is None:
        return None
    if method == "GET" and not is_preview(agent) and _is_within_rate(link, seconds):
        try:
            keep_opens([(*link, int(seconds // 60))])
        except OSError as error:
            log.error("opens.not_kept", error=error.strerror)
    return f"/notices/{link.notice}/"


def is_preview(agent: str) -> bool:
    """Whether a browser calls itself by a name of machines that look at links before people do."""
    said = agent.lower()
    return not said or any(word in said for word in _preview_words())


def keep_opens(opens: list[tuple[int, int, int]]) -> None:
    """Write opens (notice, chat, minute since the epoch); returns when they are on disk."""
    _spool(settings.SPOOL).append(*(b"%d %d %d" % each for each in opens))


def opening_of(line: bytes) -> Opening | None:
    """The opening a line says; None for a line that says none, which is left out rather than holding up the others."""
    try:
        notice, chat, minute = map(int, line.split())
        return Opening(notice, chat, datetime.fromtimestamp(minute * 60, UTC))
    except (ValueError, OverflowError, OSError):  # the last two: a moment no calendar has
        return None


def opens_folder() -> Path:
    """Where opens wait that are not in the database yet."""
    return _folder(settings.SPOOL)


def mark_of(sent_at: datetime, at: datetime) -> int:
    """Within how many minutes of `sent_at` the moment `at` lies: one of `MARKS`, or `LATER`."""
    place = bisect_right(MARKS, (at - sent_at) / timedelta(minutes=1))
    return MARKS[place] if place < len(MARKS) else LATER


def _is_within_rate(link: Link, seconds: float) -> bool:
    try:
        count(f"open:{link.notice}:{link.chat}", limit=MOST_A_MINUTE, seconds=seconds)
    except TooMany:
        return False
    return True


@cache
def _preview_words() -> tuple[str, ...]:
    words: list[str] = json.loads(PREVIEWS.read_text(encoding="utf-8"))
    return tuple(words)


def _packed(link: Link) -> bytes:
    """The length of the first number, then both, as few bytes as they take."""
    notice, chat = (number.to_bytes((number.bit_length() + 7) // 8 or 1) for number in link)
    return bytes([len(notice)]) + notice + chat


def _signature(content: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), content, "sha256")[:_SIGNATURE]


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"braid.contact.relay_links" + secret.encode()).digest()


@cache
def _spool(root: Path) -> Spool:
    return Spool(_folder(root))


def _folder(root: Path) -> Path:
    return root / "opens"
