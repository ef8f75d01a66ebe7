"""Notices, written and sent by the operator through the product's own actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from braid.contact.actions import NoticeText, draft_notice, send_notice
from braid.contact.enums import UNDO_WINDOW
from braid.contact.models import Audience, Notice
from braid.kernel.access import OPERATOR
from braid.units.models import Unit

LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


def notice(
    unit: Unit, *rules: Audience, sent_at: datetime | None = LONG_AGO, title: str = "Hello", **text: Any
) -> Notice:
    """A notice of `unit` that went out at `sent_at` (None: a draft), to `rules` or else its whole subtree."""
    at = (sent_at or LONG_AGO) - UNDO_WINDOW
    rules = rules or (Audience(unit=unit),)
    made = draft_notice(unit, NoticeText(title, **text), by=OPERATOR, at=at, audience=rules)
    return send_notice(made, by=OPERATOR, at=at) if sent_at else made
