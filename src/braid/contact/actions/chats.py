"""Chat groups elsewhere: registering them, and who owns each now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.models import ChatGroup, ChatTurn
from braid.contact.rules import can_run_groups_of
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person
from braid.units.models import Unit


@dataclass(frozen=True)
class ChatPlan:
    """What is said of a chat group. `owners` in the order of their turns; one owner needs no turns."""

    platform: str
    name: str
    size: int | None = None
    owners: Sequence[Person] = ()
    turn_days: int | None = None
    turns_from: date | None = None


@transaction.atomic
def register_chat(unit: Unit, plan: ChatPlan, *, by: Actor, at: datetime) -> ChatGroup:
    """Put a chat group of `unit` on record.

    Refused when `by` may not run groups there, for an empty platform or name, one that is on record already, and for
    several owners without the length and the first day of a turn.
    """
    require(can_run_groups_of(by, unit))
    return _write(ChatGroup(unit=unit, unit_path=unit.path), plan, at=at)


@transaction.atomic
def change_chat(chat: ChatGroup, plan: ChatPlan, *, by: Actor, at: datetime) -> ChatGroup:
    """Write what is said of a chat group now. Its size gets today's date when it differs. Refused as in `register_chat`."""
    require(can_run_groups_of(by, chat.unit))
    return _write(chat, plan, at=at)


@transaction.atomic
def drop_chat(chat: ChatGroup, *, by: Actor) -> None:
    """Take a chat group off the record. Refused when `by` may not run groups there."""
    require(can_run_groups_of(by, chat.unit))
    chat.delete()


def _write(chat: ChatGroup, plan: ChatPlan, *, at: datetime) -> ChatGroup:
    _check(chat, plan)
    takes_turns = len(plan.owners) > 1
    if plan.size != chat.size or chat.sized_on is None:
        chat.size, chat.sized_on = plan.size, timezone.localdate(at) if plan.size is not None else None
    chat.platform, chat.name, chat.changed_at = plan.platform.strip(), plan.name.strip(), at
    chat.owner = plan.owners[0] if plan.owners else None
    chat.turn_days = plan.turn_days if takes_turns else None
    chat.turns_from = plan.turns_from if takes_turns else None
    chat.save()
    chat.turns.all().delete()
    if takes_turns:
        ChatTurn.objects.bulk_create(
            [ChatTurn(chat=chat, place=place, person=person) for place, person in enumerate(plan.owners)]
        )
    return chat


def _check(chat: ChatGroup, plan: ChatPlan) -> None:
    if not plan.platform.strip() or not plan.name.strip():
        raise BadInput(_("Say on which platform it is and what it is called."), fields={"name": _("missing")})
    if len(plan.owners) > 1 and not (plan.turn_days and plan.turns_from):
        raise BadInput(
            _("Say how long a turn is and on which day the first one begins."), fields={"turn_days": _("missing")}
        )
    same = ChatGroup.objects.filter(unit=chat.unit, platform=plan.platform.strip(), name=plan.name.strip())
    if same.exclude(pk=chat.pk).exists():
        raise WrongState(_("This chat group is on record already."))
