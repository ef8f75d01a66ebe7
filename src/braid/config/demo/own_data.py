"""Somebody of the demo who was a member for some days, left her name in many places, and had it erased."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from braid.contact.actions import ask_to_join
from braid.contact.enums import JoinRule
from braid.contact.models import Group
from braid.kernel import outbox
from braid.kernel.access import OPERATOR
from braid.people.actions import add_person, ask_erasure, give_consent, make_token, open_account
from braid.people.consents import SHOW_CONTACTS
from braid.people.enums import ERASURE_DELAY
from braid.units.models import Unit

from .stages import Stage

CANARY = "Zqxjkv"
"""A name nobody has: where it stands, something of hers is left."""


def erase_somebody(stage: Stage, *, line: list[int], at: datetime) -> None:
    """She joined the lowest unit of the line, asked to join a group, and asked to be erased: the days are over at `at`."""
    if stage["erasure"] is None:
        with transaction.atomic():
            stage.remember(erasure=_who_asked(Unit.objects.get(pk=line[-1]), at=at - ERASURE_DELAY))
    outbox.free_leases()
    while outbox.run_due(at=at):
        pass
    stage.shows(1, 1)


def _who_asked(unit: Unit, *, at: datetime) -> int:
    before = at - timedelta(days=9)
    her = add_person(unit, name=f"{CANARY} Li", is_synthetic=True, by=OPERATOR, at=before)
    open_account(her, username=f"{CANARY}-li", by=OPERATOR, at=before)
    give_consent(her, SHOW_CONTACTS, by=her, at=before)
    make_token(her, name=f"{CANARY}'s calendar", permissions=["notices.read"], days=90, by=her, at=before)
    ask_to_join(_asked_group(), words=f"{CANARY}!", by=her, at=before)
    return ask_erasure(her, by=her, at=at).pk


def _asked_group() -> Group:
    """One that answers to who asks."""
    return Group.objects.select_related("unit").filter(join_rule=JoinRule.ASKED).order_by("pk")[0]
