"""Directives as rows: how they are written and sent is tested where that is done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from braid.units.models import Unit
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveRule, Passing

from .reports import OPENED


def directive(unit: Unit, *rules: DirectiveRule, sent_at: datetime | None = OPENED, **fields: Any) -> Directive:
    """A directive of `unit`, sent at `sent_at` (None: a draft) to `rules`, or else to its whole subtree."""
    made = Directive.objects.create(
        unit=unit,
        unit_path=unit.path,
        title=fields.pop("title", "Count the wells"),
        minutes=fields.pop("minutes", 30),
        due_on=fields.pop("due_on", date(2026, 12, 1)),
        state=DirectiveState.SENT if sent_at else DirectiveState.DRAFT,
        created_at=sent_at or OPENED,
        changed_at=sent_at or OPENED,
        sent_at=sent_at,
        **fields,
    )
    for rule in rules or (DirectiveRule(unit=unit),):
        rule.directive, rule.sent_at, rule.is_open = made, sent_at, bool(sent_at)
        rule.save()
    return made


def passing(directive: Directive, unit: Unit, *rules: DirectiveRule, at: datetime = OPENED, **fields: Any) -> Passing:
    """`unit` passes `directive` on to `rules`, or else to all below it."""
    made = Passing.objects.create(
        directive=directive, unit=unit, unit_path=unit.path, due_on=directive.due_on, passed_at=at, **fields
    )
    for rule in rules or (DirectiveRule(unit=unit),):
        rule.directive, rule.passing, rule.sent_at, rule.is_open = directive, made, at, True
        rule.save()
    return made
