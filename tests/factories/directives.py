"""Directives, written and sent by the operator through the product's own actions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from braid.contact.enums import UNDO_WINDOW
from braid.kernel.access import OPERATOR
from braid.units.models import Unit
from braid.work.actions import (
    DirectiveText,
    announce_directive,
    draft_directive,
    freeze_rollups,
    pass_on,
    send_directive,
)
from braid.work.models import Directive, DirectiveRule, Passing

SENT = datetime(2026, 11, 2, 4, tzinfo=UTC)
DUE = date(2026, 11, 30)


def text(title: str = "Visit every family", **more: Any) -> DirectiveText:
    """What a directive says."""
    given = {"due_on": DUE, "minutes": 30, "steps": ("Make a list", "Visit"), **more}
    return DirectiveText(title, **given)


def directive(unit: Unit, *rules: DirectiveRule, sent_at: datetime | None = SENT, **more: Any) -> Directive:
    """A directive of `unit` that went out at `sent_at` (None: a draft) to `rules` or else its whole subtree, units counted."""
    at = (sent_at or SENT) - UNDO_WINDOW
    rules = rules or (DirectiveRule(unit=unit),)
    why = more.pop("over_budget_why", "It has to be.")
    made = draft_directive(unit, text(**more), by=OPERATOR, at=at, audience=rules)
    if sent_at:
        send_directive(made, over_budget_why=why, by=OPERATOR, at=at)
        announce_directive(made.pk, sent_at.isoformat(), at=sent_at)
        count(sent_at)
        made.refresh_from_db()
    return made


def passing(directive: Directive, unit: Unit, *rules: DirectiveRule, at: datetime = SENT, **more: Any) -> Passing:
    """`unit` passes `directive` on to `rules`, or else to all below it; units counted."""
    given = {"due_on": directive.due_on, **more}
    made = pass_on(directive, unit, rules or (DirectiveRule(unit=unit),), **given, by=OPERATOR, at=at)
    count(at)
    directive.refresh_from_db()
    return made


def count(at: datetime) -> None:
    """Let the worker count whom everything asks that is out at `at`."""
    while freeze_rollups(at):
        pass
