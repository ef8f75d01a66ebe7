"""What reading a notice costs in minutes: a rule its author can reckon with herself.

A minute for each 250 Chinese characters or 1,000 letters of other scripts, begun minutes whole: people read aloud 255 Chinese or
987 English characters a minute (International Reading Speed Texts; Trauzettel-Klosinski and Dietz, 2012), and who reads for
her unit reads as slowly as one speaks. Another minute where it asks to be acknowledged, five where it asks to report when it
is done: what takes longer than five minutes is a directive, which says how long.
"""

from __future__ import annotations

import math
import re

from braid.contact.models import Notice

CHINESE_A_MINUTE = 250
LETTERS_A_MINUTE = 1_000
ACKNOWLEDGING = 1
DOING = 5

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def minutes_of(title: str, body: str, *, asks_acknowledgement: bool = False, asks_done: bool = False) -> int:
    """How many minutes a notice takes a unit."""
    asked = ACKNOWLEDGING * asks_acknowledgement + DOING * asks_done
    return minutes_to_read(f"{title} {body}") + asked


def minutes_of_notice(notice: Notice) -> int:
    """The same, of a notice as it is now."""
    asked = {"asks_acknowledgement": notice.asks_acknowledgement, "asks_done": notice.asks_done}
    return minutes_of(notice.title, notice.body, **asked)


def minutes_to_read(text: str) -> int:
    """How many minutes reading `text` takes; never none."""
    others = text if text.isascii() else _CHINESE.sub("", text)
    return max(1, math.ceil((len(text) - len(others)) / CHINESE_A_MINUTE + len(others) / LETTERS_A_MINUTE))
