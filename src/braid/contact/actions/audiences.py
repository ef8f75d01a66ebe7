"""Choosing whom a draft addresses, rule by rule; for notices, surveys and whatever higher floors send."""

from __future__ import annotations

from typing import Any

from braid.contact.models import AudienceRule
from braid.contact.models.audience import RULE
from braid.units.enums import UnitKind


def add_rule(draft: Any, rule: AudienceRule) -> None:
    """Address also whom the unsaved `rule` means with `draft`, which has an `audience`; the same again changes nothing.

    A draft begins with everybody its unit reaches. Rules add up, so a part of them would add nobody: whoever then chooses only
    the heads, or one level, means those alone. That part takes the place of the whole.
    """
    there = list(draft.audience.select_related("unit")[:2])
    if len(there) == 1 and there[0].unit_id == draft.unit_id and _is_part(rule, there[0]):
        there[0].delete()
    draft.audience.get_or_create(**{name: getattr(rule, name) for name in RULE})


def _is_part(rule: AudienceRule, whole: AudienceRule) -> bool:
    """Whether `rule` means some of those whom `whole`, a unit and all below it, means."""
    is_all = whole.is_subtree and not (whole.levels or whole.kinds or whole.offices)
    is_same = all(getattr(rule, name) == getattr(whole, name) for name in RULE)
    names_groups = rule.kinds >> UnitKind.GROUP & 1 or rule.unit.kind == UnitKind.GROUP  # which a whole leaves out
    return is_all and not is_same and not names_groups and rule.unit.path.startswith(whole.unit.path)
