"""Texts that are kept: what a code and a line may hold.

Each `why_not_*` answers with a sentence for the person who wrote it, or "" when nothing stands in the way.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_CODE = re.compile(r"[\w.:\-]{1,40}")
_UNSEEN = re.compile("[\x00-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, line breaks, and what turns the direction of a text or takes no room."""


def why_not_code(code: str) -> str:
    """Letters, digits and four signs: it stands in addresses, tables and search."""
    if _CODE.fullmatch(code) and code.strip("."):
        return ""
    return _("A code has at most 40 letters, digits, and . : - _ without spaces.")


def why_not_text(text: str) -> str:
    """Names and addresses are one line of what can be seen: the search keeps a line for each thing."""
    return _("The text holds characters that cannot be shown, such as a line break.") if _UNSEEN.search(text) else ""
