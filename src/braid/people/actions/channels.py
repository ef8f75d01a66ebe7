"""How somebody is told: the channels she chose beyond the inbox, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import require
from braid.kernel.delivery import channel_named
from braid.kernel.errors import BadInput, WrongState
from braid.people.enums import MOST_CHANNELS, Pace
from braid.people.models import ChosenChannel, Person, Wish
from braid.people.telling import OWN_ADDRESS, next_digest_at


@transaction.atomic
def choose_channel(
    person: Person, *, channel: str, address: str = "", label: str = "", by: Person, at: datetime
) -> ChosenChannel:
    """Let `person` be told by `channel`: at `address`, or where it is empty at what she has here. Twice is once.

    Refused for anybody but herself, for a channel that is not set up, for an address that cannot be used, and beyond
    `MOST_CHANNELS`. An address that somebody else chose on the same device becomes hers.
    """
    require(by.pk == person.pk)
    kind = channel_named(channel)
    if kind is None or not kind.is_ready():
        raise BadInput(_("This is not set up here."))
    address = kind.clean_address(address) if address or channel not in OWN_ADDRESS else ""
    if channel not in OWN_ADDRESS and not address:
        raise BadInput(_("Say where you want to be told."), fields={"address": _("Write an address.")})
    if address:
        ChosenChannel.objects.filter(channel=channel, address=address).exclude(person=person).delete()
    mine = ChosenChannel.objects.filter(person=person)
    found = mine.filter(channel=channel, address=address).first()
    if found is None and mine.count() >= MOST_CHANNELS:
        raise WrongState(_("You have many channels. Take one away first."))
    return found or ChosenChannel.objects.create(
        person=person, channel=channel, address=address, label=label.strip()[:80], since=at
    )


@transaction.atomic
def drop_channel(chosen: ChosenChannel, *, by: Person) -> None:
    """Tell her by this channel no more. Refused for anybody but herself; twice is once."""
    require(by.pk == chosen.person_id)
    ChosenChannel.objects.filter(pk=chosen.pk).delete()


@dataclass(frozen=True)
class WishPlan:
    """How often she wants to be told, when, and whether a locked screen may show titles."""

    pace: Pace = Pace.AT_ONCE
    hour: int = 8
    weekday: int = 0
    hides_titles: bool = False


@transaction.atomic
def change_wish(person: Person, plan: WishPlan, *, by: Person, at: datetime) -> Wish:
    """Tell `person` as `plan` says from now on. Refused for anybody but herself."""
    require(by.pk == person.pk)
    due = next_digest_at(plan.pace, hour=plan.hour, weekday=plan.weekday, after=at)
    before = Wish.objects.filter(person=person).values_list("told_until", flat=True).first()
    values = {**plan.__dict__, "digest_at": due, "told_until": (before or at) if due else None}
    wish, _made = Wish.objects.update_or_create(person=person, defaults=values)
    return wish
