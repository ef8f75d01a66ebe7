"""Groups, begun by the operator through the product's own action."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from braid.contact.actions import GroupPlan, open_group
from braid.contact.models import Group
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit

from .people import person


def group(
    body: Unit,
    *,
    name: str = "Readers",
    purpose: str = "We read together",
    head: Person | None = None,
    at: datetime | None = None,
    **plan: Any,
) -> Group:
    """A group below `body`, by default asked, internal, and planned for half a year from `at` (now)."""
    at = at or timezone.now()
    plan.setdefault("ends_on", timezone.localdate(at) + timedelta(days=180))
    made = GroupPlan(purpose, **plan)
    return open_group(body, made, name=name, responsible=head or person(), by=OPERATOR, at=at)
