"""Chat groups elsewhere and calls to be carried into them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from braid.contact.actions import ChatPlan, freeze_audience, register_chat
from braid.contact.models import ChatGroup, Notice, Relay
from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit


def chat(
    unit: Unit, *owners: Person, platform: str = "WeChat", name: str = "Officers", size: int | None = 100
) -> ChatGroup:
    """A chat group of `unit`; several owners take turns of a week from today."""
    at = timezone.now()
    turns = {"turn_days": 7, "turns_from": timezone.localdate(at)} if len(owners) > 1 else {}
    plan = ChatPlan(platform, name, size=size, owners=owners, **turns)  # type: ignore[arg-type]
    return register_chat(unit, plan, by=OPERATOR, at=at)


def relay(notice: Notice, *, at: datetime | None = None, words: str = "") -> Relay:
    """Somebody asks that `notice` be carried, everywhere below its unit; its audience is frozen."""
    at = at or timezone.now()
    freeze_audience(notice, at=at)
    return Relay.objects.create(notice=notice, unit=notice.unit, words=words, asked_at=at)
